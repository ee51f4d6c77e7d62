// The page Risk: its choices and its boxes that mirror the rail's, and the way back from what was applied. Why not
// Python: settings change in the browser (controls.js), and boxes follow a slider while it moves.
(() => {
  const dc = (window.deadcone ??= {});
  const byId = (id) => document.getElementById(id);
  const torch = ({ optimizer }) => optimizer === "sgd" || optimizer === "nesterov";
  // What a mirroring box shows.
  const MIRRORS = {
    "risk-rate": (texts) => dc.pytorch.text("eta", { ...texts, pytorch: torch(texts) ? "1" : "0" }),
    "risk-momentum": ({ beta }) => beta,
    "risk-mean": ({ delta }) => delta,
    "risk-deviation": ({ gamma }) => gamma,
    "risk-fan-in": ({ fan_in }) => fan_in,
    "risk-weight-std": ({ weight_std }) => weight_std,
    "risk-bias-std": ({ bias_std }) => bias_std,
  };
  const DRAWN = "he_normal"; // where no initialisation is chosen
  const CHOICES = {
    // PyTorch's SGD is set in its own numbers, in the rail too; another optimiser's lr is the slider's η.
    "risk-optimizer": (value) => ({ optimizer: value, pytorch: torch({ optimizer: value }) ? "1" : "0" }),
    "risk-init": (value) => (value === "window" ? { origin: "window" } : { origin: "draw", init: value }),
  };

  document.addEventListener("change", ({ target }) => {
    const changes = CHOICES[target.id]?.(target.value);
    if (changes) dc.change(changes, 0);
  });

  // Heard before controls.js applies it.
  function remember(event) {
    const { changes, name } = event.target.closest?.("#risk .button[data-changes]")?.dataset ?? {};
    const undo = byId("risk-undo");
    if (event.target === undo) {
      undo.hidden = true;
      dc.link.turn();
      byId("risk-changes").focus({ preventScroll: true });
    }
    if (!changes) return;
    dc.link.turn(); // the browser's way back undoes it too
    const before = Object.keys(JSON.parse(changes)).map((key) => [key, dc.texts()[key]]);
    undo.dataset.changes = JSON.stringify(Object.fromEntries(before));
    undo.textContent = `Undo “${name}”`;
    undo.hidden = false;
    undo.focus({ preventScroll: true }); // the row that was clicked has gone
  }
  document.addEventListener("click", remember, true);
  window.addEventListener("popstate", () => {
    if (byId("risk-undo")) byId("risk-undo").hidden = true;
  });

  dc.risk = {
    mirrors: Object.keys(MIRRORS),
    text: (key, texts) => MIRRORS[key]?.(texts),
    on: () => dc.texts()?.page === "risk",

    showValues(drawn, skipped) {
      if (!dc.risk.on()) return;
      for (const [key, text] of Object.entries(MIRRORS)) {
        const box = byId(`${key}-box`);
        if (box && box !== document.activeElement && !skipped(key)) box.value = text(drawn);
      }
    },

    show() {
      const { origin, init, optimizer } = dc.texts();
      if (!byId("risk-init")) return;
      byId("risk-init").value = origin === "window" ? "window" : init === "none" ? DRAWN : init;
      byId("risk-optimizer").value = optimizer;
      document.documentElement.dataset.job = dc.texts().job === "none" ? "none" : "some";
    },
  };
})();
