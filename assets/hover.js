// What became of the start under the pointer. Why not Python: only the browser knows where the pointer
// is; the words and numbers come from the server, of one cell at a time.
(() => {
  const dc = (window.deadcone ??= {});
  let wanted = null; // the cell under the pointer, as row,column
  let asking = false;
  let mark = false; // Plotly tells of a start or the ground truth itself

  const tip = () => document.getElementById("hover");

  function cellAt(gd, { clientX, clientY }) {
    const { left, top, width, height } = dc.sketch.onScreen(gd);
    const [x, y] = [(clientX - left) / width, 1 - (clientY - top) / height];
    if (!dc.frame || dc.guess.hidden() || !(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return null;
    return [Math.round(y * (dc.frame.n_b - 1)), Math.round(x * (dc.frame.n_w - 1))].join();
  }

  async function ask() {
    if (asking || !wanted || mark || !dc.pump.settled()) return;
    asking = true;
    const cell = wanted;
    const [row, column] = cell.split(",");
    const query = dc.pump.query();
    query.set("row", row);
    query.set("column", column);
    try {
      const answer = await fetch(`${dc.view.base()}cell?${query}`);
      const { lines } = await answer.json();
      if (answer.ok && wanted === cell && !mark && dc.pump.settled()) show(lines);
    } catch {
      // The server is away: the loop of the pictures says so.
    }
    asking = false;
    if (wanted !== cell) ask();
  }

  function show(lines) {
    tip().replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })),
    );
    tip().hidden = false;
  }

  function hide() {
    wanted = null;
    if (!tip().hidden) tip().hidden = true;
  }

  function move(gd, event) {
    wanted = event.buttons || event.pointerType === "touch" ? null : cellAt(gd, event);
    if (!wanted) return hide();
    const { left, top, width, height } = tip().parentNode.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    // Beside the pointer, on the side with more room.
    tip().style.translate = `${x > width / 2 ? "-100%" : "0"} ${y > height / 2 ? "-100%" : "0"}`;
    tip().style.left = `${x + (x > width / 2 ? -14 : 14)}px`;
    tip().style.top = `${y + (y > height / 2 ? -14 : 14)}px`;
    ask();
  }

  dc.hover = {
    hide,
    watch(gd) {
      gd.addEventListener("pointermove", (event) => move(gd, event));
      for (const end of ["pointerleave", "pointerdown"]) gd.addEventListener(end, hide);
      gd.on("plotly_hover", () => {
        mark = true;
        hide();
      });
      gd.on("plotly_unhover", () => (mark = false));
    },
  };
})();
