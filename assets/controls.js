// Sliders, boxes and choices as views of the settings.
// Why not Python: a Dash callback on a moving slider costs 8–9 ms a move even when it does nothing,
// so a drag is watched here and only the value at rest enters Dash's store.
(() => {
  const dc = (window.deadcone ??= {});
  const REST_MS = 150;
  let table = null;
  let texts = null; // every setting as its URL text; the newest, also while dragging
  let broken = []; // keys whose box holds text that was refused
  let restTimer = 0; // 0: the hand rests
  let committed = ""; // what the hand last put into the store
  let preset; // the preset that the dropdown was last told to show
  let followed = ""; // the store's content when it was last looked at

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

  function describe(key) {
    const handle = thumb(key);
    if (!handle) return;
    const { name, symbol } = dc.table().controls[key];
    handle.setAttribute("aria-label", `${name} ${symbol}`);
    handle.setAttribute("aria-valuetext", texts[key]);
  }

  function showBox(key) {
    const box = byId(`${key}-box`);
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
      const handle = thumb(key);
      if (handle && Number(handle.getAttribute("aria-valuenow")) !== position(key)) {
        setProps(key, { value: position(key) });
      }
      describe(key);
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
    restTimer = 0;
    committed = JSON.stringify(texts);
    setProps("settings", { data: texts });
  }

  // One change by hand: the pictures follow at once, the store when the hand rests.
  dc.change = (changes, restMs = REST_MS) => {
    texts = { ...texts, ...changes };
    dc.pump.want(texts, { rest: false });
    clearTimeout(restTimer);
    restTimer = setTimeout(commit, restMs);
  };

  // An edit is on its way to Dash: from now on the pictures are older than the controls.
  function edited(event) {
    const used = event.type === "change" ? ".box" : ".dash-options-list-option, .rail button, .zoom button";
    if (texts && event.target.closest(used)) dc.paint.busy();
  }
  for (const type of ["change", "click"]) document.addEventListener(type, edited, true);

  function moved(key) {
    const index = Number(thumb(key).getAttribute("aria-valuenow"));
    if (!texts || index === position(key)) return; // set by the page itself
    const value = String(dc.table().controls[key].track[index]);
    const box = byId(`${key}-box`);
    if (box) box.value = value;
    if (broken.length) dc.complain({});
    dc.change({ [key]: value });
    describe(key);
  }

  function watch() {
    const sliders = document.querySelector(".sliders");
    if (!sliders || sliders.dataset.watched) return;
    sliders.dataset.watched = "yes";
    // Phones show a keypad, except where a minus sign is needed that theirs lacks.
    for (const key of Object.keys(dc.table().controls)) {
      if (key !== "delta") byId(`${key}-box`).inputMode = "decimal";
    }
    const keyOf = (node) => node.closest(".control")?.dataset.key;
    new MutationObserver((mutations) => {
      const keys = new Set(mutations.map((m) => keyOf(m.target)).filter((key) => key && thumb(key)));
      for (const key of keys) {
        const appeared = mutations.some((m) => m.type === "childList" && keyOf(m.target) === key);
        if (appeared && texts) showControls();
        else moved(key);
      }
    }).observe(sliders, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow"] });
    sliders.addEventListener("dblclick", (event) => {
      const key = event.target.closest(".track") && keyOf(event.target);
      if (key) setProps(key, { value: nearest(dc.table().controls[key].track, dc.table().controls[key].default) });
    });
  }

  // ------------------------------------------------------------- called by Dash

  // The store changed: by an edit, a preset, the URL, or a hand at rest.
  function adopt(stored) {
    clearTimeout(restTimer);
    restTimer = 0;
    texts = { ...stored };
    watch();
    showControls();
    dc.view.present(texts.present === "1");
    dc.pump.want(texts, { rest: true });
  }

  // What is wrong with the last input, by key; {} when it was taken.
  dc.complain = (errors) => {
    const keys = Object.keys(errors ?? {});
    if (!keys.length && !broken.length) return;
    for (const key of new Set([...keys, ...broken])) {
      const line = byId(`${key}-error`);
      if (line) line.textContent = errors[key] ? `▲ ${errors[key]}.` : "";
      byId(`${key}-box`)?.setAttribute("aria-invalid", String(key in errors));
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
        dc.complain(errors);
        const arrived = JSON.stringify(stored);
        const news = arrived !== followed && arrived !== committed;
        if (restTimer !== 0 && !news) dc.pump.again(); // values that the moving hand has left behind
        else if (stored) adopt(stored);
        followed = arrived;
      },
    },
  });
})();
