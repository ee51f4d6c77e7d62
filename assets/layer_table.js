// The units of a layer as a list: filtered, sorted, page by page. Why not Python: the server keeps nothing of a
// layer, and a million units are sorted here in less time than it takes to send them anywhere.
(() => {
  const dc = (window.deadcone ??= {});
  const ROW = 34; // pixels
  const LEAST = 8; // rows of a page
  const BITS = 2 ** 20; // more than there are units: a key and a unit fit into one number
  const NAMES = ["dead", "between", "linear", "invalid"]; // by the value of dynamics.layer.Where
  const byId = (id) => document.getElementById(id);
  let units = null;
  let kind = "all";
  let sort = { key: "log10", way: 1 };
  let order = new Uint32Array();
  let first = 0; // row of the page
  let selected = -1;

  // ------------------------------------------------------------- numbers as the page writes them

  const superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);

  // Of 10^log10, also where that is no number.
  function power(log10) {
    let exponent = Math.floor(log10);
    let digits = (10 ** (log10 - exponent)).toFixed(1);
    if (digits === "10.0") [digits, exponent] = ["1.0", exponent + 1];
    if (Math.abs(exponent) >= 1000) return `10${superscript(exponent)}`;
    return `${digits}·10${superscript(exponent)}`;
  }

  function probability(log10) {
    if (log10 > -3) return (10 ** log10).toFixed(log10 > -1 ? 3 : 4);
    return log10 === -Infinity ? "0" : power(log10);
  }

  function plain(value) {
    const size = Math.abs(value);
    const text = size !== 0 && (size >= 1e4 || size < 1e-3) ? power(Math.log10(size)) : size.toPrecision(3);
    return (value < 0 ? "−" : "") + text.replace(/^(\d{3})\.$/, "$1");
  }

  function wait(log10) {
    if (Number.isNaN(log10)) return "…"; // until it is asked for
    if (log10 === -Infinity) return "not told";
    if (log10 === Infinity) return "never";
    return log10 < 4 ? String(Math.max(1, Math.round(10 ** log10))) : power(log10);
  }

  // ------------------------------------------------------------- order

  // Numbers that order as 32-bit floats do, each with its unit below it, sort without a comparison of ours.
  function arrange() {
    const wanted = NAMES.indexOf(kind);
    const keys = new Float64Array(units.n);
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    let n = 0;
    for (let unit = 0; unit < units.n; unit++) {
      if (wanted >= 0 && units.where[unit] !== wanted) continue;
      float[0] = (sort.key === "unit" ? unit : units[sort.key][unit]) * sort.way;
      const rank = Number.isNaN(float[0]) ? 0xffffffff : bits[0] & 0x80000000 ? ~bits[0] >>> 0 : (bits[0] | 0x80000000) >>> 0;
      keys[n++] = rank * BITS + unit;
    }
    order = Uint32Array.from(keys.subarray(0, n).sort(), (key) => key % BITS);
  }

  function length() {
    if (dc.view.size() === "phone") return 10;
    const top = byId("layer-rows").getBoundingClientRect().top + document.querySelector("main").scrollTop;
    const below = byId("layer-units").getBoundingClientRect().bottom - byId("layer-rows").getBoundingClientRect().bottom;
    const row = ROW * (parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
    return Math.max(LEAST, Math.floor((innerHeight - top - below - 12) / row));
  }

  // ------------------------------------------------------------- what is seen

  const element = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  function row(unit) {
    const where = NAMES[units.where[unit]];
    const valid = where !== "invalid";
    const button = element("button", { textContent: unit });
    button.setAttribute("aria-pressed", String(unit === selected));
    button.setAttribute("aria-label", `Unit ${unit}`);
    const cells = [
      ["where", element("span", {}, element("i", { className: `layer-mark ${where}` }), where)],
      ["log10", valid ? probability(units.log10[unit]) : "–"],
      ...(units.active ? [["active", valid ? String(units.active[unit]) : "–"]] : []),
      ["scale", valid ? plain(units.scale[unit]) : "–"],
      ["mean", valid ? plain(units.mean[unit]) : "–"],
      ["wait", where === "dead" ? wait(units.wait[unit]) : "–"],
    ];
    const line = element("tr", { className: unit === selected ? "selected" : "" }, element("th", { scope: "row" }, button));
    line.append(...cells.map(([name, content]) => element("td", { className: `col-${name}` }, content)));
    line.dataset.unit = unit;
    return line;
  }


  function show(focus = false) {
    const rows = length();
    first = Math.min(first, Math.max(0, Math.ceil(order.length / rows) - 1) * rows);
    const page = [...order.subarray(first, first + rows)];
    byId("layer-rows").replaceChildren(...page.map(row));
    const last = Math.min(first + rows, order.length);
    byId("layer-range").textContent = order.length ? `${dc.spaced(first + 1)}–${dc.spaced(last)} of ${dc.spaced(order.length)}` : "None";
    byId("layer-before").hidden = first === 0;
    byId("layer-after").hidden = last === order.length;
    byId("layer-before").textContent = `Previous ${rows}`;
    byId("layer-after").textContent = `Next ${Math.min(rows, order.length - last)}`;
    for (const head of document.querySelectorAll("[data-sort]")) {
      const down = sort.way < 0;
      head.parentNode.setAttribute("aria-sort", head.dataset.sort !== sort.key ? "none" : down ? "descending" : "ascending");
    }
    for (const button of document.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    if (focus) byId("layer-rows").querySelector("[aria-pressed=true]")?.focus();
    dc.layer.listed(page.filter((unit) => units.where[unit] === 0 && Number.isNaN(units.wait[unit])));
  }

  function select(unit, focus = false) {
    selected = unit;
    let at = order.indexOf(unit);
    if (at < 0 && unit >= 0) {
      kind = "all";
      arrange();
      at = order.indexOf(unit);
    }
    const rows = length();
    if (at >= 0) first = Math.floor(at / rows) * rows;
    show(focus);
    dc.layer.selected(unit);
  }

  function step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !event.target.closest?.("#layer-rows")) return;
    event.preventDefault();
    const at = order.indexOf(Number(event.target.closest("tr").dataset.unit)) + by;
    if (at >= 0 && at < order.length) select(order[at], true);
  }

  document.addEventListener("keydown", step);
  document.addEventListener("click", ({ target }) => {
    const line = target.closest?.("#layer-rows tr");
    const head = target.closest?.("[data-sort]");
    const chosen = target.closest?.("[data-kind]");
    if (line) select(Number(line.dataset.unit), Boolean(target.closest("button")));
    else if (head) {
      const { sort: key, first: usual } = head.dataset;
      sort = { key, way: key === sort.key ? -sort.way : usual === "up" ? 1 : -1 };
      first = 0;
      arrange();
      show();
    } else if (chosen) {
      kind = chosen.dataset.kind;
      first = 0;
      arrange();
      show();
    } else if (target.id === "layer-before" || target.id === "layer-after") {
      first = Math.max(0, first + length() * (target.id === "layer-after" ? 1 : -1));
      show();
    }
  });
  addEventListener("resize", () => units && dc.layer.shown() && show());

  dc.layerTable = {
    NAMES,
    select,

    // Other units, or the same judged anew.
    fill(them, fresh) {
      units = them;
      if (fresh) {
        const dead = them.counts[0] > 0;
        [kind, first, selected] = [dead ? "dead" : "all", 0, -1];
        sort = { key: "log10", way: dead ? -1 : 1 };
      }
      arrange();
      show();
    },
    show,
  };
})();
