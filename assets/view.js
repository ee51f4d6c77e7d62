// Size class, projector view and window. Why not Python: they belong to this browser (its width), and the
// server keeps no state.
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const phone = matchMedia("(max-width: 759px)");
  const compact = matchMedia("(max-width: 1199px), (max-height: 799px)");
  const WINDOW_LIMIT = 1000;
  const present = () => root.classList.contains("present");

  const changed = () => dc.pump?.again();

  // A pan past the largest window stops at its edge.
  function within([low, high]) {
    const width = Math.min(high - low, 2 * WINDOW_LIMIT);
    const start = Math.min(Math.max(low, -WINDOW_LIMIT), WINDOW_LIMIT - width);
    return [start, start + width];
  }

  // The caption's short form appears while the caption itself is scrolled away.
  function follow() {
    const heading = document.getElementById("caption");
    const line = document.getElementById("follow");
    if (!heading || line.dataset.watched) return;
    line.dataset.watched = "yes";
    new IntersectionObserver(([entry]) => {
      line.classList.toggle("on", !entry.isIntersecting);
    }).observe(heading);
  }

  const turn = (on) => dc.change({ present: on ? "1" : "0" }, 0);

  document.addEventListener("click", (event) => {
    const id = event.target.closest?.("button")?.id;
    if (id === "present") turn(true);
    if (id === "leave") turn(false);
    if (id === "dismiss") window.dash_clientside.set_props("notices", { children: [] });
    const link = event.target.closest?.(".page-link, .brand");
    if (link && !("document" in link.dataset) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (link.id === "nav-lesson") {
        dc.lesson.enter();
        return;
      }
      const page = link.id.replace("nav-", "");
      if (page === "risk" || page === "experiments") dc.change(dc.jobs.way(page), 0);
      else if (dc.lesson.step()) dc.lesson.leave();
      else dc.change({ page: "explore" }, 0);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && present() && !document.querySelector("dialog[open]")) turn(false);
  });
  document.addEventListener("deadcone:theme", changed);
  for (const query of [phone, compact]) query.addEventListener("change", changed);
  (function watchPixels() {
    const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    same.addEventListener("change", () => (changed(), watchPixels()), { once: true });
  })();
  addEventListener("popstate", ({ state }) => {
    // A link to a part of this page leads to an entry without a state: the settings stay, which the address may
    // not have yet.
    if (!state && location.hash && dc.texts()) dc.link.address(dc.texts());
    else dc.view.arrive(location.pathname, location.search);
  });

  let base = null;

  dc.view = {
    theme: dc.theme.now,
    base: () => (base ??= JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix),
    size: () => (dc.embed.on() ? dc.embed.size() : present() ? "present" : phone.matches ? "phone" : compact.matches ? "compact" : "desktop"),

    present(on) {
      dc.theme.apply();
      follow();
      root.classList.toggle("present", on);
      dc.jobs.look();
    },

    // Shows what an address says, as when the page is opened there.
    arrive(path, search) {
      dc.drop();
      window.dash_clientside.set_props("arrival", { data: { path, search, at: performance.now() } });
    },

    // The window is a setting: panning the map asks for that window, also on the way there.
    relayout(gd, event, rest) {
      const named = Object.keys(event).some((key) => /^[xy]axis\.(range|autorange)/.test(key));
      if (!named) return;
      const { xaxis, yaxis } = gd._fullLayout;
      const ends = [xaxis, yaxis].flatMap(({ range }) => within(range.map((end) => end / dc.unit())));
      const digits = Math.max(0, 4 - Math.floor(Math.log10(ends[1] - ends[0])));
      dc.change({ window: ends.map((end) => Number(end.toFixed(digits))).join() }, rest ? 0 : undefined);
    },
  };
})();
