// Theme, size class, projector view and window. Why not Python: they belong to this browser (its storage,
// its width), and the server keeps no state.
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const phone = matchMedia("(max-width: 759px)");
  const compact = matchMedia("(max-width: 1199px), (max-height: 799px)");
  const WINDOW_LIMIT = 1000;
  const asked = new URLSearchParams(location.search).getAll("theme").at(-1);
  let stored = null;
  try {
    stored = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden in an embedding page; the system's theme is followed then.
  }
  let chosen = [asked, stored].find((theme) => theme === "light" || theme === "dark");

  const theme = () => chosen ?? (dark.matches ? "dark" : "light");
  const present = () => root.classList.contains("present");

  function applyTheme() {
    root.dataset.theme = theme();
    const button = document.getElementById("theme");
    if (button) button.textContent = theme() === "dark" ? "Light" : "Dark";
  }

  function toggleTheme() {
    chosen = theme() === "dark" ? "light" : "dark";
    dc.link.put("theme", "system");
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // As above: the choice then lasts as long as the page.
    }
    applyTheme();
    dc.pump.again();
  }

  function changed() {
    applyTheme();
    dc.pump?.again();
  }

  // Pages share the rail and the settings in the address; only the content of <main> changes.
  function turnTo(path) {
    const page = /\/about\/?$/.test(path) ? "about" : "explore";
    root.dataset.page = page;
    for (const link of document.querySelectorAll(".page-link")) {
      if (link.id === `nav-${page}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    dc.pump?.again();
  }

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
      line.classList.toggle("on", !entry.isIntersecting && root.dataset.page === "explore");
    }).observe(heading);
  }

  const turn = (on) => dc.change({ present: on ? "1" : "0" }, 0);

  document.addEventListener("click", (event) => {
    const id = event.target.closest?.("button")?.id;
    if (id === "theme") toggleTheme();
    if (id === "present") turn(true);
    if (id === "leave") turn(false);
    if (id === "dismiss") window.dash_clientside.set_props("notices", { children: [] });
    const link = event.target.closest?.(".page-link, .brand");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (link.id === "nav-lesson") {
        dc.lesson.enter();
        return;
      }
      dc.lesson.leave();
      history.pushState(null, "", link.pathname + location.search);
      turnTo(link.pathname);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && present()) turn(false);
  });
  for (const query of [dark, phone, compact]) query.addEventListener("change", changed);
  (function watchPixels() {
    const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    same.addEventListener("change", () => (changed(), watchPixels()), { once: true });
  })();
  addEventListener("popstate", () => {
    turnTo(location.pathname);
    dc.view.arrive(location.pathname, location.search);
  });
  applyTheme();

  let base = null;

  dc.view = {
    theme,
    base: () => (base ??= JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix),
    size: () => (dc.embed.on() ? dc.embed.size() : present() ? "present" : phone.matches ? "phone" : compact.matches ? "compact" : "desktop"),

    present(on) {
      applyTheme();
      follow();
      if (!root.dataset.page) turnTo(location.pathname);
      root.classList.toggle("present", on);
    },

    // Shows what an address says, as when the page is opened there.
    arrive: (path, search) => window.dash_clientside.set_props("arrival", { data: { path, search, at: performance.now() } }),

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
