// The first layer's units at a recorded step, and what lies under and behind them. Why not Python: see steps.js.
(() => {
  const dc = (window.deadcone ??= {});
  const shows = { cones: true, trails: true };

  const numbered = (gd, wanted) => gd.data.flatMap(({ name }, i) => (wanted(name) ? [i] : []));
  const isCone = (name) => name.endsWith("cone") || name.startsWith("dead cone");

  // The ways of all units in one line: broken between two units, and where one changes sides.
  function ways({ length, bias }, record) {
    const [x, y] = [[], []];
    const lift = () => (x.push(null), y.push(null));
    length[0].forEach((_, unit) => {
      for (let row = 0; row <= record; row += 1) {
        if (row && length[row][unit] * length[row - 1][unit] < 0) lift();
        x.push(length[row][unit]);
        y.push(bias[row][unit]);
      }
      lift();
    });
    return { x, y };
  }

  function units({ length, bias, active, dead }, record, state) {
    const chosen = dead[record].flatMap((is, unit) => (is === state && length[record][unit] !== null ? [unit] : []));
    const at = (rows) => chosen.map((unit) => rows[record][unit]);
    return { x: at(length), y: at(bias), customdata: at(active) };
  }

  function draw(gd, record) {
    const { meta } = gd.layout;
    const [alive, dead] = [units(meta, record, 0), units(meta, record, 1)];
    const trail = shows.trails ? ways(meta, record) : { x: [], y: [] };
    const drawn = { trails: trail, "alive now": alive, "dead now": dead };
    const at = numbered(gd, (name) => name in drawn);
    const rows = at.map((i) => drawn[gd.data[i].name]);
    const all = alive.x.length + dead.x.length;
    const changes = { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y), customdata: rows.map((row) => row.customdata) };
    window.Plotly.restyle(gd, changes, at);
    cones(gd);
    document.getElementById("theory-dead").textContent = all ? `${dead.x.length} of ${all}` : "";
    document.getElementById("theory-alive").textContent = all ? alive.x.length : "";
    return `${dead.x.length} of ${all} units dead`;
  }

  function cones(gd) {
    const at = numbered(gd, isCone);
    if (at.every((i) => (gd.data[i].visible ?? true) === shows.cones)) return;
    const names = Object.fromEntries((gd.layout.annotations ?? []).map((_, i) => [`annotations[${i}].visible`, shows.cones]));
    window.Plotly.update(gd, { visible: shows.cones }, names, at);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.(".theory-toggle");
    if (!button) return;
    const name = button.dataset.shows;
    shows[name] = !shows[name];
    button.setAttribute("aria-pressed", String(shows[name]));
    dc.steps.show();
  });

  (dc.stepped ??= {}).theory = { place: "first-layer", draw, lasting: true };
})();
