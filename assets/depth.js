// Section 5's line at a recorded step, and what the words over its panels say there. Why not Python: see steps.js.
// Both are moved in Plotly's own SVG: asking Plotly for it draws six maps anew, some 200 ms.
(() => {
  const dc = (window.deadcone ??= {});

  function draw(gd, record) {
    const { shapes = [], meta } = gd.layout;
    for (const path of gd.querySelectorAll(".shapelayer path")) {
      const { xref, x0 } = shapes[path.dataset.index];
      const axis = gd._fullLayout[xref.replace("x", "xaxis")];
      path.style.transform = `translateX(${axis.l2p(meta.steps[record]) - axis.l2p(x0)}px)`;
    }
    for (const [i, told] of Object.entries(meta.words)) {
      const text = gd.querySelector(`.annotation[data-index="${i}"] text`);
      [text.querySelector("tspan").textContent, text.lastChild.textContent] = told[record];
    }
    // Before what is told of a panel stands its name.
    const name = (i) => gd.layout.annotations[i - 1].text.replace(/<[^>]*>/g, "");
    return Object.entries(meta.words).map(([i, told]) => `${name(i)} ${told[record][0]} dead`).join(", ");
  }

  (dc.stepped ??= {}).depth = { place: "depth", draw, clicks: true, lasting: false };
})();
