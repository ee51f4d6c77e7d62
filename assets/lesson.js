// The lesson: from step to step, what one predicts, and the move that is asked for, shown. Why not Python: a step
// is a set of settings, and those change in the browser (controls.js); what is said of them comes with the frame.
(() => {
  const dc = (window.deadcone ??= {});
  const SHOW_MS = 2500; // of the move that is asked for, when the page makes it
  const LEFT = "lesson"; // where the address of the step that was left is kept
  const TYPED = "input, textarea, select, [role=slider], [role=option], .start, dialog";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const byId = (id) => document.getElementById(id);
  let moving = 0; // the next animation frame of the move that is shown

  const step = () => Number(dc.texts()?.step ?? 0);
  const steps = () => dc.table().steps;
  const here = () => steps()[step() - 1];

  // ------------------------------------------------------------- from step to step

  function go(number) {
    if (!steps()[number - 1]) return;
    stop();
    dc.time.pause();
    const { present } = dc.texts();
    dc.change({ ...dc.table().defaults, ...steps()[number - 1].changes, present, step: String(number) }, 0);
  }

  function enter() {
    if (step()) return;
    let left = null;
    try {
      left = sessionStorage.getItem(LEFT);
    } catch {
      // Storage may be forbidden in an embedding page; the lesson begins anew then.
    }
    const query = new URLSearchParams(left ?? "");
    query.set("present", dc.texts().present); // the projector's view is the viewer's, not the step's
    if (left) dc.view.arrive(`${dc.view.base()}lesson`, `?${query}`);
    else go(1);
  }

  // What the step shows stays, and what it hides is shown.
  function leave() {
    if (!step()) return;
    stop();
    try {
      sessionStorage.setItem(LEFT, location.search);
    } catch {
      // As above.
    }
    const { colouring, layers } = dc.table().defaults;
    const plain = dc.texts().colouring === "plain" ? { colouring, layers } : {};
    dc.change({ ...plain, resolution: dc.table().defaults.resolution, step: "0", vote: "0" }, 0);
  }

  function vote(number) {
    // What was predicted is settled once the answer is there.
    if (here().options >= number && !byId("lesson").hasAttribute("data-done")) dc.change({ vote: String(number) }, 0);
  }

  // ------------------------------------------------------------- the move that is asked for

  const between = (from, to, share) => from + (to - from) * share;

  // What moves the settings towards the goal, by how far they have come, from 0 to 1.
  function way({ goal, asked }) {
    const texts = dc.texts();
    if (asked === "time") {
      const [from, to] = [Math.max(dc.time.now(), 1), Number(goal.time)].map(Math.log);
      return (share) => dc.time.go(Math.exp(between(from, to, share)));
    }
    if (asked in dc.table().controls) {
      const { track } = dc.table().controls[asked];
      const [from, to] = [texts, goal].map((at) => dc.sliders.nearest(track, Number(at[asked])));
      return (share) => {
        dc.change({ [asked]: String(track[Math.round(between(from, to, share))]) });
        dc.sliders.show();
      };
    }
    const [from, to] = [texts, goal].map(({ starts }) => starts.split(";").map((pair) => pair.split(",").map(Number)));
    const at = (share) => to.map((pair, i) => pair.map((value, k) => Number(between(from[i]?.[k] ?? value, value, share).toFixed(3))));
    return (share) => dc.change({ starts: at(share).join(";") });
  }

  function show() {
    const { goal, asked } = here();
    stop();
    const first = Object.fromEntries(Object.entries(goal).filter(([key]) => key !== asked && !(asked.startsWith("start") && key === "starts")));
    if (Object.keys(first).length) dc.change(first);
    const along = way(here());
    const begin = performance.now();
    const begun = step();
    const move = (now) => {
      if (step() !== begun) return; // somebody has turned to another step
      const share = calm.matches ? 1 : Math.min(Math.max(now - begin, 0) / SHOW_MS, 1);
      if (share === 1) {
        moving = 0;
        if (asked === "time") {
          along(1);
          dc.time.settle();
        } else dc.change(goal, 0);
        dc.sliders.show();
        return;
      }
      along(share * share * (3 - 2 * share));
      moving = requestAnimationFrame(move);
    };
    moving = requestAnimationFrame(move);
  }

  function stop() {
    cancelAnimationFrame(moving);
    moving = 0;
  }

  // ------------------------------------------------------------- hands and keys

  const CLICKS = {
    "lesson-back": () => go(step() - 1),
    "lesson-next": () => (step() < steps().length ? go(step() + 1) : leave()),
    "lesson-reset": () => go(step()),
    "lesson-leave": leave,
    "lesson-show": show,
  };

  document.addEventListener("click", ({ target, detail }) => {
    const button = target.closest?.("#lesson button");
    if (!button || !step()) return;
    if (detail) button.blur(); // clicked by a pointer: the keys are the lesson's again
    if (button.dataset.step) go(Number(button.dataset.step));
    else if (button.dataset.vote) vote(Number(button.dataset.vote));
    else CLICKS[button.id]?.();
  });

  // A hand that has let go leaves the arrow keys to the steps.
  document.addEventListener("pointerup", () => {
    if (step() && document.activeElement?.matches("[role=slider], .start")) document.activeElement.blur();
  });

  document.addEventListener("pointerdown", ({ target }) => moving && !target.closest?.("#lesson") && stop(), true);

  function press(event) {
    if (!step() || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(TYPED)) return;
    // A presenter's remote sends page up and down, which elsewhere scroll.
    const remote = document.documentElement.classList.contains("present") ? { PageDown: 1, PageUp: -1 } : {};
    const turn = { ArrowRight: 1, ArrowLeft: -1, ...remote }[event.key];
    if (turn) go(step() + turn);
    else if (["1", "2", "3"].includes(event.key) && dc.keys.single()) vote(Number(event.key));
    else if (event.key === " " && !event.target.closest?.("button, a, summary")) show();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  document.addEventListener("keydown", press, true);

  // ------------------------------------------------------------- called by the settings

  dc.lesson = {
    step,
    enter,
    leave,

    // Puts the page into the step that the settings name.
    show() {
      const now = step() ? here() : null;
      const charts = (now?.charts ?? []).filter(Boolean).join(" ");
      Object.assign(document.documentElement.dataset, { step: step(), lesson: now ? "yes" : "no", charts, asked: now?.asked ?? "" });
      const title = now ? `Step ${step()}: ${now.title} – The Dead Cone` : "The Dead Cone";
      if (document.title !== title) document.title = title;
      const shown = now ? "lesson" : dc.texts().page;
      for (const link of document.querySelectorAll(".page-link:not([data-document])")) {
        if (link.id === `nav-${shown}`) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      if (!now || !byId("dots")) return;
      byId("lesson").style.setProperty("--step", step());
      byId("lesson-number").textContent = step();
      byId("lesson-title").textContent = now.title + (now.title.endsWith("?") ? "" : ".");
      // What is said of another step waits for the frame of this one.
      byId("lesson").toggleAttribute("data-old", byId("lesson").dataset.for !== String(step()));
      byId("lesson-back").disabled = step() === 1;
      byId("lesson-next").textContent = step() < steps().length ? "Next" : "Finish";
      for (const dot of byId("dots").children) {
        if (Number(dot.dataset.step) === step()) dot.setAttribute("aria-current", "step");
        else dot.removeAttribute("aria-current");
        dot.classList.toggle("past", Number(dot.dataset.step) < step());
      }
      for (const option of byId("lesson-options").children) {
        option.setAttribute("aria-pressed", String(option.dataset.vote === dc.texts().vote));
      }
    },
  };
})();
