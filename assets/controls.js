// Sliders, boxes and choices as views of the settings.
// Why not Python: a Dash callback on a moving slider costs 8 ms a move even when it does nothing, and so
// does React, which would render the slider anew. So a hand on a slider is followed here, and only the
// value at rest enters Dash's store and Dash's slider.
(() => {
  const dc = (window.deadcone ??= {});
  const REST_MS = 150;
  const ANSWER_MS = 5000;
  const MOVE_MS = 60; // between two moves of a thumb that no picture waits for: each costs a rendering
  let table = null;
  let texts = null; // every setting as its URL text; the newest, also while dragging
  let broken = []; // keys whose box holds text that was refused
  let restTimer = 0; // 0: the hand rests
  let pending = {}; // what the hand has changed since it last rested
  let answerTimer = 0; // runs while an edit is on its way
  const told = {}; // key → position that Dash's slider was last told
  const asked = new Set(); // keys of boxes whose new text is on its way
  let heard; // the complaints that were last looked at
  let preset; // the preset that the dropdown was last told to show

  dc.pull = () => {}; // has the hand's newest place taken over, before a picture is asked for

  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const thumb = (key) => document.querySelector(`#${key} [role=slider]`);

  dc.table = () => (table ??= JSON.parse(byId("table").dataset.json));
  dc.texts = () => texts;

  function nearest(track, value) {
    let best = 0;
    track.forEach((v, i) => {
      if (Math.abs(v - value) < Math.abs(track[best] - value)) best = i;
    });
    return best;
  }

  const position = (key) => nearest(dc.table().controls[key].track, Number(texts[key]));

  // ------------------------------------------------------------- settings → controls

  // The thumb is moved by the layer that page.css makes of it: that costs no layout.
  function place(key) {
    const handle = thumb(key);
    if (!handle) return;
    const { name, symbol, track } = dc.table().controls[key];
    handle.parentNode.style.translate = `${(100 * position(key)) / (track.length - 1)}%`;
    handle.setAttribute("aria-valuenow", position(key));
    handle.setAttribute("aria-valuetext", texts[key]);
    handle.setAttribute("aria-label", `${name} ${symbol}`);
  }

  // While a hand moves the boxes show what the pictures show.
  dc.showValues = (drawn) => {
    for (const [key, control] of Object.entries(dc.table().controls)) {
      const box = byId(`${key}-box`);
      if (!control.track.length || box === document.activeElement || asked.has(key) || broken.includes(key)) continue;
      if (box && box.value !== drawn[key]) box.value = drawn[key];
    }
  };

  function showBox(key) {
    const box = byId(`${key}-box`);
    if (box === document.activeElement || asked.has(key)) return; // somebody is typing, or has just typed
    if (box && box.value !== texts[key]) setProps(`${key}-box`, { value: texts[key] });
  }

  function showChoice(id, wanted) {
    const checked = [...document.querySelectorAll(`#${id} input:checked`)].map((input) => input.value);
    if (checked.join() !== [].concat(wanted).join()) setProps(id, { value: wanted });
  }

  function showControls() {
    for (const [key, control] of Object.entries(dc.table().controls)) {
      if (!broken.includes(key)) showBox(key);
      if (!control.track.length) continue;
      if (told[key] !== position(key)) setProps(key, { value: (told[key] = position(key)) });
      place(key);
    }
    if (!broken.includes("window")) showBox("window");
    showChoice("colouring", texts.colouring);
    showChoice("quantity", texts.quantity);
    showChoice("layers", texts.layers === "none" ? [] : texts.layers.split(","));
    const after = texts.tolerance === "0";
    showChoice("judging", after ? "after" : "stop");
    byId("tolerance-field").hidden = after;
    byId("max_iterations-name").textContent = after ? "Updates T" : "At most, iterations";
    document.documentElement.dataset.colouring = texts.colouring;
  }

  dc.showPreset = (key) => {
    if (key !== preset) setProps("preset", { value: key });
    preset = key;
  };

  // ------------------------------------------------------------- controls → settings

  function commit() {
    clearTimeout(restTimer);
    restTimer = 0;
    pending = {};
    setProps("settings", { data: texts });
  }

  // One change by hand: the pictures follow at once, the store when the hand rests.
  dc.change = (changes, restMs = REST_MS) => {
    texts = { ...texts, ...changes };
    pending = { ...pending, ...changes };
    dc.pump.want(texts, { rest: false });
    clearTimeout(restTimer);
    restTimer = setTimeout(commit, restMs);
    if (byId("notices").textContent) setProps("notices", { children: [] });
  };

  // An edit is on its way to Dash: until its answer the pictures are older than the controls.
  function edited(event) {
    if (!texts || !isEdit(event)) return;
    if (event.type === "change") asked.add(event.target.id.replace(/-box$/, ""));
    if (restTimer) commit(); // so that Dash edits what the hand has left
    dc.pump.hold(true);
    clearTimeout(answerTimer);
    answerTimer = setTimeout(() => {
      asked.clear();
      dc.pump.hold(false);
      showControls();
      dc.paint.problem("The server does not answer; the last input was not taken.");
    }, ANSWER_MS);
  }

  function isEdit({ type, target }) {
    if (type === "change") return target.closest(".box");
    const option = target.closest(".dash-options-list-option");
    if (option) return !option.matches(".selected") || option.closest("#layers");
    return target.closest("#reset, .zoom button");
  }

  for (const type of ["change", "click"]) document.addEventListener(type, edited, true);

  function slide(key, index) {
    const { track } = dc.table().controls[key];
    const value = String(track[Math.min(Math.max(index, 0), track.length - 1)]);
    if (!texts || value === texts[key]) return;
    if (broken.length) dc.complain({}); // the old text goes, and what was said of it
    dc.change({ [key]: value });
    place(key);
  }

  const keyOf = (node) => node.closest?.(".control")?.dataset.key;

  // A hand on a slider's track or thumb; React never sees it.
  function grab(event) {
    const root = event.target.closest?.(".dash-slider-root");
    if (!root || event.button || !texts) return;
    const key = keyOf(root);
    const [track, handle] = [root, thumb(key)].map((node) => node.getBoundingClientRect());
    const last = dc.table().controls[key].track.length - 1;
    const width = track.width - handle.width;
    // A thumb stays where it was taken hold of.
    const hold = event.target === thumb(key) ? event.clientX - handle.left : handle.width / 2;
    let due = 0;
    let x = event.clientX;
    const follow = () => {
      due = clearTimeout(due);
      slide(key, Math.round(((x - hold - track.left) / width) * last));
    };
    const seize = (moved) => {
      moved.stopPropagation();
      if (moved.cancelable) moved.preventDefault();
      x = moved.clientX;
      due ||= setTimeout(follow, MOVE_MS);
    };
    const release = (ended) => {
      if (ended.pointerId !== event.pointerId) return;
      hand.abort();
      dc.pull = () => {};
      follow();
      if (restTimer) commit();
    };
    const hand = new AbortController();
    const listening = { capture: true, signal: hand.signal };
    document.addEventListener("pointermove", seize, listening);
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release, listening);
    dc.pull = () => due && follow();
    follow();
    event.preventDefault();
    event.stopPropagation();
    root.setPointerCapture(event.pointerId); // which spares the browser to look what lies under it
    thumb(key).focus({ preventScroll: true, focusVisible: false });
  }

  const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  STEPS.Home = -Infinity;
  STEPS.End = Infinity;

  function press(event) {
    if (!event.target.matches?.(".sliders [role=slider]") || !(event.key in STEPS)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event.target);
    slide(key, position(key) + STEPS[event.key] * (event.shiftKey ? 10 : 1));
  }

  document.addEventListener("pointerdown", grab, true);
  document.addEventListener("keydown", press, true);
  document.addEventListener("dblclick", (event) => {
    const key = event.target.closest?.(".dash-slider-root") && keyOf(event.target);
    if (key) slide(key, nearest(dc.table().controls[key].track, dc.table().controls[key].default));
  });
  // What is offered with its effect: a tighter stop rule, what would lower the share.
  document.addEventListener("click", (event) => {
    const { changes } = event.target.closest?.("[data-changes]")?.dataset ?? {};
    if (changes) dc.change(JSON.parse(changes), 0);
  });

  // Dash's sliders arrive after the page; they are then put where the settings say.
  function watch() {
    const sliders = document.querySelector(".sliders");
    if (!sliders || sliders.dataset.watched) return;
    sliders.dataset.watched = "yes";
    // Phones show a keypad, except where a minus sign is needed that theirs lacks.
    for (const key of Object.keys(dc.table().controls)) {
      if (key !== "delta" && key !== "resolution") byId(`${key}-box`).inputMode = "decimal";
    }
    const arrived = ({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.("[role=slider]"));
    new MutationObserver((changes) => changes.some(arrived) && showControls()).observe(sliders, {
      subtree: true,
      childList: true,
    });
  }

  // ------------------------------------------------------------- called by Dash

  // The store changed: by an edit, a preset, the URL, or a hand at rest. What the hand has moved
  // since then is newer.
  function adopt(stored) {
    texts = { ...stored, ...pending };
    watch();
    showControls();
    dc.view.present(texts.present === "1");
    dc.pump.want(texts, { rest: !restTimer });
  }

  // What is wrong with the last input, by key; {} when it was taken.
  dc.complain = (errors) => {
    // Only of texts that still stand in their box.
    const keys = Object.keys(errors ?? {}).filter((key) => byId(`${key}-box`)?.value !== texts[key]);
    if (!keys.length && !broken.length) return;
    for (const key of new Set([...keys, ...broken])) {
      const line = byId(`${key}-error`);
      if (line) line.textContent = keys.includes(key) ? `▲ ${errors[key]}.` : "";
      byId(`${key}-box`)?.setAttribute("aria-invalid", String(keys.includes(key)));
    }
    const mended = broken.filter((key) => !keys.includes(key));
    broken = keys;
    mended.forEach(showBox);
    const key = keys[0];
    const shown = key && `${dc.table().controls[key]?.symbol ?? key} = ${texts[key]}`;
    dc.paint.refuse(key ? `${errors[key]}. The pictures still show ${shown}.` : null);
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    deadcone: {
      follow(stored, errors) {
        const answered = errors !== heard; // an edit's answer always brings complaints, if only {}
        heard = errors;
        if (answered) {
          clearTimeout(answerTimer);
          asked.clear();
          dc.pump.hold(false);
          dc.complain(errors);
        }
        if (stored) adopt(stored);
      },
    },
  });
})();
