// One picture embedded elsewhere: which parts of the page stay with it. Why not Python: it is asked in the
// address of this frame, and the server sends everybody the same page (dashboard/embed.py says what there is).
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const SMALL_PX = 720; // narrower, or four to three of this lower: figures as on phones
  const byId = (id) => document.getElementById(id);

  // Beside the caption: always, where something moves, and with the whole interface.
  const PARTS = {
    map: {
      always: ["#bar", "#legends", ".map-column .map-frame"],
      sliders: [".guess"],
      full: [".map-column > .panel-head", ".map-column > .time", "#unit-place", ".under-map"],
    },
    cloud: { always: [".initial-legend", ".map-column .map-frame"], full: [".initial-head", ".map-column > .time", ".under-map"] },
    alive: { full: [".map-column > .time"] },
    "cloud-alive": { full: [".map-column > .time"] },
  };
  const WORDS = ["#caption", "#announced", "#notices", "#problem", "#embed-foot"];
  const MOVING = [".sliders", "#reveal"];
  const AFFINE = ["locus", "oscillation", "regimes", "field"]; // of which the second line tells
  const STILL = ["#embed-settings", ".counting"];

  const asked = new URLSearchParams(location.search).getAll("embed").at(-1);
  if (asked) root.dataset.embed = asked; // until it is known whether there is such a picture

  function wanted(picture, level) {
    const { always = [], sliders = [], full = [] } = PARTS[picture] ?? {};
    const own = always.length ? always : [`section:has(#picture-${picture})`];
    return [
      ...WORDS,
      ...own,
      ...(AFFINE.includes(picture) ? ["#context"] : []),
      ...(level === "none" ? STILL : [...MOVING, ...sliders]),
      ...(level === "full" ? full : []),
    ];
  }

  // What is kept is marked, and the way to it; embed.css hides the rest and dissolves the way into one grid.
  function keep(selector) {
    for (const part of document.querySelectorAll(selector)) {
      if (part.parentElement.closest("[data-kept=part]")) continue;
      part.dataset.kept = "part";
      for (let way = part.parentElement; way.id !== "react-entry-point"; way = way.parentElement) way.dataset.kept ??= "way";
    }
  }

  dc.embed = {
    on: () => "embed" in root.dataset,

    show() {
      const picture = dc.link.part("embed");
      if (picture === "none") {
        delete root.dataset.embed;
        return;
      }
      const level = dc.link.part("level");
      Object.assign(root.dataset, { embed: picture, level });
      for (const selector of wanted(picture, level)) keep(selector);
    },

    size() {
      if (root.dataset.embed === "field") return "compact"; // in a row at any width
      const small = Math.min(innerWidth, (4 / 3) * innerHeight) < SMALL_PX;
      return small ? "phone" : innerHeight < 800 || innerWidth < 1200 ? "compact" : "desktop";
    },

    // The whole page with the same settings.
    link() {
      const own = { ...dc.link.own(), embed: "none", level: "full" };
      byId("embed-open").href = dc.view.base() + dc.link.query(dc.texts(), own);
    },
  };
  // It is followed or copied with what the hand has just left.
  for (const near of ["pointerover", "focusin"]) {
    document.addEventListener(near, ({ target }) => target.id === "embed-open" && dc.embed.link());
  }
})();
