// The starts on the map, and a selected unit, as things to take hold of: drag, arrow keys, Delete; a click
// beside them adds one.
// Why not Python: they move with the hand, like the sliders (hand.js).
(() => {
  const dc = (window.deadcone ??= {});
  const MOST = 8;
  const CLICK_PX = 4;
  const OUTSIDE_PX = 24; // a start that is let go this far outside the map is gone
  const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  let graph = null;

  const layer = () => document.getElementById("starts");
  const parse = (text) => (text === "none" ? [] : text.split(";").map((pair) => pair.split(",").map(Number)));
  const starts = () => parse(dc.texts().starts).map((pair) => pair.map((value) => value * dc.unit()));
  const window_ = () => dc.texts().window.split(",").map((value) => value * dc.unit());

  // Four digits of the window, and within it: what cannot be seen cannot be taken hold of.
  function rounded([w, b]) {
    const [w0, w1, b0, b1] = window_();
    const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.max(w1 - w0, b1 - b0))));
    const within = (value, low, high) => Math.min(Math.max(Number(value.toFixed(digits)), low), high);
    return [within(w, w0, w1), within(b, b0, b1)];
  }

  const write = (point) => point.map((value) => Number((value / dc.unit()).toPrecision(12))).join();

  function put(list, rest) {
    dc.change({ starts: list.map(write).join(";") || "none" }, rest);
    place();
  }

  function add(point) {
    put([...starts(), rounded(point)], 0);
    layer().children[starts().length - 1].focus({ preventScroll: true, focusVisible: false });
  }

  function remove(i) {
    put(starts().filter((_, k) => k !== i), 0);
    (layer().children[Math.min(i, layer().children.length - 1)] ?? document.getElementById("main")).focus();
  }

  const reviving = () => dc.texts().colouring === "revival" && !dc.lesson.step() && document.documentElement.dataset.mode === "explore";

  function select(point, rest) {
    dc.change({ selected: write(rounded(point)) }, rest);
    place();
  }

  // What can be taken hold of: the starts, and in the colouring Revival the selected unit.
  function things() {
    const list = starts();
    const found = list.map((point, i) => ({
      point,
      name: `Start ${"ABCDEFGH"[i]}`,
      keys: "Arrow keys move it, Enter adds another, Delete removes it.",
      move: (to) => put(starts().map((old, k) => (k === i ? rounded(to) : old))),
      remove: () => remove(i),
      add: () => starts().length < MOST && add([point[0] * 0.9, point[1] * 0.9]),
    }));
    if (reviving()) {
      const point = dc.texts().selected.split(",").map((value) => value * dc.unit());
      found.push({ point, name: "Selected unit", keys: "Arrow keys move it.", move: select });
    }
    return found;
  }

  const held = (event) => things()[[...layer().children].indexOf(event.currentTarget)];

  function pointAt(x, y) {
    const { left, top, width, height } = dc.sketch.onScreen(graph);
    const [w0, w1, b0, b1] = window_();
    return [w0 + ((x - left) / width) * (w1 - w0), b1 - ((y - top) / height) * (b1 - b0)];
  }

  function outside(x, y) {
    const { left, top, width, height } = dc.sketch.onScreen(graph);
    return Math.max(left - x, x - left - width, top - y, y - top - height) > OUTSIDE_PX;
  }

  function grab(event) {
    const thing = held(event);
    if (event.button || !thing) return;
    const [from, x0, y0] = [thing.point, event.clientX, event.clientY];
    const target = (x, y) => {
      const [w, b] = pointAt(x, y);
      const [u, v] = pointAt(x0, y0);
      return [from[0] + w - u, from[1] + b - v];
    };
    const move = (x, y) => (x !== x0 || y !== y0) && thing.move(target(x, y));
    dc.hover.hide();
    dc.grasp(event, event.currentTarget, move, (x, y) => (thing.remove && outside(x, y) ? thing.remove() : dc.rest()));
  }

  function press(event) {
    const thing = held(event);
    const [dw, db] = KEYS[event.key] ?? [0, 0];
    if (event.currentTarget.matches(":active") || !thing) return; // a hand holds it
    if (event.key === "Delete" || event.key === "Backspace") thing.remove?.();
    else if (event.key === "Enter") thing.add?.();
    else if (dw || db) {
      const [w0, w1, b0, b1] = window_();
      const step = event.shiftKey ? 0.1 : 0.01;
      const [w, b] = thing.point;
      thing.move([w + dw * step * (w1 - w0), b + db * step * (b1 - b0)]);
    } else return;
    event.preventDefault();
  }

  function handle() {
    const button = document.createElement("button");
    button.className = "start";
    button.addEventListener("pointerdown", grab);
    button.addEventListener("keydown", press);
    return button;
  }

  // The handles lie where the figure draws the starts.
  function place() {
    if (!graph || !dc.texts()) return;
    const list = things();
    layer().tabIndex = list.length ? -1 : 0; // with no start to press Enter on, the map itself takes it
    while (layer().children.length > list.length) layer().lastChild.remove();
    while (layer().children.length < list.length) layer().append(handle());
    const { left, top, width, height } = dc.sketch.plot(graph);
    const [w0, w1, b0, b1] = window_();
    list.forEach(({ point: [w, b], name, keys }, i) => {
      const [x, y] = [(w - w0) / (w1 - w0), (b1 - b) / (b1 - b0)];
      const button = layer().children[i];
      button.hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
      button.style.translate = `${left + x * width}px ${top + y * height}px`;
      const place = `weight ${Number(w.toPrecision(6))}, bias ${Number(b.toPrecision(6))}`;
      button.setAttribute("aria-label", `${name}, ${place}. ${keys}`);
    });
  }

  // The first start by keyboard.
  function first(event) {
    if (event.key !== "Enter" || event.target !== layer()) return;
    const [w0, w1, b0, b1] = window_();
    add([(w0 + w1) / 2, b0 + 0.75 * (b1 - b0)]);
  }

  // A click or tap beside the starts, which is no pan.
  function click(down) {
    if (down.button || !down.isPrimary) return;
    const up = ({ clientX: x, clientY: y, type }) => {
      const still = Math.hypot(x - down.clientX, y - down.clientY) < CLICK_PX;
      if (type === "pointerup" && still && !outside(x, y)) {
        if (reviving()) select(pointAt(x, y), 0);
        else if (starts().length < MOST) add(pointAt(x, y));
      }
      for (const name of ["pointerup", "pointercancel"]) document.removeEventListener(name, up, true);
    };
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, up, true);
  }

  dc.starts = {
    place,
    watch(gd) {
      graph = gd;
      gd.addEventListener("pointerdown", click, true);
      layer().addEventListener("keydown", first);
    },
  };
})();
