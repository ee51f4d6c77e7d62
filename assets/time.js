// The playhead: play, step, scrub, and what hovering over a path or a curve marks. Why not Python: it moves
// sixty times a second along ways that are here already (dashboard/runs.py); only where it stops is a setting.
(() => {
  const dc = (window.deadcone ??= {});
  const WHOLE_MS = 8000; // of playing all of the axis at speed 1
  const STEP_MS = 500; // between two moves for who wants less motion
  const SPEEDS = ["1", "2", "4", "0.5"]; // as dashboard/link.py has them
  const NEAR_PX = 10;
  const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const byId = (id) => document.getElementById(id);

  let ways = {}; // map → of the pictures at rest; while a hand moves only the playhead's places are known
  let heads = {}; // map → {time, places, colours, twins}
  let last = 100; // iteration at which the last path ends
  let moved = null; // the playhead while it plays or is dragged, before it is a setting
  let hovered = null; // an iteration that a pointer marks
  let playing = 0; // the next animation frame or timer
  let speed = 0;

  // ------------------------------------------------------------- iterations

  // Where the playhead may stop: as dynamics.recorded_iterations, every one to 100, then two digits.
  const spacing = (t) => (t > 100 ? 10 ** Math.floor(Math.log10(t) - 1) : 1);

  function nearest(t) {
    if (t >= last) return last;
    return Math.max(Math.round(t / spacing(t)) * spacing(t), 0);
  }

  function step(t, count) {
    const way = Math.sign(count);
    let at = nearest(t);
    for (let i = 0; i < Math.abs(count) && (count < 0 ? at > 0 : at < last); i += 1) {
      at = nearest(at + way * spacing(at + way * 0.5));
    }
    return at;
  }

  // The row of a way that holds iteration t: they are recorded as `nearest` rounds.
  function row(t, end) {
    if (t >= end) return Infinity;
    if (t <= 100) return t;
    const decade = Math.floor(Math.log10(t));
    return 100 + 90 * (decade - 2) + Math.round(t / 10 ** (decade - 1)) - 10;
  }

  // Steps of two decades, as the chart's axis.
  const end = () => 10 ** (2 * Math.max(Math.ceil((Math.log10(last) - 0.15) / 2), 1));
  const toShare = (t) => Math.log1p(t) / Math.log1p(end());
  const fromShare = (share) => nearest(Math.expm1(share * Math.log1p(end())));
  const now = () => moved ?? Number(dc.texts()?.time ?? 0);

  // ------------------------------------------------------------- where the starts are

  function places(map, t) {
    const head = heads[map];
    if (!ways[map] || t === head.time) return head;
    const at = ({ w, b }, i) => {
      const k = Math.min(i, w.length - 1);
      return Number.isFinite(w[k]) && Number.isFinite(b[k]) ? [w[k], b[k]] : null;
    };
    return {
      ...head,
      places: ways[map].map((way) => at(way, row(t, way.last))),
      twins: ways[map].filter(({ twin }) => twin).map(({ twin }) => at(twin, row(t, Infinity))),
    };
  }

  // The playhead's marks on the map in words.
  function whereabouts(t) {
    if (t === 0 || !heads.map || !dc.texts().layers.includes("paths")) return [];
    const short = (value) => String(Number(value.toPrecision(3))).replace("-", "−");
    return places("map", t).places.map((at, i) => `${"ABCDEFGH"[i]} at ${at ? `(${at.map(short).join(", ")})` : "no place"}`);
  }

  function layer(gd) {
    const frame = gd.closest(".graph");
    const found = frame.querySelector(".heads");
    if (found) return found;
    return frame.appendChild(Object.assign(document.createElement("div"), { className: "heads" }));
  }

  function put(mark, gd, x, y) {
    const { left, top, width, height } = dc.sketch.plot(gd);
    mark.hidden = !(x >= 0 && x <= 1 && y >= 0 && y <= 1);
    mark.style.translate = `${left + x * width}px ${top + (1 - y) * height}px`;
  }

  const share = (axis, value) => dc.sketch.share(axis, value);

  function placeOn(map, t) {
    const gd = byId(map)?.querySelector(".js-plotly-plot");
    if (!gd?._fullLayout?.xaxis?._length) return;
    const { xaxis, yaxis } = gd._fullLayout;
    const { places: starts, colours, twins } = places(map, t);
    const shown = t > 0 && dc.texts().layers.includes("paths") && byId("play").offsetParent;
    const points = shown ? [...twins.map((at) => [at, null]), ...starts.map((at, i) => [at, colours[i]])] : [];
    const marks = layer(gd);
    while (marks.children.length > points.length) marks.lastChild.remove();
    while (marks.children.length < points.length) marks.append(document.createElement("i"));
    points.forEach(([at, colour], i) => {
      const mark = marks.children[i];
      mark.className = colour ? "playhead" : "playhead twin";
      mark.style.background = colour?.[0] ?? "";
      mark.style.borderColor = colour?.[1] ?? "";
      if (at) put(mark, gd, share(xaxis, at[0]), share(yaxis, at[1]));
      else mark.hidden = true;
    });
  }

  function placeLine(chart, t) {
    const gd = byId(chart)?.querySelector(".js-plotly-plot");
    if (gd?._fullLayout?.xaxis?.type !== "log") return;
    const marks = layer(gd);
    if (!marks.firstChild) marks.append(Object.assign(document.createElement("i"), { className: "playhead-line" }));
    const { left, top, width, height } = dc.sketch.plot(gd);
    const x = share(gd._fullLayout.xaxis, Math.log10(Math.max(t, 1)));
    marks.firstChild.hidden = t <= 0 || x > 1;
    marks.firstChild.style.translate = `${left + x * width}px ${top}px`;
    marks.firstChild.style.height = `${height}px`;
  }

  const spaced = (dc.spaced = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f"));

  function tell(t) {
    byId("iteration").textContent = spaced(t);
    const scrubber = byId("scrubber");
    scrubber.value = 1000 * toShare(t);
    scrubber.style.setProperty("--at", toShare(t).toFixed(4));
    scrubber.setAttribute("aria-valuetext", [`iteration ${t}`, ...(playing ? [] : whereabouts(t))].join(", "));
    const before = dc.texts().before === "none" ? null : dc.texts().before.split(",")[0];
    const button = byId("continue");
    button.setAttribute("aria-pressed", String(before !== null));
    button.textContent = before === null ? "Continue from here" : `Continues from ${spaced(before)}`;
    button.classList.toggle("idle", t === 0 && before === null);
  }

  function place() {
    if (!dc.texts() || !byId("scrubber")) return;
    const t = hovered ?? now();
    for (const map of Object.keys(heads)) placeOn(map, t);
    for (const chart of ["alive", "pinned-alive"]) placeLine(chart, t);
    tell(t);
  }

  // ------------------------------------------------------------- hands

  function go(t) {
    moved = t;
    place();
    if (dc.time.led()) dc.change({ time: String(t) });
  }

  function settle() {
    if (moved === null) return;
    dc.change({ time: String(moved) });
    moved = null;
    place();
  }

  function pause() {
    cancelAnimationFrame(playing);
    clearTimeout(playing);
    playing = 0;
    showPlay();
    settle();
  }

  function showPlay() {
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    byId("play").dataset.playing = playing ? "yes" : "no";
  }

  function play() {
    let at = now() >= last ? 0 : toShare(now());
    let before = performance.now();
    const next = () => (calm.matches ? setTimeout(move, STEP_MS, null) : requestAnimationFrame(move));
    const move = () => {
      const time = performance.now();
      at += ((time - before) / WHOLE_MS) * SPEEDS[speed];
      before = time;
      go(fromShare(Math.min(at, 1)));
      if (moved >= last) return pause();
      playing = next();
    };
    playing = next();
    showPlay();
  }

  const toggle = () => (playing ? pause() : play());

  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const far = { Home: 0, End: last }[event.key];
    const steps = STEPS[event.key];
    if (far === undefined && !steps) return;
    event.preventDefault();
    pause();
    go(far ?? step(now(), steps));
    settle();
  }

  function click({ target }) {
    const id = target.closest?.("button")?.id;
    if (id === "play") toggle();
    if (id === "step-back" || id === "step-on") {
      pause();
      go(step(now(), id === "step-on" ? 1 : -1));
      settle();
    }
    if (id === "speed") {
      dc.time.pace(SPEEDS[(speed + 1) % SPEEDS.length]);
      dc.link.put("speed", SPEEDS[speed]);
    }
    if (id === "continue") {
      pause();
      const { before, beta, eta } = dc.texts();
      dc.change({ before: before === "none" ? [now(), beta, eta].join() : "none" }, 0);
      place();
    }
  }

  // The scrubber is the browser's own range input: Dash has none on a logarithmic axis.
  function build() {
    const holder = byId("scrub");
    if (!holder || byId("scrubber")) return;
    const scrubber = document.createElement("input");
    Object.assign(scrubber, { type: "range", id: "scrubber", min: 0, max: 1000, step: "any", value: 0 });
    scrubber.setAttribute("aria-label", "Iteration");
    scrubber.addEventListener("pointerdown", () => playing && pause());
    scrubber.addEventListener("input", () => go(fromShare(scrubber.value / 1000)));
    scrubber.addEventListener("change", settle);
    scrubber.addEventListener("keydown", press);
    holder.append(scrubber);
  }

  document.addEventListener("click", click);
  // Space plays and pauses wherever it means nothing else.
  document.addEventListener("keydown", (event) => {
    const taken = "input, textarea, select, button, a, summary, dialog, [role=option], [role=slider]";
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey || event.target.closest(taken)) return;
    if (dc.guess.hidden() || !byId("play")?.offsetParent) return;
    event.preventDefault();
    toggle();
  });

  // ------------------------------------------------------------- what a pointer marks

  function mark(t) {
    if (t === hovered || playing) return;
    hovered = t;
    place();
  }

  function nearPath(gd, { clientX, clientY, buttons }) {
    const own = ways[gd.closest(".graph").id.replace("picture-", "")];
    if (buttons || !own || !dc.texts().layers.includes("paths")) return null;
    const { left, top, width, height } = dc.sketch.onScreen(gd);
    const { xaxis, yaxis } = gd._fullLayout;
    let [best, found] = [NEAR_PX ** 2, null];
    for (const { w, b, last: end } of own) {
      for (let i = 0; i < w.length; i += 1) {
        const x = left + share(xaxis, w[i]) * width - clientX;
        const y = top + (1 - share(yaxis, b[i])) * height - clientY;
        if (x * x + y * y < best) [best, found] = [x * x + y * y, i === w.length - 1 ? end : iterationOf(i)];
      }
    }
    return found;
  }

  const iterationOf = (i) => (i <= 100 ? i : (10 + ((i - 100) % 90)) * 10 ** (1 + Math.floor((i - 100) / 90)));

  function onChart(gd, { clientX, clientY, buttons }) {
    const { left, top, width, height } = dc.sketch.onScreen(gd);
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    if (buttons || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return null;
    const { range } = gd._fullLayout.xaxis;
    return nearest(10 ** (range[0] + x * (range[1] - range[0])));
  }

  function watch(gd, find) {
    gd.addEventListener("pointermove", (event) => event.pointerType !== "touch" && mark(find(gd, event)));
    gd.addEventListener("pointerleave", () => mark(null));
  }

  dc.time = {
    now,
    place,
    led: () => document.documentElement.dataset.mode === "init", // there pictures of the server show it
    watchMap: (gd) => watch(gd, nearPath),
    watchChart(gd) {
      watch(gd, onChart);
      gd.on("plotly_afterplot", place);
    },
    nearest,
    go: (t) => go(nearest(t)),
    pace(text) {
      speed = SPEEDS.indexOf(text);
      byId("speed").textContent = `${text}×`;
    },
    settle,
    pause: () => playing && pause(),
    press,
    frame(frame) {
      build();
      if (frame.last) [last, hovered] = [frame.last, null];
      if (!frame.heads) return;
      ways = frame.ways ?? {};
      heads = frame.heads;
      const ends = Object.values(ways).flat().map((way) => way.last);
      if (ends.length) last = Math.max(...ends);
      hovered = null;
      place();
    },
  };
})();
