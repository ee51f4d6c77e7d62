// Real initialisations: the way in and back, the scheme, another draw, and the line at T as a thing to take hold
// of. Why not Python: settings change in the browser (controls.js), and the line moves with the hand.
(() => {
  const dc = (window.deadcone ??= {});
  const SCHEME = "he_normal";
  const TIME = "10000";
  const LAST_SEED = 9999; // as dashboard/settings.py has it
  const byId = (id) => document.getElementById(id);
  const handle = () => byId("survival-handle");
  let graph = null;

  function enter() {
    const { time } = dc.texts();
    dc.change({ init: SCHEME, time: time === "0" ? TIME : time }, 0);
    byId("scheme").focus({ preventScroll: true });
  }

  document.addEventListener("click", ({ target }) => {
    const id = target.closest?.("button")?.id;
    if (id === "enter-init") enter();
    if (id === "draw-again") dc.change({ seed: String((Number(dc.texts().seed) + 1) % (LAST_SEED + 1)) }, 0);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id === "scheme") dc.change({ init: target.value }, 0);
  });

  // ------------------------------------------------------------- the line at T

  const time = () => Math.max(dc.time.now(), 1);

  function place() {
    if (!graph?._fullLayout?.xaxis?._length || !dc.texts()) return;
    const { left, top, width, height } = dc.sketch.plot(graph);
    const { range } = graph._fullLayout.xaxis;
    const x = (Math.log10(time()) - range[0]) / (range[1] - range[0]);
    handle().hidden = !(x >= 0 && x <= 1);
    handle().style.translate = `${left + x * width}px ${top}px`;
    handle().style.height = `${height}px`;
  }

  function grab(event) {
    if (event.button || !graph) return;
    const { left, width } = dc.sketch.onScreen(graph);
    const { range } = graph._fullLayout.xaxis;
    const move = (x) => {
      const share = Math.min(Math.max((x - left) / width, 0), 1);
      dc.time.go(Math.max(10 ** (range[0] + share * (range[1] - range[0])), 1));
      place();
    };
    const end = () => {
      dc.time.settle();
      dc.rest();
    };
    dc.grasp(event, handle(), move, end);
  }

  function press(event) {
    dc.time.press(event);
    place();
  }

  dc.initial = {
    place,

    show() {
      const { init } = dc.texts();
      const scheme = byId("scheme");
      if (init === "none" || !scheme) return;
      scheme.value = init;
      byId("own-stds").hidden = init !== "gaussian";
    },

    watch(gd) {
      graph = gd;
      gd.on("plotly_afterplot", place);
      handle().addEventListener("pointerdown", grab);
      handle().addEventListener("keydown", press);
    },
  };
})();
