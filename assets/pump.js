// The live loop: which frame to ask for next. Always the newest settings; as many requests in flight as
// the network's delay asks for, one where there is none; coarse first and sharp at rest. Why not Python:
// Dash sends a request for every step of a slider and aborts none.
(() => {
  const dc = (window.deadcone ??= {});
  const DRAG_CELLS = 256;
  const DRAG_MS = 60; // of the engine, aimed at while a hand moves
  const CROWDED_MS = 15; // and while others wait for it
  const OVERTAKE_MS = 200; // then a newer value takes an older one's place in the server's line
  const DRAG_BUDGET = 0.3; // seconds after which the server gives up a first picture
  const REST_MS = 400; // a full picture that is expected to take longer is approached in steps
  const COARSEST = 8;
  const SMALL_CELLS = 128 ** 2; // fewer take as long: every one is computed
  const COMPUTING_MS = 300;
  const RETRY_MS = 2000;
  const LONGEST_MS = 30_000; // longer than the server's own limit
  const MOST = 6; // requests in flight, as many as a browser sends to one host
  const EVERY_MS = 50; // and this far apart
  const EXACT_CELLS = 32; // of a map that is iterated plainly, at first
  const COMPLETE_BUDGET = 5; // seconds for everything that is compared with
  const CLOUDS_BUDGET = 18; // and for all units to the end, or a step's words

  const viewer = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let seq = 0;
  let wanted = null; // {seq, key, texts, rest}
  const flights = new Set(); // {seq, key, texts, cells, still, …}
  let shown = { key: null, seq: 0, cells: 0 }; // … what else the frame says of itself
  let cost = 1e-4; // milliseconds a cell, from the last map
  let crowded = false; // whether others waited for the server when it answered last
  let limit = Infinity; // cells a side that were too slow for a first picture of the wanted settings
  let ceiling = Infinity; // and too slow even for a picture at rest
  let travel = 0; // milliseconds that an answer spends on its way, beyond twice the server's own
  let painting = Promise.resolve(); // one frame after the other
  let quiet = 0; // until when nothing is asked for: the server was away, or too busy
  let held = false; // an edit is on its way: nothing is settled
  let computing; // runs while the wanted picture is late
  let overtaking; // runs while a request stands in the line

  // The playhead moves in the browser: only pictures that name it are drawn anew for it. A job's pictures are
  // Dash's own.
  const timeless = (texts) => ({ ...texts, time: 0, job: 0, step: 0, vote: texts.vote === "0" ? 0 : 1 });
  class Refused extends Error {} // by the server, with its reason

  const keyOf = (texts) => {
    const said = [texts.step, texts.vote]; // what the lesson says follows from them, no picture
    return JSON.stringify([dc.time.led() ? texts : timeless(texts), said, dc.view.theme(), dc.view.size()]);
  };
  const mapOf = (texts) => JSON.stringify({ ...texts, job: 0, starts: 0, layers: 0, quantity: 0, colouring: 0, present: 0, time: 0, before: 0, selected: 0, batch: 0, kick: 0, guess: 0, step: 0, vote: 0 });
  // Real initialisations have no map: the server follows a few units first, then all.
  const full = () => (dc.time.led() || dc.risk.on() ? COARSEST : Number(wanted.texts.resolution) || dc.paint.pixels());
  const room = () => Math.min(Math.max(1 + Math.floor(travel / EVERY_MS), 1), MOST);
  const awaited = () => [...flights].filter(({ overtaken }) => !overtaken);
  // An answer that is being painted is no longer on its way: the server works on the next meanwhile.
  const free = () => awaited().filter(({ arrived }) => !arrived).length < room();

  // ------------------------------------------------------------- which pictures are older than the controls

  const painted = {}; // panel → what it was drawn from, by Plotly or else by hand

  function signature(panel, texts, atRest) {
    const depends = dc.table().depends[panel];
    const used = depends ? depends.map((key) => texts[key]) : timeless(texts);
    // A window in units of γ is another one with every γ.
    if (depends?.includes("scale") && texts.scale === "1") used.push(texts.gamma);
    return JSON.stringify([used, dc.view.theme(), dc.view.size(), atRest]);
  }

  // At rest both maps and what changed have the same grid.
  const COMPARED = ["pinned", "changed"];
  const grid = ({ cells, exact }) => `${cells} ${Boolean(exact)}`;
  const gridOf = {}; // panel → grid that it was drawn from

  const seen = (still = true) => Object.keys(dc.table().depends).filter((panel) => dc.paint.visible(panel, still));

  function stale(texts, plan) {
    return seen(plan.still).filter(
      (panel) =>
        (painted[panel] !== signature(panel, texts, true) &&
          (plan.still || painted[panel] !== signature(panel, texts, false))) ||
        (plan.still && COMPARED.includes(panel) && gridOf[panel] !== grid(plan)),
    );
  }

  // ------------------------------------------------------------- what to ask for next

  function affordable(milliseconds, size) {
    const cells = Math.sqrt(milliseconds / cost);
    while (size > cells && size > COARSEST) size = Math.ceil(size / 2);
    return size;
  }

  async function next() {
    if (free()) dc.pull();
    if (!wanted || performance.now() < quiet) return;
    if (shown.key !== wanted.key) {
      if (awaited().some(({ key }) => key === wanted.key)) return;
      if (crowded && !free()) overtake();
      if (free()) first();
      return;
    }
    if (!wanted.rest || flights.size) return;
    const size = full();
    if (!fine()) {
      ask({ cells: cost * size ** 2 > REST_MS ? Math.min(4 * shown.cells, size) : size, still: true });
    } else if (stale(wanted.texts, { ...shown, still: true }).some((panel) => !shown.missing.includes(panel))) {
      ask({ cells: shown.cells, still: true, exact: shown.exact });
    } else if (!held) {
      const { seq } = wanted;
      await dc.paint.draw();
      if (wanted.seq !== seq || flights.size || held) return;
      if (shown.rough) ask({ cells: shown.exact ? Math.min(2 * shown.cells, size) : EXACT_CELLS, still: true, exact: true });
      else if (shown.pending) {
        dc.link.address(wanted.texts); // this may take seconds
        ask({ cells: shown.cells, still: true, exact: shown.exact, complete: true });
      } else if (shown.missing.length && !shown.bare) {
        ask({ cells: shown.cells, still: true, exact: shown.exact, bare: true }); // what took too long is given up
      } else settle();
    }
  }

  // A request for a moving picture that has stood in the line for a while is given up for a newer one. Of what
  // is given up one at a time is on its way: another process may not know that it is, and work on it.
  function overtake() {
    overtaking = clearTimeout(overtaking);
    const standing = [...flights].find(({ first, arrived }) => first && !arrived);
    if (!standing || [...flights].some(({ overtaken }) => overtaken)) return;
    const left = standing.from + OVERTAKE_MS - performance.now();
    if (left <= 0) standing.overtaken = true;
    else overtaking = setTimeout(next, left + 1);
  }

  function drop(flight) {
    flights.delete(flight);
    flight.controller.abort();
  }

  // The first picture of new settings: the whole one if the hand rests and it is cheap. (How many pixels
  // the map has is known only when it has axes.)
  function first() {
    const counted = dc.paint.axes("map") || Number(wanted.texts.resolution);
    const quick = wanted.rest && !dc.time.led() && counted && limit === Infinity && cost * full() ** 2 < DRAG_MS;
    const known = shown.map === mapOf(wanted.texts); // the server has it
    const cells = quick ? full() : known ? shown.cells : affordable(crowded ? CROWDED_MS : DRAG_MS, Math.min(full(), DRAG_CELLS));
    const exact = known && shown.exact;
    ask({ cells: Math.max(Math.min(cells, Math.ceil(limit / 2)), COARSEST), still: quick, first: true, exact });
  }

  // Full size, or as fine as the server's time limit allows. (An exact map is refined only when all else is.)
  const fine = () => shown.exact || shown.cells >= full() || 2 * shown.cells > ceiling;

  // Without its words a step of the lesson is nothing.
  const patient = (texts) => dc.time.led() || dc.risk.on() || texts.step !== "0";

  function url({ seq, texts, cells, still, first, panels, exact, complete, bare }) {
    const query = new URLSearchParams({ ...texts, time: dc.time.now() });
    const oldest = Math.min(seq, ...awaited().map((flight) => flight.seq));
    const options = { seq, oldest, cells, viewer, still: still ? 1 : 0, panels: panels.join() };
    options.axes = panels.map(dc.paint.axes).join();
    Object.assign(options, { theme: dc.view.theme(), size: dc.view.size() });
    if (first && cells > COARSEST) options.budget = DRAG_BUDGET;
    if (exact) options.exact = 1;
    if (bare) options.bare = 1;
    if (dc.embed.on() && !dc.paint.visible("share", true)) options.alone = 1;
    if (complete) Object.assign(options, { complete: 1, budget: patient(texts) ? CLOUDS_BUDGET : COMPLETE_BUDGET });
    for (const [name, value] of Object.entries(options)) query.set(name, value);
    return `${dc.view.base()}frame?${query}`;
  }

  async function ask(plan) {
    const { seq, key, texts } = wanted;
    const panels = new Set(plan.complete && dc.time.led() ? seen() : stale(texts, plan));
    if (dc.paint.visible("map", true)) panels.add("map");
    const mine = { ...plan, seq, key, texts, panels: [...panels], controller: new AbortController(), from: performance.now() };
    flights.add(mine);
    try {
      const signal = AbortSignal.any([mine.controller.signal, AbortSignal.timeout(LONGEST_MS)]);
      const answer = await fetch(url(mine), { signal });
      if (answer.status === 503) mine.busy = 1000 * (Number(answer.headers.get("Retry-After")) || 1);
      if (answer.headers.get("Content-Type") !== "application/octet-stream") throw new TypeError(answer.status);
      const frame = dc.read(await answer.arrayBuffer());
      if (!flights.has(mine)) return;
      mine.arrived = performance.now(); // what goes wrong from here on is no fault of the network
      if (!answer.ok) throw new Refused(frame.message);
      if (frame.late && !mine.overtaken) late(mine);
      next();
      if (!frame.late) await (painting = painting.catch(() => {}).then(() => show(mine, frame)));
      if (!mine.overtaken) dc.paint.problem(null);
    } catch (error) {
      if (!flights.has(mine)) return; // aborted: a newer request has taken its place
      if (mine.overtaken) return flights.delete(mine) && next(); // nobody waits for it
      const away = !mine.arrived && (error instanceof TypeError || error.name === "TimeoutError");
      const cause = mine.busy ? "The server is busy." : away ? "The server does not answer." : `${error.message}.`;
      dc.paint.problem(`${cause} The pictures are older than the controls${away ? "; trying again" : ""}.`);
      flights.delete(mine);
      if (away) wait((mine.busy ?? RETRY_MS) * (1 + Math.random() / 2)); // so that not all come back at once
      else if (wanted.key !== key) next();
      if (mine.arrived && !(error instanceof Refused)) throw error;
      return;
    }
    flights.delete(mine);
    next();
  }

  function wait(milliseconds) {
    quiet = performance.now() + milliseconds;
    setTimeout(next, milliseconds + 1);
  }

  addEventListener("online", () => {
    quiet = 0;
    next();
  });

  function late({ key, cells, first, exact, complete }) {
    if (!complete && !exact) cost = Math.max(cost, (1000 * DRAG_BUDGET) / cells ** 2);
    if (key !== wanted.key) return;
    if (complete) shown.pending = false;
    else if (exact) shown.rough = false;
    else if (first && cells > COARSEST) limit = cells;
    else ceiling = cells;
  }

  async function show(flight, frame) {
    const { seq, key, texts, panels, still, from, arrived, exact, complete, bare, cells: asked } = flight;
    if (!exact && frame.n_w && !frame.hidden) cost = frame.milliseconds / Math.max(frame.n_w * frame.n_b, SMALL_CELLS);
    crowded = frame.crowded;
    travel = crowded ? 0 : arrived - from - 2 * frame.spent; // more requests would only wait longer
    // Overtaken on its way, or while it waited for the one before to be painted.
    if (seq < shown.seq || !flights.has(flight) || [...flights].some((other) => other.arrived && other.seq > seq)) return;
    const cells = Math.max(frame.n_w, frame.n_b) || asked;
    const missing = panels.filter((panel) => !(panel in frame.pictures) || frame.unfinished?.includes(panel));
    const rough = frame.rough && !(exact && cells >= full());
    shown = { key, map: mapOf(texts), seq, cells, missing, exact, rough, pending: frame.pending && !complete && !bare, bare };
    for (const other of flights) if (other.overtaken && other.seq < seq) drop(other);
    computing = clearTimeout(computing);
    if (key !== wanted.key) computing = setTimeout(() => dc.paint.computing(wanted.texts), COMPUTING_MS);
    await dc.paint.frame(frame);
    dc.showValues(texts);
    for (const panel of panels) {
      painted[panel] = missing.includes(panel) ? null : signature(panel, texts, still);
      gridOf[panel] = grid(shown);
    }
    dc.paint.announce(frame);
  }

  function settle() {
    computing = clearTimeout(computing);
    dc.paint.settle(wanted.texts, shown.cells < full());
  }

  // ------------------------------------------------------------- called by the controls

  dc.pump = {
    want(texts, { rest }) {
      const key = keyOf(texts);
      if (key !== wanted?.key) {
        limit = ceiling = Infinity;
        computing ||= setTimeout(() => dc.paint.computing(wanted.texts), COMPUTING_MS);
      }
      wanted = { seq: ++seq, key, texts, rest };
      dc.paint.busy();
      dc.hover.hide();
      // A first picture is over in a moment and is shown; sharpening of older settings is dropped.
      for (const flight of flights) {
        if ((!flight.first && flight.key !== key) || flight.texts.hide !== texts.hide) drop(flight);
      }
      next();
    },
    again() {
      if (wanted) this.want(wanted.texts, wanted);
    },
    hold(on) {
      held = on;
      if (on) dc.paint.busy();
      else next();
    },
    // That a picture has been taken away.
    forget: (panel) => delete painted[panel],
    sharp: () => wanted?.rest && shown.key === wanted.key && fine(),
    idle: () => !flights.size,
    settled: () => !held && dc.pump.sharp() && dc.pump.idle(),
    // What asks for more of the map that was announced.
    query() {
      const cells = Math.max(dc.frame.n_w, dc.frame.n_b) || COARSEST;
      return new URLSearchParams({ ...wanted.texts, cells, exact: shown.exact ? 1 : 0 });
    },
    wanted: () => wanted,
  };
})();
