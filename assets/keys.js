// The list of keys, and whether single characters are keys at all. Why not Python: a key is pressed here, and the
// choice belongs to this browser. (Dictation presses keys by what one says, hence the choice.)
(() => {
  const dc = (window.deadcone ??= {});
  const STORED = "single-keys";
  const TYPED = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]";
  const byId = (id) => document.getElementById(id);
  let single = true;
  try {
    single = localStorage.getItem(STORED) !== "off";
  } catch {
    // Storage may be forbidden in an embedding page; the keys are on then.
  }

  function turn(on) {
    single = on;
    try {
      localStorage.setItem(STORED, on ? "on" : "off");
    } catch {
      // As above: the choice then lasts as long as the page.
    }
    show();
  }

  const show = () => byId("single-keys").setAttribute("aria-pressed", String(single));

  function open() {
    show();
    byId("keys-dialog").showModal();
  }

  document.addEventListener("click", ({ target }) => {
    const id = target.closest?.("button")?.id;
    if (id === "keys-open") open();
    if (id === "single-keys") turn(!single);
    if (id === "keys-close" || target.id === "keys-dialog") byId("keys-dialog").close(); // also a click beside it
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || !single || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest(TYPED) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });

  dc.keys = { single: () => single };
})();
