// Takes back what Dash's choices claim to be: its labels are options of a list box, although each holds a
// radio button or a checkbox of the browser's own; and its dropdown cannot be left backwards by Tab. Why not
// Python: none of these components takes a role or a tab index.
(() => {
  const LISTS = 4; // colouring, layers, quantity, judging
  const taken = new Set();

  function plain(node) {
    for (const name of ["role", "aria-selected"]) if (node.hasAttribute(name)) node.removeAttribute(name);
  }

  // Dash says anew which one is selected with every choice.
  function disclaim(list) {
    const all = () => [list, ...list.querySelectorAll("[role], [aria-selected]")].forEach(plain);
    all();
    new MutationObserver(all).observe(list, { subtree: true, attributeFilter: ["role", "aria-selected"] });
  }

  // A hidden field takes the focus before the button and hands it on, also to who comes from behind.
  function unlock(target) {
    const button = target.nextElementSibling;
    target.tabIndex = -1;
    button.tabIndex = 0;
    button.setAttribute("aria-labelledby", `${button.id}-label ${button.id}-value`);
  }

  function arrive() {
    for (const node of document.querySelectorAll(".dash-options-list, .dash-dropdown-focus-target")) {
      if (taken.has(node)) continue;
      taken.add(node);
      if (node.matches("input")) unlock(node);
      else disclaim(node);
    }
    if (taken.size > LISTS) arrivals.disconnect();
  }

  const arrivals = new MutationObserver(arrive);
  arrivals.observe(document, { childList: true, subtree: true });
})();
