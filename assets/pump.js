// The live loop: at most one request in flight, always the newest settings next, coarse first and
// sharp at rest. Why not Python: Dash sends a request for every step of a slider and aborts none.
(() => {
  const dc = (window.deadcone ??= {});
  const DRAG_MS = 60; // server time aimed at while a hand moves
  const DRAG_BUDGET = 0.3; // seconds after which the server gives up a first picture
  const REST_MS = 400; // a full picture that is expected to take longer is approached in steps
  const COARSEST = 8;
  const COMPUTING_MS = 300;
  const RETRY_MS = 2000;
  const LONGEST_MS = 30_000; // longer than the server's own limit

  const viewer = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let seq = 0;
  let wanted = null; // {seq, key, texts, rest}
  let flight = null; // {key, cells, first, controller}
  let shown = { key: null, cells: 0, detail: false };
  let cost = DRAG_MS / 128 ** 2; // milliseconds a cell, from the last map
  let limit = Infinity; // cells a side that were too slow for a first picture of the wanted settings
  let ceiling = Infinity; // and too slow even for a picture at rest
  let held = false; // an edit is on its way: nothing is settled
  let computing = 0;
  let inspecting = false; // the pointer is on the map: it needs what hovering shows

  const keyOf = (texts) => JSON.stringify([texts, dc.view.theme(), dc.view.size()]);
  const full = () => Number(wanted.texts.resolution);

  // ------------------------------------------------------------- which pictures are older than the controls

  const painted = {}; // panel → what it was drawn from

  function signature(panel, texts) {
    const depends = dc.table().depends[panel];
    const used = depends ? depends.map((key) => texts[key]) : texts;
    return JSON.stringify([used, dc.view.theme(), dc.view.size()]);
  }

  function stale(texts) {
    return Object.keys(dc.table().depends).filter(
      (panel) => dc.paint.visible(panel) && painted[panel] !== signature(panel, texts),
    );
  }

  // ------------------------------------------------------------- what to ask for next

  function affordable(milliseconds) {
    const cells = Math.sqrt(milliseconds / cost);
    let size = full();
    while (size > cells && size > COARSEST) size = Math.ceil(size / 2);
    return size;
  }

  function next() {
    if (flight || !wanted) return;
    if (shown.key !== wanted.key) {
      const cells = Math.min(affordable(DRAG_MS), limit > COARSEST ? Math.ceil(limit / 2) : COARSEST);
      ask({ cells, first: true, detail: false });
    } else if (wanted.rest && !settled()) {
      const quick = cost * full() ** 2 <= REST_MS;
      const cells = fine() ? shown.cells : quick ? full() : Math.min(2 * shown.cells, full());
      ask({ cells, first: false, detail: inspecting });
    } else if (wanted.rest && !held) {
      clearTimeout(computing);
      dc.paint.settle(shown.cells < full());
    }
  }

  // Full size, or as fine as the server's time limit allows.
  const fine = () => shown.cells >= full() || 2 * shown.cells > ceiling;

  // Done: the map is fine, tells what it should, and every visible picture is drawn.
  const settled = () => fine() && (shown.detail || !inspecting) && !stale(wanted.texts).length;

  function url({ cells, first, detail }, old) {
    const query = new URLSearchParams(wanted.texts);
    const panels = new Set(old);
    if (dc.paint.visible("map")) panels.add("map");
    const options = { seq: wanted.seq, cells, viewer, panels: [...panels].join(), detail: detail ? 1 : 0 };
    Object.assign(options, { theme: dc.view.theme(), size: dc.view.size() });
    if (first && cells > COARSEST) options.budget = DRAG_BUDGET;
    for (const [name, value] of Object.entries(options)) query.set(name, value);
    return `${dc.view.base()}frame?${query}`;
  }

  async function ask(plan) {
    const { key, texts } = wanted;
    const signatures = Object.fromEntries(stale(texts).map((panel) => [panel, signature(panel, texts)]));
    const mine = { ...plan, key, texts, signatures, controller: new AbortController() };
    flight = mine;
    try {
      const signal = AbortSignal.any([mine.controller.signal, AbortSignal.timeout(LONGEST_MS)]);
      const answer = await fetch(url(plan, Object.keys(signatures)), { signal });
      if (!answer.headers.get("Content-Type")?.includes("json")) throw new TypeError(answer.status);
      const frame = await answer.json();
      if (flight !== mine) return;
      if (!answer.ok) throw new Error(frame.message);
      if (frame.late) late(mine);
      else await show(mine, frame);
      dc.paint.problem(null);
    } catch (error) {
      if (flight !== mine) return; // aborted: a newer request has taken its place
      const away = error instanceof TypeError || error.name === "TimeoutError";
      const cause = away ? "The server does not answer." : `${error.message}.`;
      dc.paint.problem(`${cause} The pictures are older than the controls; trying again.`);
      setTimeout(() => {
        if (flight === mine) flight = null;
        next();
      }, RETRY_MS);
      return;
    }
    if (flight === mine) flight = null;
    next();
  }

  function late({ key, cells, first }) {
    if (key === wanted.key && first && cells > COARSEST) limit = cells;
    else if (key === wanted.key) ceiling = cells;
    cost = Math.max(cost, (1000 * DRAG_BUDGET) / cells ** 2);
  }

  async function show({ key, signatures, detail }, frame) {
    cost = frame.milliseconds / frame.n_w ** 2;
    await dc.paint.frame(frame, { moving: !detail });
    Object.assign(painted, signatures);
    shown = { key, cells: frame.n_w, detail };
    if (key === wanted.key) clearTimeout(computing);
    dc.paint.announce(frame);
  }

  // ------------------------------------------------------------- called by the controls

  dc.pump = {
    want(texts, { rest }) {
      const key = keyOf(texts);
      if (key !== wanted?.key) {
        limit = ceiling = Infinity;
        clearTimeout(computing);
        computing = setTimeout(() => dc.paint.computing(texts), COMPUTING_MS);
      }
      wanted = { seq: ++seq, key, texts, rest };
      dc.paint.busy();
      // A first picture is over in a moment and is shown; sharpening of older settings is dropped.
      if (flight && !flight.first && flight.key !== key) {
        flight.controller.abort();
        flight = null;
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
    held: () => held,
    // What hovering over the map shows weighs twenty times the map: it comes when it is needed.
    inspect(on) {
      inspecting = on;
      next();
    },
    viewer: () => viewer,
    wanted: () => wanted,
  };
})();
