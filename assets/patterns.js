// Patterns as well as colours for the outcomes: lines on DEAD and STALLED ground, beside the weaves that the others
// have. Why not Python: who needs them decides for this browser, and the cells are here already. What the bar and the
// legend show stands in universal.css.
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const STORED = "patterns";
  const [DEAD, STALLED] = [0, 2]; // values of Outcome
  const [PERIOD, LINE] = [7, 1]; // CSS pixels
  const TONE = 0.24; // of white on dark ground, of black on light
  let on = false;
  try {
    on = localStorage.getItem(STORED) === "on";
  } catch {
    // Storage may be forbidden in an embedding page; colours alone then.
  }

  function show() {
    root.dataset.patterns = on ? "on" : "off";
    document.getElementById("patterns")?.setAttribute("aria-pressed", String(on));
  }

  function turn() {
    on = !on;
    try {
      localStorage.setItem(STORED, on ? "on" : "off");
    } catch {
      // As above: the choice then lasts as long as the page.
    }
    show();
    dc.sketch.repaint();
  }

  function tone(css) {
    const parts = [1, 3, 5].map((i) => parseInt(css.slice(i, i + 2), 16));
    const end = 0.3 * parts[0] + 0.6 * parts[1] + 0.1 * parts[2] < 110 ? 255 : 0;
    return `#${parts.map((part) => Math.round(part + TONE * (end - part)).toString(16).padStart(2, "0")).join("")}`;
  }

  // The cells as the screen's own pixels, so that lines are as fine on any grid.
  function image({ n_w, n_b, palette, cells }, box, pixel) {
    const scale = devicePixelRatio;
    const [width, height] = [box.width, box.height].map((side) => Math.max(Math.round(side * scale), 1));
    const colours = palette.map(pixel);
    const [flat, upright] = [DEAD, STALLED].map((outcome) => pixel(tone(palette[outcome])));
    const line = (at) => (at / scale) % PERIOD < LINE;
    const columns = Uint16Array.from({ length: width }, (_, x) => Math.floor((x * n_w) / width));
    const posts = Uint8Array.from({ length: width }, (_, x) => line(x));
    const picture = new ImageData(width, height);
    const pixels = new Int32Array(picture.data.buffer);
    for (let y = 0, at = 0; y < height; y += 1) {
      const row = (n_b - 1 - Math.floor((y * n_b) / height)) * n_w;
      const rule = line(y);
      for (let x = 0; x < width; x += 1, at += 1) {
        const cell = cells[row + columns[x]];
        if (cell === DEAD && rule) pixels[at] = flat;
        else if (cell === STALLED && posts[x]) pixels[at] = upright;
        else pixels[at] = colours[cell];
      }
    }
    return picture;
  }

  document.addEventListener("click", ({ target }) => target.closest?.("#patterns") && turn());
  document.addEventListener("deadcone:frame", show, { once: true }); // the button is there by then
  show();

  dc.patterns = { on: () => on, image };
})();
