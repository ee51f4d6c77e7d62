// Pin, swap, and the choice of one of three maps. Why not Python: what is pinned are the settings that the
// hand has just left, and which map a phone shows is nobody's setting.
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const IN_GAMMAS = ["rho", "tolerance"]; // while the page is scaled with γ; never in a pin

  const short = (value) => String(Number(value.toPrecision(12)));
  const factor = (key, { scale, gamma }) => (scale === "1" && IN_GAMMAS.includes(key) ? Number(gamma) : 1);

  // The present values as a pin's text: those that are not the defaults.
  function pinOf(texts) {
    const { defaults, pinned } = dc.table();
    const parts = pinned
      .map((key) => [key, factor(key, texts) === 1 ? texts[key] : short(texts[key] * factor(key, texts))])
      .filter(([key, text]) => Number(text) !== Number(defaults[key]));
    return parts.map((part) => part.join(":")).join(";") || "defaults";
  }

  // The pinned values become the present ones, and these are pinned.
  function swapped(texts) {
    const { defaults, pinned } = dc.table();
    const values = Object.fromEntries(pinned.map((key) => [key, defaults[key]]));
    if (texts.pin !== "defaults") Object.assign(values, Object.fromEntries(texts.pin.split(";").map((part) => part.split(":"))));
    const there = { ...texts, gamma: values.gamma };
    for (const key of IN_GAMMAS) {
      if (factor(key, there) !== 1) values[key] = short(values[key] / factor(key, there));
    }
    return { ...values, pin: pinOf(texts) };
  }

  function show(map) {
    root.dataset.compared = map;
    for (const button of document.querySelectorAll("#map-switch button")) {
      button.setAttribute("aria-pressed", String(button.dataset.map === map));
    }
    dc.pump.again();
  }

  document.addEventListener("click", ({ target }) => {
    const { pin, map } = target.closest?.("[data-pin], [data-map]")?.dataset ?? {};
    if (pin === "now") dc.change({ pin: pinOf(dc.texts()) }, 0);
    if (pin === "swap") dc.change(swapped(dc.texts()), 0);
    if (!map) return;
    show(map);
    dc.link.put("compared", map);
  });

  dc.compare = { show };
})();
