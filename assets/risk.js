// The page Risk as this browser shows it: its theme and size, which the picture is drawn for, and the way there
// and back. Why not Python: both belong to this browser; all else of the page is Dash's (risk_callbacks.py).
(() => {
  const dc = (window.deadcone ??= {});
  let told = "";

  function tell() {
    if (!document.getElementById("risk")) return;
    const look = { theme: dc.view.theme(), size: dc.view.size() };
    const now = JSON.stringify(look);
    if (now !== told) window.dash_clientside.set_props("look", { data: look });
    told = now;
  }

  document.addEventListener("deadcone:theme", tell);
  addEventListener("resize", tell);

  dc.risk = {
    tell,
    // What an outcome hides, a sweep would tell.
    changes: { page: "risk", hide: "none", guess: "none", step: "0", vote: "0" },
  };
})();
