// The guess: a bar to drag, the space bar that reveals, and nothing left on the page that tells the outcome
// meanwhile. Why not Python: the bar moves with the hand, and what was shown is in this browser.
(() => {
  const dc = (window.deadcone ??= {});
  const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  const MIDDLE = 50; // where the handle waits for the first guess
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const hidden = () => root.dataset.mode === "guess";

  const guessed = () => (dc.texts().guess === "none" ? null : Number(dc.texts().guess));

  function place() {
    const handle = byId("guess-handle");
    if (!handle) return;
    const guess = guessed();
    const at = guess ?? MIDDLE;
    byId("guess-bar").style.setProperty("--guess", `${at}%`);
    byId("guess-bar").classList.toggle("open", guess === null);
    byId("guess-said").textContent = guess === null ? "? %" : `${guess} %`;
    handle.setAttribute("aria-valuenow", at);
    handle.setAttribute("aria-valuetext", guess === null ? "no guess yet" : `${guess} %`);
  }

  function guess(share) {
    const text = String(Math.round(Math.min(Math.max(share, 0), 100)));
    if (text !== dc.texts().guess) dc.change({ guess: text });
  }

  function grab(event) {
    const line = event.target.closest?.("#guess-bar");
    if (!line || event.button || !dc.texts()) return;
    const { left, width } = line.getBoundingClientRect();
    dc.grasp(event, byId("guess-handle"), (x) => guess((100 * (x - left)) / width), dc.rest);
  }

  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !dc.texts() || !hidden()) return;
    if (event.key === " " && !event.target.closest("input, textarea, select, button, a, summary, dialog, [role=option]")) {
      event.preventDefault();
      dc.change({ hide: "none" }, 0);
      return;
    }
    if (event.target.id !== "guess-handle") return;
    const step = STEPS[event.key];
    const end = { Home: 0, End: 100 }[event.key];
    if (end === undefined && !step) return;
    event.preventDefault();
    guess(end ?? (guessed() ?? MIDDLE) + step * (event.shiftKey ? 10 : 1));
  }

  document.addEventListener("pointerdown", grab, true);
  document.addEventListener("keydown", press);

  // What a guess is of: another question drops the guess.
  const QUESTION = ["beta", "eta", "gamma", "delta", "epsilon", "tolerance", "rho", "max_iterations", "window", "resolution"];

  dc.guess = {
    hidden,

    // What a change by hand changes besides.
    with(changes, texts) {
      const drops = texts.hide === "none" && texts.guess !== "none" && QUESTION.some((key) => key in changes);
      return drops && !("guess" in changes) ? { ...changes, guess: "none" } : changes;
    },

    // The page has the mode `mode`, before it had `before`.
    arranged(mode, before) {
      if (mode === "guess" && before !== mode) dc.paint.forget();
      place();
    },
  };
})();
