// Takes back what Dash's choices claim to be: its labels are options of a list box, although each holds a
// radio button or a checkbox of the browser's own, and its dropdown is reached through a field that is hidden from
// who listens. Why not Python: none of these components takes a role or a tab index.
(() => {
  const MOST = 14; // choices and dropdowns on all pages
  const taken = new WeakSet();
  let found = 0;

  // Dash says anew which one is selected with every choice.
  function disclaim(list) {
    const plain = () => {
      for (const node of [list, ...list.querySelectorAll("[role], [aria-selected]")]) {
        for (const name of ["role", "aria-selected"]) node.removeAttribute(name);
      }
    };
    plain();
    new MutationObserver(plain).observe(list, { subtree: true, attributeFilter: ["role", "aria-selected"] });
  }

  // The button takes the focus itself; Dash gives it back to the field whenever the button loses it.
  function unveil(field) {
    const button = field.nextElementSibling;
    const skip = () => field.tabIndex !== -1 && (field.tabIndex = -1);
    skip();
    new MutationObserver(skip).observe(field, { attributeFilter: ["tabindex"] });
    button.tabIndex = 0;
    button.setAttribute("aria-labelledby", `${button.id}-label ${button.id}-value`);
    // Its list comes and goes.
    new MutationObserver(() => {
      const content = field.parentNode.querySelector(".dash-dropdown-content");
      content?.setAttribute("aria-labelledby", `${button.id}-label`);
      arrive(field.parentNode);
    }).observe(field.parentNode, { childList: true, subtree: true });
  }

  function arrive(place) {
    for (const node of place.querySelectorAll(".dash-options-list, .dash-dropdown-focus-target")) {
      if (taken.has(node)) continue;
      taken.add(node);
      found += 1;
      if (node.matches("input")) unveil(node);
      else disclaim(node);
    }
  }

  const arrivals = new MutationObserver(() => {
    arrive(document);
    if (found >= MOST) arrivals.disconnect();
  });
  arrivals.observe(document, { childList: true, subtree: true });
})();
