// The dialog "Data": what a picture shows, as tables. Why not Python: a dialog is the browser's, and which picture
// is asked for is nobody's setting. What the tables hold dashboard/tables.py knows.
(() => {
  const dc = (window.deadcone ??= {});
  const byId = (id) => document.getElementById(id);
  let asked = 0; // of several answers only that to the last question counts

  const element = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  function table({ caption, columns, rows }) {
    const head = columns.map((name) => element("th", { scope: "col", textContent: name }));
    const body = rows.map(([first, ...rest]) => {
      const cells = rest.map((text) => element("td", { textContent: text }));
      return element("tr", {}, element("th", { scope: "row", textContent: first }), ...cells);
    });
    const whole = element(
      "table",
      {},
      element("caption", { textContent: caption }),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    );
    // Wide tables are scrolled, also by keyboard.
    const frame = element("div", { className: "data-table", tabIndex: 0 }, whole);
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", caption);
    return frame;
  }

  function query(picture) {
    const query = dc.pump.query();
    query.set("time", dc.time.now());
    if (picture) query.set("picture", picture);
    return query;
  }

  function clear(problem) {
    byId("data-picture").replaceChildren();
    byId("data-tables").replaceChildren();
    byId("data-file").hidden = true;
    byId("data-problem").textContent = problem;
  }

  async function fill(picture) {
    const mine = (asked += 1);
    byId("data-tables").setAttribute("aria-busy", "true");
    let told;
    try {
      const answer = await fetch(`${dc.view.base()}table?${query(picture)}`);
      told = await answer.json();
    } catch {
      told = { message: "The server does not answer" };
    }
    if (mine !== asked) return;
    byId("data-tables").setAttribute("aria-busy", "false");
    clear(told.tables ? "" : `▲ ${told.message}.`);
    if (told.tables) show(told);
  }

  function show({ picture, pictures, tables }) {
    const options = pictures.map(({ key, title }) => element("option", { value: key, textContent: title }));
    byId("data-picture").replaceChildren(...options);
    byId("data-picture").value = picture;
    byId("data-tables").append(...tables.map(table));
    const file = query(picture);
    file.set("format", "csv");
    Object.assign(byId("data-file"), { href: `${dc.view.base()}export/data?${file}`, hidden: false });
  }

  function open() {
    clear("");
    byId("data-dialog").showModal();
    if (dc.guess.hidden()) clear("▲ The outcome is hidden: reveal it first.");
    else fill();
  }

  document.addEventListener("click", ({ target }) => {
    const id = target.closest?.("button")?.id;
    if (id === "data-open") open();
    if (id === "data-close" || target.id === "data-dialog") byId("data-dialog").close(); // also a click beside it
  });
  document.addEventListener("change", ({ target }) => target.id === "data-picture" && fill(target.value));
  // Nothing of it stays on the page: the outcome may be hidden next.
  document.addEventListener("close", ({ target }) => target.id === "data-dialog" && clear(""), true);
})();
