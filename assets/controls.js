// Boxes, choices and the settings themselves. Why not Python: the settings change with every move of a
// hand, and only what is left at rest enters Dash's store; edits of boxes and choices are Dash's (callbacks.py).
(() => {
  const dc = (window.deadcone ??= {});
  const REST_MS = 150;
  const SHARP_MS = 400; // for the picture at rest: then Dash hears of it in any case
  const ANSWER_MS = 5000;
  let table = null;
  let texts = null; // every setting as its URL text; the newest, also while dragging
  let broken = []; // keys whose box holds text that was refused
  let restTimer; // undefined: the hand rests, and Dash knows
  let resting = false; // the hand rests, and Dash will know
  let pending = {}; // what the hand has changed since it last rested
  let answerTimer = 0; // runs while an edit is on its way to Dash
  const clicked = []; // what was clicked meanwhile: Dash edits the settings that it has stored
  const asked = new Set(); // keys of boxes whose new text is on its way
  let heard; // the complaints that were last looked at
  let preset; // the preset that the dropdown was last told to show

  const byId = (id) => document.getElementById(id);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

  dc.table = () => (table ??= JSON.parse(byId("table").dataset.json));
  dc.texts = () => texts;
  const shown = (key) => dc.risk.text(key, texts) ?? dc.pytorch.text(key, texts); // in its box
  dc.unit = () => (texts.scale === "1" ? Number(texts.gamma) : 1); // of window, starts and tolerance

  // ------------------------------------------------------------- settings → controls

  // While a hand moves the boxes show what the pictures show.
  dc.showValues = (drawn) => {
    for (const [key, control] of Object.entries(dc.table().controls)) {
      const box = byId(`${key}-box`);
      if (!control.track.length || box === document.activeElement || asked.has(key) || broken.includes(key)) continue;
      const text = dc.pytorch.text(key, drawn);
      if (box && box.value !== text) box.value = text;
    }
    dc.risk.showValues(drawn, (key) => asked.has(key) || broken.includes(key));
  };

  function showBox(key) {
    const box = byId(`${key}-box`);
    if (box === document.activeElement || asked.has(key)) return; // somebody is typing, or has just typed
    if (box && box.value !== shown(key)) setProps(`${key}-box`, { value: shown(key) });
  }

  // Whether the window is the usual one: there is a way in, else a way back.
  function whole() {
    const usual = dc.table().defaults.window.split(",").map(Number);
    return texts.window.split(",").every((end, i) => Math.abs(end * dc.unit() - usual[i]) < 1e-6);
  }

  // A lesson's step can wish for a choice that has no button: told again with every answer, Dash would ask and
  // answer for ever.
  function showChoice(id, wanted) {
    const choices = [...document.querySelectorAll(`#${id} input`)];
    const checked = choices.filter((input) => input.checked).map((input) => input.value);
    const shown = [].concat(wanted).filter((value) => choices.some((input) => input.value === value));
    if (!choices.length || checked.join() !== shown.join()) setProps(id, { value: wanted });
  }

  function showControls() {
    for (const key of Object.keys(dc.table().controls)) if (!broken.includes(key)) showBox(key);
    dc.sliders.show();
    for (const key of ["window", ...dc.risk.mirrors]) if (!broken.includes(key)) showBox(key);
    showChoice("colouring", texts.colouring);
    showChoice("quantity", texts.quantity);
    showChoice("layers", texts.layers === "none" ? [] : texts.layers.split(","));
    const after = texts.tolerance === "0";
    showChoice("judging", after ? "after" : "stop");
    byId("scale").setAttribute("aria-pressed", String(texts.scale === "1"));
    byId("zoom-truth").hidden = byId("zoom-wedge").hidden = !whole();
    byId("zoom-whole").hidden = whole();
    byId("tolerance-field").hidden = after;
    byId("max_iterations-name").textContent = after ? "Updates T" : "At most, iterations";
  }

  // What is on the page: one mode at a time, and in it a colouring. A moving slider changes none of it.
  const ARRANGED = ["origin", "optimizer", "page", "tab", "job", "init", "hide", "pin", "colouring", "scale", "guess", "pytorch", "step", "vote"];
  let arranged = null;

  function arrange() {
    const asked = ARRANGED.map((key) => texts[key]).join("|");
    if (asked === arranged) return;
    arranged = byId("lesson") && asked; // null until the page is there
    const { init = "none", hide = "none", pin = "none", colouring, scale } = texts;
    const mode = texts.page !== "explore" ? texts.page : hide !== "none" ? "guess" : init !== "none" ? "init" : pin !== "none" ? "compare" : "explore";
    const before = document.documentElement.dataset.mode;
    const guessed = (texts.guess ?? "none") === "none" ? "no" : "yes";
    const shown = mode === "guess" ? "outcome" : colouring; // every other tells as well
    Object.assign(document.documentElement.dataset, { mode, tab: texts.tab, colouring: shown, scale, guessed });
    dc.initial.show();
    dc.pytorch.show();
    dc.guess.arranged(mode, before);
    dc.lesson.show();
    dc.jobs.tell();
    dc.rail.show();
    dc.risk.show();
  }

  dc.showPreset = (key) => {
    if (key !== preset) setProps("preset", { value: key });
    preset = key;
  };

  // ------------------------------------------------------------- controls → settings

  function commit() {
    restTimer = clearTimeout(restTimer);
    if (answerTimer) return; // an edit of the stored settings is under way: its answer comes first
    // What the hand has left in a box Dash has to know too: it takes a box's text when it loses focus.
    for (const key of Object.keys(pending)) {
      const box = byId(`${key}-box`);
      if (box && box !== document.activeElement && !asked.has(key)) setProps(`${key}-box`, { value: shown(key) });
    }
    pending = {};
    setProps("settings", { data: texts });
    awake();
  }

  function awake() {
    if (resting) dc.pump.hold((resting = false));
  }

  // What a hand has changed gives way to an address.
  dc.drop = () => {
    restTimer = clearTimeout(restTimer);
    pending = {};
    if (texts) dc.pump.want(texts, { rest: false }); // or they would be written over the address
    awake();
  };

  // The hand has let go: the sharp picture comes first, since Dash and React then take a tenth of a second.
  dc.rest = () => {
    if (!restTimer || resting) return;
    if (answerTimer) return commit();
    clearTimeout(restTimer);
    restTimer = setTimeout(commit, SHARP_MS);
    dc.pump.hold((resting = true));
    dc.pump.want(texts, { rest: true });
    if (dc.pump.sharp() && dc.pump.idle()) commit(); // what has changed is in no picture
  };

  const told = () => resting && commit();
  document.addEventListener("deadcone:frame", () => {
    if (resting && dc.pump.sharp()) requestAnimationFrame(() => setTimeout(told)); // once it is on the screen
  });
  // Whatever is used next, Dash does it with the settings that it knows; a hand that goes on does not wait.
  const HANDS = ".dash-slider-root, .start, [role=slider], [type=range]";
  for (const type of ["pointerdown", "keydown"]) {
    document.addEventListener(type, ({ target }) => !target.closest?.(HANDS) && told(), true);
  }

  // One change by hand: the pictures follow at once, the store when the hand rests.
  dc.change = (wanted, restMs = REST_MS) => {
    const changes = dc.guess.with(wanted, texts);
    texts = { ...texts, ...changes };
    pending = { ...pending, ...changes };
    awake();
    arrange();
    dc.pump.want(texts, { rest: false });
    clearTimeout(restTimer);
    restTimer = setTimeout(restMs ? dc.rest : commit, restMs);
    if (byId("notices").textContent) setProps("notices", { children: [] });
  };

  // An edit is on its way to Dash: until its answer the pictures are older than the controls.
  function edited(event) {
    if (!texts || !isEdit(event)) return;
    if (answerTimer && event.target.matches("button")) {
      event.stopPropagation();
      event.preventDefault();
      clicked.push(event.target);
      return;
    }
    if (event.type === "change") asked.add(event.target.id.replace(/-box$/, ""));
    if (restTimer) commit(); // so that Dash edits what the hand has left
    dc.pump.hold(true);
    clearTimeout(answerTimer);
    answerTimer = setTimeout(() => {
      answered();
      showControls();
      dc.paint.problem("The server does not answer; the last input was not taken.");
    }, ANSWER_MS);
  }

  function answered() {
    answerTimer = clearTimeout(answerTimer);
    asked.clear();
    dc.pump.hold(false);
  }

  function isEdit({ type, target }) {
    if (target.closest("#risk, #experiments") && !target.closest(".risk-settings")) return false; // no settings
    if (type === "change") return target.closest(".box");
    const option = target.closest(".dash-options-list-option");
    if (option) return !option.matches(".selected") || option.closest("#layers");
    return target.closest("#reset, .zoom button");
  }

  for (const type of ["change", "click"]) document.addEventListener(type, edited, true);

  // What is offered with its effect: a tighter stop rule, what would lower the share.
  document.addEventListener("click", (event) => {
    const { changes } = event.target.closest?.("[data-changes]")?.dataset ?? {};
    if (changes) dc.change(JSON.parse(changes), 0);
  });

  function watch() {
    const sliders = document.querySelector(".sliders");
    if (!sliders || sliders.dataset.watched) return;
    sliders.dataset.watched = "yes";
    dc.link.arrive();
    dc.sliders.watch(sliders);
    // Phones show a keypad, except where a minus sign or a word is needed that theirs lacks.
    for (const key of Object.keys(dc.table().controls)) {
      if (key !== "delta" && key !== "resolution") byId(`${key}-box`).inputMode = "decimal";
    }
  }

  // ------------------------------------------------------------- called by Dash

  // The store changed: by an edit, a preset, the URL, or a hand at rest. What the hand has moved
  // since then is newer.
  function adopt(stored) {
    texts = { ...stored, ...pending };
    watch();
    arrange();
    showControls();
    dc.view.present(texts.present === "1");
    dc.pump.want(texts, { rest: !restTimer || resting });
  }

  // What is wrong with the last input, by key; {} when it was taken.
  dc.complain = (errors) => {
    // Only of texts that still stand in their box.
    const keys = Object.keys(errors ?? {}).filter((key) => byId(`${key}-box`)?.value !== shown(key));
    if (!keys.length && !broken.length) return;
    for (const key of new Set([...keys, ...broken])) {
      const line = byId(`${key}-error`);
      if (line) line.textContent = keys.includes(key) ? `▲ ${errors[key]}.` : "";
      byId(`${key}-box`)?.setAttribute("aria-invalid", String(keys.includes(key)));
      byId(`${key}-box`)?.setAttribute("aria-describedby", `${key}-error`);
    }
    const mended = broken.filter((key) => !keys.includes(key));
    broken = keys;
    mended.forEach(showBox);
    const key = keys[0];
    const still = key && `${dc.pytorch.symbol(key) ?? key} = ${shown(key)}`;
    dc.paint.refuse(key ? `${errors[key]}. The pictures still show ${still}.` : null);
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    deadcone: {
      follow(stored, errors) {
        const news = errors !== heard; // an edit's answer always brings complaints, if only {}
        heard = errors;
        if (news) {
          answered();
          dc.complain(errors);
        }
        if (stored) adopt(stored);
        if (news && !restTimer && Object.keys(pending).length) commit();
        if (news) clicked.shift()?.click();
      },
    },
  });
})();
