// The address: every setting, and what else this browser shows. Why not Python: it follows each move without
// an entry in the history, and those parts are nobody's settings; the server checks them (dashboard/link.py).
(() => {
  const dc = (window.deadcone ??= {});
  const arrived = new URLSearchParams(location.search);
  let turning = false; // whether the next settings are a page to come back from
  let parts = null; // by key, once the table of what is legal is here

  const usual = (key) => dc.table().link[key][0];

  function own() {
    const asked = (key) => arrived.getAll(key).at(-1);
    const legal = ([key, choices]) => [key, choices.includes(asked(key)) ? asked(key) : choices[0]];
    return (parts ??= Object.fromEntries(Object.entries(dc.table().link).map(legal)));
  }

  // What is left out is as usual.
  function query(texts, parts) {
    const { defaults, steps } = dc.table();
    const begin = { ...defaults, ...steps[texts.step - 1]?.changes }; // of a step of the lesson
    const said = new URLSearchParams();
    for (const [key, text] of Object.entries(texts)) if (text !== begin[key] && key !== "page") said.set(key, text);
    for (const [key, text] of Object.entries(parts)) if (text !== usual(key)) said.set(key, text);
    const search = said.toString().replaceAll("%2C", ",").replaceAll("%3B", ";").replaceAll("%3A", ":");
    return search && `?${search}`;
  }

  dc.link = {
    query,
    part: (key) => own()[key],
    own: () => ({ ...own() }),

    put(key, text) {
      own()[key] = text;
      if (dc.texts()) dc.link.address(dc.texts());
    },

    path: ({ step, page }) => dc.view.base() + (step !== "0" ? "lesson" : page === "explore" ? "" : page),

    // The settings in the address bar, without an entry in the history for each; but each step of the lesson
    // is a page to come back to, and so is what stood before a change that was advised.
    address(texts) {
      const { step, page, tab } = history.state ?? {};
      const turned = turning || (texts.step !== "0" && step !== texts.step) || page !== texts.page || tab !== texts.tab;
      const how = step && turned ? "pushState" : "replaceState";
      turning = false;
      history[how]({ step: texts.step, page: texts.page, tab: texts.tab }, "", dc.link.path(texts) + query(texts, own()) + location.hash);
      // Documents of their own are handed the settings in their address, and give them back.
      for (const link of document.querySelectorAll(".page-link[data-document]")) link.search = location.search;
      dc.embed.link();
      dc.share.refresh();
    },

    // The settings that follow are a page of their own.
    turn() {
      turning = true;
    },

    // What the parts say is shown; once, when the page is there.
    arrive() {
      dc.embed.show();
      dc.compare.show(["pinned", "changed"].includes(own().embed) ? own().embed : own().compared);
      dc.time.pace(own().speed);
      document.getElementById("advanced").open = own().advanced === "1";
    },
  };
  document.addEventListener("toggle", ({ target }) => target.id === "advanced" && dc.link.put("advanced", target.open ? "1" : "0"), true);
})();
