// Puts a frame on the page. Why not Python: Plotly draws in the browser, and a Dash callback with
// figures as outputs loses zoom and costs a render of the whole component tree.
(() => {
  const dc = (window.deadcone ??= {});
  const byId = (id) => document.getElementById(id);
  const plot = (panel) => byId(panel)?.querySelector(".js-plotly-plot");
  let caption = ""; // what the pictures shown say
  let told = 0; // the settled request that a tighter stop rule was asked for
  let preset = null; // the preset that they are, if any
  let refusal = null; // why the last input was not taken

  const nextTask = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = resolve;
        channel.port2.postMessage(null);
      });
    });

  async function ready(panel) {
    while (!(window.Plotly && plot(panel)?._fullLayout)) await nextTask();
    return plot(panel);
  }

  // Plotly forgets a pan when its graph is drawn anew in the middle of it.
  async function released(gd) {
    if (gd.matches(":active")) await new Promise((resolve) => addEventListener("pointerup", resolve, { once: true }));
  }

  const seen = {};
  const sketched = {}; // panel → figure that only a sketch shows so far

  async function draw(panel, figure, moving) {
    const gd = await ready(panel);
    if (moving && dc.sketch.fits(gd, figure)) {
      dc.sketch.draw(gd, figure);
      sketched[panel] = figure;
      return;
    }
    await released(gd);
    delete sketched[panel];
    await dc.sketch.replace(gd, figure);
    if (panel === "map" && !gd.dataset.watched) {
      gd.dataset.watched = "yes";
      gd.on("plotly_relayout", (event) => dc.view.relayout(gd, event));
      gd.addEventListener("pointerenter", (event) => dc.pump.inspect(event.pointerType === "mouse"));
      gd.addEventListener("pointerleave", () => dc.pump.inspect(false));
    }
  }

  function showLandmarks(marks) {
    for (const { key, text, fraction, tail } of marks) {
      const label = byId(`${key}-landmark`);
      const tick = byId(`${key}-tick`);
      label.textContent = text;
      const at = fraction ?? (text.startsWith("←") ? 0 : 1);
      for (const node of [label, tick]) node.style.setProperty("--at", at);
      tick.hidden = fraction === null;
      tick.classList.toggle("tail", tail);
    }
  }

  function showShares(shares) {
    for (const { outcome, share, text } of shares) {
      for (const bar of ["bar", "follow"]) {
        byId(`${bar}-${outcome}`).style.flexGrow = share;
        byId(`${bar}-${outcome}`).hidden = share === 0;
      }
      byId(`share-${outcome}`).textContent = text;
      byId(`legend-${outcome}`).classList.toggle("none", share === 0);
    }
    // Three or more shares fill the line: what is nought is left out then.
    document.querySelector(".legends").classList.toggle("crowded", shares.filter(({ share }) => share > 0).length > 2);
    const words = shares.filter(({ share }) => share > 0).map(({ outcome, text }) => `${outcome} ${text}`);
    byId("bar").setAttribute("aria-label", `Share of starts: ${words.join(", ")}`);
    byId("map").parentElement.setAttribute("aria-label", `Map of starts. ${caption} ${words.join(", ")}`);
  }

  // What the pictures say, unless the last input was refused.
  const speak = () => sentence(refusal ?? caption, refusal ? "refused" : "shown");

  function sentence(text, state) {
    const heading = byId("caption");
    heading.textContent = text;
    heading.dataset.state = state;
    byId("follow-caption").textContent = text;
    byId("follow").dataset.state = state;
  }

  dc.paint = {
    // Whether the layout of this size and page has room for the panel; asking makes the browser lay out.
    visible(panel) {
      const place = `${panel} ${dc.view.size()} ${document.documentElement.dataset.page}`;
      return (seen[place] ??= Boolean(document.querySelector(`.graph-${panel}`)?.offsetParent));
    },

    // `moving`: sketch what can be sketched; `settle` has Plotly draw it.
    async frame(frame, { moving }) {
      await Promise.all(Object.entries(frame.figures).map(([panel, figure]) => draw(panel, figure, moving)));
      caption = frame.caption.verdict;
      speak();
      byId("context").textContent = frame.caption.context;
      byId("counting").textContent = frame.caption.counting;
      byId("pytorch").textContent = frame.pytorch;
      byId("provenance").textContent = frame.provenance;
      preset = frame.preset;
      showLandmarks(frame.landmarks);
      showShares(frame.shares);
      byId("main").classList.remove("stale");
    },

    async announce({ seq, settings, outcome, n_w, n_b }) {
      await nextTask();
      dc.frame = { seq, settings, outcome: dc.sketch.bytes(outcome), n_w, n_b };
      document.dispatchEvent(new CustomEvent("deadcone:frame", { detail: dc.frame }));
    },

    busy() {
      dc.tighter.drop();
      byId("main").setAttribute("aria-busy", "true");
    },

    computing(texts) {
      const before = dc.frame?.settings ?? {};
      const keys = Object.keys(dc.table().controls).filter((key) => before[key] !== Number(texts[key]));
      const { symbol } = dc.table().controls[keys[0]] ?? {};
      byId("main").classList.add("stale");
      if (refusal) return;
      sentence(symbol ? `Computing ${symbol} = ${texts[keys[0]]} …` : "Computing …", "computing");
    },

    // Why an input was refused, in the caption's place, until the next one is taken.
    refuse(message) {
      refusal = message;
      speak();
    },

    problem(message) {
      byId("problem").textContent = message ? `▲ ${message}` : "";
    },

    // The hand rests: Plotly draws what was sketched, one panel a task, unless the hand moves on.
    async settle(coarse) {
      const { seq, texts } = dc.pump.wanted();
      const left = () => dc.pump.wanted().seq !== seq || dc.pump.held();
      await nextTask();
      for (const [panel, figure] of Object.entries(sketched)) {
        if (left()) return;
        if (sketched[panel] === figure) await draw(panel, figure, false);
        await nextTask();
      }
      if (left()) return;
      speak();
      byId("main").classList.remove("stale");
      byId("coarse").hidden = !coarse;
      this.problem(null);
      byId("main").setAttribute("aria-busy", "false");
      dc.view.address(texts);
      if (told !== seq) dc.tighter.ask(texts);
      told = seq;
      dc.showPreset(preset);
    },
  };
})();
