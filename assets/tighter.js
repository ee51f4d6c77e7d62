// At rest: would a tighter stop rule change the verdict? If so the caption says it and offers it.
// Why not Python: the answer belongs to the pictures shown and is dropped when the hand moves on,
// which a Dash callback cannot do.
(() => {
  const dc = (window.deadcone ??= {});
  let asked = null; // the request under way, or the last one
  let offered = null; // the tolerance on offer

  const button = () => document.getElementById("tighter");

  document.addEventListener("click", (event) => {
    if (event.target.id === "tighter") dc.change({ tolerance: offered }, 0);
  });

  dc.tighter = {
    async ask(texts) {
      const mine = (asked = new AbortController());
      const query = new URLSearchParams({ ...texts, viewer: `${dc.pump.viewer()} tighter` });
      try {
        const answer = await fetch(`${dc.view.base()}tighter?${query}`, { signal: mine.signal });
        const { text, tolerance } = await answer.json();
        if (asked !== mine || !text) return;
        offered = tolerance;
        button().textContent = text;
        button().hidden = false;
      } catch {
        // Dropped, or the server is away: the loop of the pictures says so.
      }
    },

    drop() {
      asked?.abort();
      asked = null;
      button().hidden = true;
    },
  };
})();
