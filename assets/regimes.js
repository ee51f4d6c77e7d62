// The current point of the regime map as a thing to take hold of: it moves the sliders of β and η. Why not
// Python: it moves with the hand, like the sliders (hand.js).
(() => {
  const dc = (window.deadcone ??= {});
  const STEPS = { ArrowRight: ["eta", 1], ArrowLeft: ["eta", -1], ArrowUp: ["beta", 1], ArrowDown: ["beta", -1] };
  const handle = () => document.getElementById("regimes-handle");
  let graph = null;

  // The axes are log₁₀ η and −log₁₀(1 − β), as figures/momenta.py has them.
  function place() {
    if (!graph || !dc.texts()) return;
    const { left, top, width, height } = dc.sketch.plot(graph);
    const { xaxis, yaxis } = graph._fullLayout;
    const { share } = dc.sketch;
    const x = share(xaxis, Math.log10(Number(dc.texts().eta)));
    const y = share(yaxis, -Math.log10(1 - Number(dc.texts().beta)));
    handle().hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
    handle().style.translate = `${left + x * width}px ${top + (1 - y) * height}px`;
    handle().setAttribute("aria-label", `β ${dc.texts().beta}, η ${dc.texts().eta}. Arrow keys move both.`);
  }

  function grab(event) {
    if (event.button) return;
    const { left, top, width, height } = dc.sketch.onScreen(graph);
    const { xaxis, yaxis } = graph._fullLayout;
    const at = ({ range }, share) => range[0] + Math.min(Math.max(share, 0), 1) * (range[1] - range[0]);
    const move = (x, y) => {
      dc.sliders.set("beta", 1 - 10 ** -at(yaxis, 1 - (y - top) / height)); // first: it may move η along
      dc.sliders.set("eta", 10 ** at(xaxis, (x - left) / width));
      place();
    };
    dc.grasp(event, handle(), move, dc.rest);
  }

  function press(event) {
    const [key, step] = STEPS[event.key] ?? [];
    if (!key) return;
    event.preventDefault();
    dc.sliders.step(key, step * (event.shiftKey ? 10 : 1));
    place();
  }

  dc.regimes = {
    place,
    watch(gd) {
      graph = gd;
      handle().addEventListener("pointerdown", grab);
      handle().addEventListener("keydown", press);
    },
  };
})();
