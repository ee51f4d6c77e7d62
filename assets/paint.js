// Puts a frame on the page. Why not Python: Plotly and the canvases live in the browser, and a Dash
// callback with figures as outputs loses zoom and costs a render of the whole component tree.
(() => {
  const dc = (window.deadcone ??= {});
  const byId = (id) => document.getElementById(id);
  const BLANK = { xaxis: { visible: false }, yaxis: { visible: false }, paper_bgcolor: "transparent", plot_bgcolor: "transparent" };
  const UNSEEN = 256; // cells a side of a map that is only spoken of
  const plot = (panel) => byId(panel)?.querySelector(".js-plotly-plot");
  const axes = {}; // panel → name of the axes that its graph has
  const figures = {}; // panel → figure that Plotly has still to draw
  let verdict = ""; // what the pictures shown say
  let refusal = null; // why the last input was not taken
  let preset = null; // the preset that they are, if any
  let bare = false; // whether they hide the outcome

  const nextTask = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = resolve;
        channel.port2.postMessage(null);
      });
    });

  const made = {}; // panel → its graph being made

  // The graphs of a mode are made when it is first shown; they follow their place's size as Dash's do.
  async function make(place) {
    await window.Plotly.newPlot(place, [], structuredClone(BLANK), dc.table().graph);
    new ResizeObserver(() => place.offsetParent && window.Plotly.Plots.resize(place)).observe(place);
  }

  async function ready(panel) {
    while (!window.Plotly) await nextTask();
    if (byId(panel).matches(".later")) await (made[panel] ??= make(byId(panel).firstChild));
    while (!plot(panel)?._fullLayout) await nextTask();
    return plot(panel);
  }

  // ------------------------------------------------------------- pictures

  const rangesOf = ({ xaxis, yaxis }) => [xaxis, yaxis].map((axis) => axis?.range);

  // New ranges at one scale may need another rectangle. Plotly finds it in a first plot and in a relayout; in
  // a react it keeps the old one and widens a range, and what is taken hold of would lie elsewhere.
  async function fit(gd, [x, y]) {
    if (gd._fullLayout.yaxis?.scaleanchor !== "x") return;
    if (JSON.stringify([x, y]) === JSON.stringify(rangesOf(gd._fullLayout))) return;
    gd.dataset.fitting = "yes";
    await window.Plotly.relayout(gd, { "xaxis.range": x, "yaxis.range": y });
    delete gd.dataset.fitting;
  }

  async function react(gd, panel, { data, layout, axes: name }) {
    const ranges = structuredClone(rangesOf(layout)); // Plotly changes the layout that it is given
    await window.Plotly.react(gd, data, layout);
    await fit(gd, ranges);
    axes[panel] = name;
    if (!gd.dataset.watched) {
      gd.on("plotly_afterplot", () => dc.sketch.place(gd));
      WATCH[panel]?.(gd);
    }
    gd.dataset.watched = "yes";
    dc.sketch.place(gd);
    dc.time.place();
    if (panel === "map") dc.starts.place();
    if (panel === "regimes") dc.regimes.place();
    if (panel === "survival") dc.initial.place();
  }

  function place(gd) {
    dc.sketch.place(gd);
    dc.starts.place();
    dc.time.place();
  }

  // What a graph does besides showing a figure, from its first one on.
  const WATCH = {
    map: watchMap,
    alive: (gd) => dc.time.watchChart(gd),
    "pinned-alive": (gd) => dc.time.watchChart(gd),
    pinned(gd) {
      dc.time.watchMap(gd);
      gd.on("plotly_afterplot", dc.time.place);
    },
    survival: (gd) => dc.initial.watch(gd),
    regimes(gd) {
      dc.regimes.watch(gd);
      gd.on("plotly_afterplot", dc.regimes.place);
    },
  };

  function watchMap(gd) {
    gd.on("plotly_relayout", (event) => gd.dataset.fitting || dc.view.relayout(gd, event, true));
    gd.on("plotly_relayouting", (event) => {
      place(gd);
      dc.view.relayout(gd, event, false);
    });
    let pixels = dc.paint.pixels();
    gd.on("plotly_afterplot", () => {
      place(gd);
      const now = dc.paint.pixels();
      if (now === pixels) return;
      pixels = now;
      dc.pump.again(); // a resized map has other pixels
    });
    dc.hover.watch(gd);
    dc.starts.watch(gd);
    dc.time.watchMap(gd);
  }

  // A trace without points for each pair of axes: Plotly makes none for those that no trace uses.
  function nothing({ marks }) {
    const areas = [...new Set(marks.map(({ area = "" }) => area))];
    return areas.map((area) => ({ type: "scatter", x: [null], y: [null], xaxis: `x${area}`, yaxis: `y${area}` }));
  }

  // While a hand moves: on the canvas, over axes that Plotly changes only when they do not fit.
  async function sketch(panel, drawing) {
    const gd = await ready(panel);
    if (gd.matches(":active")) return; // Plotly forgets a pan when its graph is drawn anew
    delete figures[panel];
    if (drawing.layout && axes[panel] !== drawing.axes) {
      await react(gd, panel, { ...drawing, data: nothing(drawing) });
    }
    dc.sketch.draw(gd, drawing);
  }

  async function draw(panel) {
    const figure = figures[panel];
    const gd = await ready(panel);
    delete figures[panel];
    await react(gd, panel, figure);
    gd.closest(".graph").classList.remove("sketched");
  }

  // A hand on the map has let go, and Plotly has ended its pan.
  async function released() {
    if (!plot("map")?.matches(":active")) return;
    await new Promise((resolve) => addEventListener("mouseup", resolve, { once: true }));
    await nextTask();
  }

  // ------------------------------------------------------------- words

  const said = {};

  // Properties of an element as dashboard/page.py writes them.
  function set(id, properties) {
    const whole = JSON.stringify(properties);
    const node = byId(id);
    if (!node || said[id] === whole) return;
    said[id] = whole;
    const { text, style = {}, ...attributes } = properties;
    if (text !== undefined) node.textContent = text;
    for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "boolean") node.toggleAttribute(name, value);
      else node.setAttribute(name, value);
    }
  }

  // Words that tell nothing of the outcome, or that are set elsewhere.
  const open = (panel) => dc.table().open.includes(panel);
  const PLAIN = /-(landmark|tick|long|short)$|^(main|problem|coarse|follow|pytorch|pytorch-heading|enter-lr|convention|provenance|counting|share-conditions)$/;

  function unsay(id) {
    const { text, style = {}, ...attributes } = JSON.parse(said[id]);
    const node = byId(id);
    delete said[id];
    if (text !== undefined) node.textContent = "";
    for (const name of Object.keys(style)) node.style.removeProperty(name);
    for (const name of ["aria-label", "data-changes"]) if (name in attributes) node.removeAttribute(name);
    if ("hidden" in attributes) node.hidden = true;
    node.classList.remove("none", "crowded");
  }

  // What the pictures say, unless the last input was refused.
  const speak = () => sentence(refusal ?? verdict, refusal ? "refused" : "shown");

  function sentence(text, state) {
    set("caption", { text, "data-state": state, style: { "--length": String(text.length) } });
    set("follow-caption", { text });
    set("follow", { "data-state": state });
  }

  // Where the pictures are is asked only when the layout changes: asking makes the browser lay out.
  const room = {}; // panel and layout → whether it has a place there
  const onScreen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      onScreen[isIntersecting ? "add" : "delete"](target.id.replace("picture-", ""));
    }
  });

  function hasRoom(panel) {
    const frame = byId(`picture-${panel}`);
    if (frame && !frame.dataset.watched) {
      frame.dataset.watched = "yes";
      onScreen.add(panel);
      watcher.observe(frame);
    }
    return Boolean(frame?.offsetParent) && getComputedStyle(frame).visibility === "visible";
  }

  dc.paint = {
    // Whether the layout of this size and page has room for the panel, and, while a hand moves, whether
    // it can be seen without scrolling.
    visible(panel, still) {
      const { page, mode, colouring, compared, guessed, step } = document.documentElement.dataset;
      const place = [panel, dc.view.size(), page, mode, colouring, compared, guessed, step].join(" ");
      return (room[place] ??= hasRoom(panel)) && (still || onScreen.has(panel));
    },

    axes: (panel) => axes[panel] ?? "",
    set,

    // Pixels of the screen along the longer side of the map.
    pixels() {
      const gd = plot("map");
      const known = axes.map && gd._fullLayout ? dc.sketch.plot(gd) : byId("picture-map").getBoundingClientRect();
      const side = Math.max(known.width, known.height) * devicePixelRatio || UNSEEN;
      return Math.round(Math.min(Math.max(side, 16), 2048));
    },

    // Canvases before elements: their text asks the browser for finished styles.
    async frame(frame) {
      const late = () => dc.guess.hidden() && !frame.hidden; // what it tells is hidden by now
      if (late()) return;
      if (frame.hidden && !bare) await dc.paint.forget();
      bare = Boolean(frame.hidden);
      const drawn = Object.entries(frame.pictures).map(([panel, picture]) => {
        if (picture.marks) return sketch(panel, picture);
        figures[panel] = picture;
      });
      await Promise.all(drawn);
      for (const [panel, ground] of Object.entries(frame.grounds)) {
        if (dc.paint.visible(panel, true)) dc.sketch.paint(await ready(panel), ground);
      }
      if (late()) return dc.paint.forget();
      verdict = frame.verdict;
      speak();
      for (const [id, properties] of Object.entries(frame.page)) set(id, properties);
      dc.time.frame(frame);
      dc.starts.place();
      dc.regimes.place();
      dc.initial.place();
      dc.lesson.show();
      preset = frame.preset;
      byId("main").classList.remove("stale");
    },

    // Takes away everything that tells the outcome: words, canvases, and the figures that Plotly keeps.
    async forget() {
      verdict = "";
      if (dc.frame) dc.frame = { ...dc.frame, outcome: null };
      byId("hover").replaceChildren();
      for (const id of Object.keys(said)) if (!PLAIN.test(id) && !open(id.replace("picture-", ""))) unsay(id);
      for (const panel of Object.keys(dc.table().depends)) {
        if (open(panel)) continue;
        byId(`picture-${panel}`)?.removeAttribute("aria-label"); // also where what was last set of it is less
        delete figures[panel];
        dc.pump.forget(panel);
        const gd = plot(panel);
        if (!gd?._fullLayout) continue;
        dc.sketch.wipe(gd);
        const shown = dc.paint.visible(panel, true);
        if (!shown) delete axes[panel];
        await window.Plotly.react(gd, [], shown ? { ...gd.layout, annotations: [], shapes: [] } : BLANK);
      }
    },

    async announce({ seq, settings, outcome = null, n_w, n_b }) {
      await nextTask();
      dc.frame = { seq, settings, outcome: dc.guess.hidden() ? null : outcome, n_w, n_b };
      document.dispatchEvent(new CustomEvent("deadcone:frame", { detail: dc.frame }));
    },

    busy: () => set("main", { "aria-busy": "true" }),

    computing(texts) {
      const before = dc.frame?.settings ?? {};
      const keys = Object.keys(dc.table().controls).filter((key) => before[key] !== Number(texts[key]));
      const { symbol } = dc.table().controls[keys[0]] ?? {};
      byId("main").classList.add("stale");
      if (refusal) return;
      sentence(symbol ? `Computing ${symbol} = ${texts[keys[0]]} …` : "Computing …", "computing");
    },

    // Why an input was refused, in the caption's place, until the next one is taken.
    refuse(message) {
      refusal = message;
      speak();
    },

    problem: (message) => set("problem", { text: message ? `▲ ${message}` : "" }),

    // The hand rests: Plotly draws, one panel a task, unless the hand moves on.
    async draw() {
      const { seq } = dc.pump.wanted();
      await nextTask();
      await released();
      for (const panel of Object.keys(figures)) {
        if (dc.pump.wanted().seq !== seq) return;
        if (figures[panel]) await draw(panel);
        await nextTask();
      }
    },

    settle(texts, coarse) {
      speak();
      set("announced", { text: refusal ? "" : verdict }); // what was refused is said by its own line
      byId("main").classList.remove("stale");
      set("coarse", { hidden: !coarse });
      dc.paint.problem(null);
      set("main", { "aria-busy": "false" });
      dc.link.address(texts);
      dc.showPreset(preset);
    },
  };
})();
