// The pages of long work as this browser shows them: theme and size, which their pictures are drawn for, and the
// way there and back. Why not Python: all of it belongs to this browser; the rest is Dash's (jobs_shown.py).
(() => {
  const dc = (window.deadcone ??= {});
  const FIRST = "figure1"; // what the setting tab is at the first tab of each page
  const AWAY = "The server does not answer.";
  // By an answer's status; 502 and 504 are a proxy's, of a server that does not answer it.
  const CAUSES = { 0: AWAY, 502: AWAY, 503: "The server is busy.", 504: AWAY };
  const jobs = {}; // by place: the job that was last shown there
  const tabs = {}; // by page: the tab that was last shown there
  let told = "";
  let folded = "";
  let passed = "explore"; // the page of the settings that were last passed on

  const place = ({ page, tab }) => (page === "experiments" ? tab : page);

  function tell() {
    if (!document.getElementById("risk")) return;
    const { page, tab, job } = dc.texts();
    if (page !== "explore") [jobs[place({ page, tab })], tabs[page]] = [job, tab];
    const links = [...document.querySelectorAll(`.tab-link[data-page="${page}"]`)];
    const current = links.find((link) => link.dataset.tab === tab) ?? links[0];
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    dc.steps.tell();
    look();
  }

  function look() {
    if (!document.getElementById("risk")) return;
    const look = { theme: dc.view.theme(), size: dc.view.size() };
    const now = JSON.stringify(look);
    if (now !== told) window.dash_clientside.set_props("look", { data: look });
    told = now;
    fold(look.size === "phone" ? dc.texts().job : "none");
    dc.layer.follow();
  }

  // On a phone a run's picture comes first, and the boxes that asked for it fold away.
  function fold(job) {
    if (job !== folded) document.getElementById("experiments-setup").open = job === "none";
    folded = job;
  }

  document.addEventListener("deadcone:theme", look);
  addEventListener("resize", look);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".tab-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dc.change(dc.jobs.way(link.dataset.page, link.dataset.tab), 0);
  });

  // Of a look that is not answered Dash tells nobody; the browser's list of what it fetched does.
  new PerformanceObserver((list) => {
    const last = list.getEntries().findLast(({ name }) => name.includes("/_dash-update-component"));
    const cause = CAUSES[last?.responseStatus];
    if (!cause) return;
    const bar = [...document.querySelectorAll(".job-bar")].find((each) => each.checkVisibility());
    const children = `▲ ${cause} What is finished stays; this page asks again.`;
    if (bar) window.dash_clientside.set_props(bar.id.replace("-bar", "-remark"), { children });
  }).observe({ type: "resource" });

  dc.jobs = {
    tell,
    look,

    // What leads to a page, with the job that it showed last. What an outcome hides, a job would tell.
    way(page, tab = tabs[page] ?? FIRST) {
      const job = jobs[place({ page, tab })] ?? "none";
      return { page, tab, job, hide: "none", guess: "none", step: "0", vote: "0" };
    },
  };

  // While neither of the pages is shown, no server is asked what it would show.
  window.dash_clientside.deadcone.atWork = (texts) => {
    const before = passed;
    passed = texts?.page ?? "explore";
    dc.layer.follow();
    return before === "explore" && passed === "explore" ? window.dash_clientside.no_update : texts;
  };

  // A job is looked at again when the last look is answered: Dash drops answers that a newer question has
  // overtaken, so a server slower than the clock would never be heard.
  window.dash_clientside.deadcone.turn = (n) => {
    const page = window.dash_clientside.callback_context.triggered_id?.replace("-watch", "");
    const waiting = document.getElementById(`${page}-progress-words`)?.dataset.dashIsLoading === "true";
    return page && !waiting ? n : window.dash_clientside.no_update;
  };
})();
