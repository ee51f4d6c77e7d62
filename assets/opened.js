// Claims that a viewer opened stay open, and keep the focus, when they are drawn anew while a run goes on. Why not
// Python: what is open and focused only the browser knows.
(() => {
  const BOXES = "#trial-rows, #experiments-claims";
  const opened = new Set(); // by the name that a claim's details carry
  const watched = new WeakSet();
  let focused = null; // the claim whose summary has the focus, or had it until it was replaced

  const claim = (target) => target.closest?.("details[data-claim]");

  function restore(box) {
    for (const details of box.querySelectorAll("details[data-claim]")) {
      if (opened.has(details.dataset.claim)) details.open = true;
      if (details.dataset.claim === focused && document.activeElement === document.body)
        details.firstElementChild.focus({ preventScroll: true });
    }
  }

  function watch(box) {
    if (!box || watched.has(box)) return;
    watched.add(box);
    new MutationObserver(() => restore(box)).observe(box, { childList: true, subtree: true });
  }

  const note = ({ target }) => {
    const details = claim(target);
    if (!details) return;
    opened[details.open ? "add" : "delete"](details.dataset.claim);
    watch(details.closest(BOXES));
  };

  document.addEventListener("toggle", note, true);
  document.addEventListener("pointerdown", () => (focused = null));
  document.addEventListener("focusin", ({ target }) => {
    focused = target.matches("summary") ? (claim(target)?.dataset.claim ?? null) : null;
    watch(target.closest(BOXES));
  });
})();
