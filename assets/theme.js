// Light or dark. Why not Python: the choice belongs to this browser, its storage and its system, and the pages
// that are documents of their own follow it before they are drawn.
(() => {
  const dc = (window.deadcone ??= {});
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.search).getAll("theme").at(-1);
  let stored = null;
  try {
    stored = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden in an embedding page; the system's theme is followed then.
  }
  let chosen = [asked, stored].find((theme) => theme === "light" || theme === "dark");

  const now = () => chosen ?? (dark.matches ? "dark" : "light");

  function apply() {
    root.dataset.theme = now();
    const button = document.getElementById("theme");
    if (button) button.textContent = now() === "dark" ? "Light" : "Dark";
  }

  // Whoever draws in colours of the theme listens to `deadcone:theme`.
  function turn() {
    apply();
    document.dispatchEvent(new Event("deadcone:theme"));
  }

  // The hand overrules a theme that the address asks for, here and where the links lead.
  function forget() {
    dc.link?.put("theme", "system");
    for (const link of document.querySelectorAll('a[href*="theme="]')) {
      link.search = link.search.replace(/(?<=[?&])theme=[^&]*&?/g, "");
    }
  }

  function toggle() {
    chosen = now() === "dark" ? "light" : "dark";
    forget();
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // As above: the choice then lasts as long as the page.
    }
    turn();
  }

  document.addEventListener("click", (event) => event.target.closest?.("#theme") && toggle());
  document.addEventListener("DOMContentLoaded", apply);
  dark.addEventListener("change", turn);
  apply();

  dc.theme = { now, apply };
})();
