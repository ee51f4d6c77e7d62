// The row that plays a run of networks and chooses one of its recorded steps. Why not Python: every record is here
// already, in the picture's `meta`, and a step must follow the hand. What a step shows is dc.stepped's, by tab.
(() => {
  const dc = (window.deadcone ??= {});
  const [MS, CALM_MS] = [80, 800]; // between two records, the second where motion is not wanted
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const drawers = (dc.stepped ??= {}); // by tab: {place, draw(gd, record)}, which says in words what it shows
  const at = {}; // by tab: the record that is shown; the last one where it is not told
  const known = {}; // by tab: the `meta` that was last drawn from
  let linked = null; // the tab, run and record of the link that this page was opened with
  let playing = 0;

  const byId = (id) => document.getElementById(id);
  const tab = () => (dc.texts()?.page === "experiments" && drawers[dc.texts().tab] ? dc.texts().tab : null);
  const plot = (of) => document.querySelector(`#place-${drawers[of].place} .js-plotly-plot`);
  const steps = (of) => plot(of)?.layout?.meta?.steps ?? [];
  const record = (of) => Math.min(at[of] ?? Infinity, steps(of).length - 1);

  function show(of) {
    const now = record(of);
    if (now < 0) return;
    const step = steps(of)[now];
    const said = drawers[of].draw(plot(of), now);
    const scrubber = build(of);
    scrubber.max = steps(of).length - 1;
    scrubber.value = now;
    scrubber.setAttribute("aria-valuetext", [`update ${dc.spaced(step)}`, said].filter(Boolean).join(", "));
    byId(`${of}-step`).textContent = dc.spaced(step);
  }

  // The scrubber is the browser's own range input: it has keys and a name.
  function build(of) {
    const holder = byId(`${of}-scrub`);
    if (holder.firstChild) return holder.firstChild;
    const scrubber = Object.assign(document.createElement("input"), { type: "range", min: 0, step: 1, className: "scrubber" });
    scrubber.setAttribute("aria-label", "Update");
    scrubber.addEventListener("pointerdown", pause);
    scrubber.addEventListener("input", () => go(of, Number(scrubber.value)));
    scrubber.addEventListener("change", settle);
    holder.append(scrubber);
    return scrubber;
  }

  function go(of, to) {
    at[of] = to;
    show(of);
  }

  // What is read as a table follows at rest, and the address.
  function settle() {
    window.dash_clientside.set_props("experiments-step", { data: { ...at } });
    tell();
  }

  // The record that is chosen of a tab's run, by hand or by the link; undefined for the last.
  function chosen(of) {
    const record = dc.link.part("record");
    linked ??= { of, job: dc.texts().job, record: record === "last" ? undefined : Number(record) };
    return at[of] ?? (linked.of === of && linked.job === dc.texts().job ? linked.record : undefined);
  }

  function tell() {
    const of = tab();
    const record = of ? chosen(of) : undefined;
    const last = of && steps(of).length ? steps(of).length - 1 : Infinity; // not known before it is drawn
    const text = record < last ? String(record) : "last";
    if (dc.link.part("record") !== text) dc.link.put("record", text);
  }

  function showPlay(of) {
    byId(`${of}-play`).setAttribute("aria-label", playing ? "Pause" : "Play");
    byId(`${of}-play`).dataset.playing = playing ? "yes" : "no";
  }

  function pause() {
    if (!playing) return;
    clearTimeout(playing);
    playing = 0;
    Object.keys(drawers).forEach(showPlay);
    settle();
  }

  function play() {
    const of = tab();
    const last = steps(of).length - 1;
    if (last < 1) return;
    if (record(of) === last) go(of, 0);
    const move = () => {
      if (tab() !== of) return pause();
      go(of, record(of) + 1);
      if (record(of) === last) return pause();
      playing = setTimeout(move, calm.matches ? CALM_MS : MS);
    };
    playing = setTimeout(move, calm.matches ? CALM_MS : MS);
    showPlay(of);
  }

  const toggle = () => (playing ? pause() : play());

  // A figure of the server shows the end: the step that is chosen is drawn over it.
  function follow(of) {
    const gd = plot(of);
    // What was changed in Plotly's own data it draws again by itself, on another width for instance.
    if (!gd.layout?.meta || (drawers[of].lasting && known[of] === gd.layout.meta)) return;
    const same = known[of]?.steps.join() === gd.layout.meta.steps.join();
    known[of] = gd.layout.meta;
    if (!same) at[of] = undefined;
    at[of] = chosen(of);
    show(of);
    if (!same) settle();
  }

  function attend() {
    const of = tab();
    if (!of) return;
    const gd = plot(of);
    if (!gd?.on || !gd.layout?.meta) return void requestAnimationFrame(attend);
    if (!gd.dataset.stepped) {
      gd.dataset.stepped = "yes";
      gd.on("plotly_afterplot", () => follow(of));
      gd.on("plotly_click", ({ points }) => {
        const nearest = steps(of).indexOf(points[0].x);
        if (!drawers[of].clicks || nearest < 0) return;
        pause();
        go(of, nearest);
        settle();
      });
    }
    follow(of);
  }

  document.addEventListener("click", ({ target }) => target.closest?.(".play")?.dataset.steps && toggle());
  // Space plays and pauses wherever it means nothing else, as on Explore.
  document.addEventListener("keydown", (event) => {
    const taken = "input, textarea, select, button, a, summary, dialog, [role=option], [role=slider]";
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey || event.target.closest(taken) || !tab()) return;
    event.preventDefault();
    toggle();
  });

  dc.steps = { record, tell, show: () => tab() && show(tab()) };
  window.dash_clientside.deadcone.stepped = attend;
})();
