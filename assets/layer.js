// Your own layer: the file goes to the server with the request that asks about it, its units come back and stay here.
// Why not Python: nobody's layer is kept on the server, so what is known of it is known to this browser alone.
(() => {
  const dc = (window.deadcone ??= {});
  const MOST_BYTES = 16 * 2 ** 20; // dashboard/layer.py has the same limits
  const MOST_DRAWN = 1000; // of each kind
  const MOST_WAITS = 20_000;
  const ENDINGS = { layer: ".npz,.csv,.safetensors", inputs: ".npy,.npz,.csv,.safetensors" };
  const KEYS = ["beta", "eta", "gamma", "delta", "epsilon"];
  const byId = (id) => document.getElementById(id);
  const table = () => dc.layerTable;
  let files = {}; // layer, inputs: File; and what was chosen of several: layer, units
  let units = null;
  let seq = 0; // of uploads
  let asked = ""; // at which settings the picture was last asked for
  let looks = 0;
  let selected = -1;

  const shown = () => dc.texts()?.page === "risk" && dc.texts().tab === "layer";
  const busy = (on) => byId("layer").setAttribute("aria-busy", String(on));

  // ------------------------------------------------------------- bytes (dashboard/packing.py)

  function pack(header, arrays) {
    const text = new TextEncoder().encode(JSON.stringify(header));
    return new Blob([new Uint32Array([text.length]), text, ...arrays]);
  }

  async function post(route, body, query = "") {
    const answer = await fetch(`${dc.view.base()}layer/${route}?${query}`, { method: "POST", body });
    if (answer.status === 503) throw new Error(`${dc.files.BUSY}.`);
    return answer.arrayBuffer();
  }

  // Why nothing came back; what browsers say of a network is no sentence.
  const reason = ({ message }, otherwise = "The server does not answer.") => (message === `${dc.files.BUSY}.` ? message : otherwise);

  // ------------------------------------------------------------- files

  function query(more = {}) {
    const named = { name: files.layer.name, bytes: files.layer.size, ...more };
    if (files.inputs) named.inputs = files.inputs.name;
    for (const key of ["label", "units"]) if (files[key]) named[key === "label" ? "layer" : key] = files[key];
    return new URLSearchParams(named);
  }

  function tooLarge({ name, size }) {
    const mib = (size / 2 ** 20).toFixed(1);
    return size > MOST_BYTES && `${name} is ${mib} MiB; the page takes 16 MiB. The command line takes more.`;
  }

  function say(problem, question = null, notes = []) {
    byId("layer-problem").textContent = problem ? `▲ ${problem}` : "";
    byId("layer-question").hidden = !question;
    byId("layer-notes").replaceChildren(...notes.map((note) => Object.assign(document.createElement("p"), { className: "error", textContent: `▲ ${note}` })));
    if (!question) return;
    const choices = Object.entries(question.choices).map(([value, name]) => {
      const button = Object.assign(document.createElement("button"), { className: "link", textContent: name });
      button.addEventListener("click", () => send({ ...files, [question.asked === "layer" ? "label" : "units"]: value }));
      return button;
    });
    byId("layer-question").replaceChildren(`${question.question}: `, ...choices);
  }

  // What cannot be read leaves what is shown.
  async function send(wanted) {
    const mine = (seq += 1);
    const before = files;
    const large = tooLarge(wanted.layer) || (wanted.inputs && tooLarge(wanted.inputs));
    if (large) return say(large);
    files = wanted;
    busy(true);
    let told;
    try {
      told = dc.unpack(await post("units", new Blob([files.layer, files.inputs ?? ""]), query()));
    } catch (problem) {
      told = { header: { problem: reason(problem, "The server does not answer, or the file cannot be read.") } };
    }
    if (mine !== seq) return;
    busy(false);
    const { header, floats } = told;
    if (header.problem || header.question) {
      if (header.question) files = { ...wanted };
      else files = before;
      return say(header.problem, header.question && header);
    }
    units = { ...header, where: new Uint8Array(header.n), wait: new Float32Array(header.n) };
    for (const name of header.arrays) units[name] = floats(header.n);
    selected = -1;
    say("", null, header.notes);
    describe();
    look(true);
  }

  function remove() {
    seq += 1;
    [files, units, selected] = [{}, null, -1];
    say("");
    describe();
    look(true);
  }

  function describe() {
    for (const id of ["layer-file", "layer-legend", "layer-units"]) byId(id).hidden = !units;
    byId("layer-empty").hidden = Boolean(units);
    if (!units) return;
    byId("layer-name").textContent = units.name;
    byId("layer-shape").textContent = units.file;
    byId("layer-inputs").textContent = units.inputs;
    byId("layer-add").textContent = files.inputs ? "Replace inputs" : "Add inputs";
    byId("layer-drop").hidden = !files.inputs;
    byId("layer").classList.toggle("counted", Boolean(units.active));
    document.querySelector("[data-sort=active]").textContent = `active in ${dc.spaced(units.counted)}`;
    document.querySelector("[data-sort=scale]").textContent = units.given ? "s.d. of z" : "‖w‖";
    document.querySelector("[data-sort=mean]").textContent = units.given ? "mean of z" : "b";
    const file = byId("layer-direction").querySelector("[value=file]");
    file.hidden = file.disabled = !units.along;
    if (units.along) byId("layer-direction").value = "file";
    else if (byId("layer-direction").value === "file") byId("layer-direction").value = "across";
  }

  const choose = (kind) => dc.files.choose(ENDINGS[kind], (file) => take(kind, file));
  const take = (kind, file) => send(kind === "layer" ? { layer: file } : { ...files, inputs: file });

  async function example() {
    const answer = await fetch(`${dc.view.base()}layer/example`);
    take("layer", new File([await answer.blob()], "example.npz"));
  }

  // ------------------------------------------------------------- at the current settings

  // What the server cannot tell differs from what nobody has asked yet.
  const learn = (which, waits) => waits.forEach((wait, i) => (units.wait[which[i]] = Number.isNaN(wait) ? -Infinity : wait));

  // P(z > 0) < ε is dead, P(z ≤ 0) < ε linear: Eq. 3, in logarithms.
  function judge() {
    const epsilon = Number(dc.texts().epsilon);
    const [dead, linear] = [Math.log10(epsilon), Math.log1p(-epsilon) / Math.LN10];
    units.counts = [0, 0, 0, 0];
    for (let unit = 0; unit < units.n; unit++) {
      const log10 = units.log10[unit];
      const where = !Number.isFinite(units.scale[unit]) || !Number.isFinite(units.mean[unit]) ? 3 : log10 < dead ? 0 : log10 > linear ? 2 : 1;
      units.where[unit] = where;
      units.counts[where] += 1;
    }
  }

  // At most so many of those that `fits` takes, evenly over their numbers.
  function some(fits, count, most) {
    const found = new Uint32Array(Math.min(count, most));
    let seen = 0;
    let n = 0;
    for (let unit = 0; unit < units.n && n < found.length; unit++) {
      if (!fits(unit)) continue;
      if (Math.floor((seen * found.length) / count) >= n) found[n++] = unit;
      seen += 1;
    }
    return found;
  }

  const pick = (name, which) => Float32Array.from(which, (unit) => units[name][unit]);
  const texts = () => Object.fromEntries(KEYS.map((key) => [key, dc.texts()[key]]));

  function question(drawn, sunk) {
    const [dead, between, linear, invalid] = units?.counts ?? [0, 0, 0, 0];
    const header = {
      ...texts(),
      theme: dc.view.theme(),
      size: dc.view.size(),
      direction: byId("layer-direction").value,
      given: Boolean(units?.given),
      along: Boolean(units?.along),
      counts: { dead, between, linear, invalid },
      drawn: drawn.length,
      dead: sunk.length,
    };
    if (!units) return pack(header, []);
    const arrays = [drawn, pick("scale", drawn), pick("mean", drawn), Uint8Array.from(drawn, (unit) => units.where[unit])];
    arrays.push(pick("scale", sunk), pick("mean", sunk));
    if (units.along) arrays.push(pick("along", sunk));
    return pack(header, arrays);
  }

  async function look(fresh = false) {
    const now = JSON.stringify([texts(), dc.view.theme(), dc.view.size(), byId("layer-direction").value]);
    if (now === asked && !fresh) return;
    asked = now;
    const mine = (looks += 1);
    busy(true);
    let drawn = new Uint32Array();
    let sunk = drawn;
    if (units) {
      judge();
      drawn = Uint32Array.from([0, 1, 2].flatMap((kind) => [...some((unit) => units.where[unit] === kind, units.counts[kind], MOST_DRAWN)]));
      sunk = some((unit) => units.where[unit] === 0, units.counts[0], MOST_WAITS);
    }
    let told;
    try {
      told = dc.unpack(await post("look", question(drawn, sunk)));
    } catch (problem) {
      told = { header: { problem: reason(problem) } };
    }
    if (mine !== looks) return;
    if (told.header.problem) {
      asked = "";
      busy(false);
      return say(told.header.problem);
    }
    if (units) {
      units.wait.fill(NaN);
      learn(sunk, told.floats(sunk.length));
      count(drawn.length);
      table().fill(units, fresh);
    }
    draw(told.header);
    busy(false);
  }

  function count(drawn) {
    for (const [i, kind] of table().NAMES.entries()) {
      const number = dc.spaced(units.counts[i]);
      byId(`layer-number-${kind}`).textContent = number;
      if (kind !== "invalid") byId(`layer-count-${kind}`).textContent = number;
    }
    byId("layer-number-all").textContent = dc.spaced(units.n);
    document.querySelector("[data-kind=invalid]").hidden = units.counts[3] === 0;
    const all = units.n - units.counts[3];
    byId("layer-drawn").textContent = drawn < all ? `${dc.spaced(drawn)} of ${dc.spaced(all)} are drawn` : "";
  }

  // ------------------------------------------------------------- the picture

  let names = []; // of the cones: what is written into the picture besides the selected unit's

  function draw({ figure, label, title, context }) {
    byId("layer-title").textContent = title;
    byId("layer-context").textContent = (units?.silent ?? "") + context;
    byId("picture-layer").setAttribute("aria-label", label);
    names = figure.layout.annotations;
    const place = byId("layer-plane");
    const ring = { color: "rgba(0,0,0,0)", size: 17, line: { width: 2.4, color: getComputedStyle(document.documentElement).getPropertyValue("--ink") } };
    const chosen = { type: "scatter", mode: "markers", name: "selected", x: [], y: [], marker: ring, hoverinfo: "skip" };
    window.Plotly.react(place, [...figure.data, chosen], figure.layout, dc.table().graph);
    if (!place.dataset.watched) {
      place.dataset.watched = "yes";
      place.on("plotly_click", ({ points }) => points[0]?.customdata !== undefined && table().select(points[0].customdata));
      new ResizeObserver(() => shown() && window.Plotly.Plots.resize(place)).observe(byId("picture-layer"));
    }
    mark();
  }

  function mark() {
    const place = byId("layer-plane");
    const there = units && selected >= 0 && Number.isFinite(units.scale[selected]);
    const [x, y] = there ? [units.scale[selected], units.mean[selected]] : [];
    const style = getComputedStyle(document.documentElement);
    const [ink, page] = ["--ink", "--page"].map((name) => style.getPropertyValue(name));
    const right = there && x > 0.7 * place.layout.xaxis.range[1];
    const name = { text: `<b>unit ${selected}</b>`, x, y, showarrow: false, xanchor: right ? "right" : "left", xshift: right ? -14 : 14, bgcolor: page, borderpad: 2, font: { ...names[0]?.font, color: ink } };
    window.Plotly.restyle(place, { x: [there ? [x] : []], y: [there ? [y] : []] }, [place.data.length - 1]);
    window.Plotly.relayout(place, { annotations: there ? [...names, name] : names });
  }

  async function save(kind) {
    busy(true);
    const wanted = query({ ...texts(), format: kind, direction: byId("layer-direction").value });
    try {
      const body = await post("export", new Blob([files.layer, files.inputs ?? ""]), wanted);
      dc.save(new Blob([body]), `${files.layer.name.replace(/\.\w+$/, "")}_units.${kind}`);
    } catch (problem) {
      say(reason(problem));
    }
    busy(false);
  }

  // ------------------------------------------------------------- hands

  const CLICKS = {
    "layer-choose": () => choose("layer"),
    "layer-replace": () => choose("layer"),
    "layer-add": () => choose("inputs"),
    "layer-drop": () => send({ ...files, inputs: undefined }),
    "layer-remove": remove,
    "layer-example": example,
    "layer-csv": () => save("csv"),
    "layer-npz": () => save("npz"),
  };
  document.addEventListener("click", ({ target }) => CLICKS[target.closest?.("button")?.id]?.());
  document.addEventListener("change", ({ target }) => target.id === "layer-direction" && look(false));

  // A file may be dropped anywhere on the tab; beside it the browser would open it.
  dc.files.dropped(() => shown() && byId("layer"), (file) => take("layer", file));

  dc.layer = {
    shown,
    units: () => units,
    // The settings have come to rest, or the theme or the size are others.
    follow() {
      if (shown() && !window.Plotly) requestAnimationFrame(dc.layer.follow);
      else if (shown()) look();
    },

    selected(unit) {
      selected = unit;
      mark();
    },

    // Of units on the page that are not among those whose way back is known it is asked for.
    async listed(missing) {
      if (!missing.length || units.counts[0] <= MOST_WAITS) return;
      const which = Uint32Array.from(missing);
      const mine = looks;
      const { header, floats } = dc.unpack(await post("look", question(new Uint32Array(), which)));
      if (mine !== looks || header.problem) return;
      learn(which, floats(which.length));
      table().show();
    },
  };
})();
