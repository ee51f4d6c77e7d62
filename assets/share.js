// The dialog "Share": link, code to embed a picture, settings as a file. Why not Python: clipboard, files and the
// address are this browser's, and the settings are newest here. What a file holds dashboard/savefile.py knows.
(() => {
  const dc = (window.deadcone ??= {});
  const LARGEST = 1_000_000; // bytes; of a larger file not even the text is read
  const byId = (id) => document.getElementById(id);
  const dialog = () => byId("share-dialog");

  // A page that frames a picture is no projector and no lesson.
  function source() {
    const [picture, level, theme] = ["picture", "level", "theme"].map((part) => byId(`embed-${part}`).value);
    const own = { ...dc.link.own(), embed: picture, level, theme, compared: "now", speed: "1", advanced: "0", record: "last" };
    return location.origin + dc.view.base() + dc.link.query({ ...dc.texts(), present: "0", step: "0", vote: "0" }, own);
  }

  function code() {
    const { selectedOptions } = byId("embed-picture");
    const frame = document.createElement("iframe");
    const size = { width: 640, height: 480, style: "border:0", title: `The Dead Cone: ${selectedOptions[0].textContent}` };
    for (const [name, value] of Object.entries({ src: source(), ...size })) frame.setAttribute(name, value);
    return frame.outerHTML;
  }

  function fill() {
    byId("link-text").value = location.origin + dc.link.path(dc.texts()) + dc.link.query(dc.texts(), dc.link.own());
    byId("embed-text").value = code();
  }

  function say(id, text) {
    byId(`${id}-said`).textContent = text;
  }

  function open() {
    for (const id of ["link", "embed"]) say(id, "");
    window.dash_clientside.set_props("file-said", { children: [] });
    fill();
    dialog().showModal();
    byId("link-text").scrollTop = 0;
  }

  // Where the clipboard is refused the text is selected, and the browser's old command or the viewer copies it.
  async function copy(id) {
    const text = byId(`${id}-text`);
    text.focus();
    text.select();
    let copied = true;
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      copied = document.execCommand("copy");
    }
    byId(`copy-${id}`).focus();
    say(id, copied ? "Copied." : "This browser refuses to copy. The text is selected: copy it with Ctrl + C.");
    if (!copied) text.focus();
  }

  // The text goes to Dash, which says what it makes of it. (The same file again is another choice.)
  async function load(file) {
    const text = file.size > LARGEST ? "" : await file.text();
    window.dash_clientside.set_props("file", { data: { name: file.name, size: file.size, text, chosen: Date.now() } });
  }

  function choose() {
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".json,application/json" });
    input.addEventListener("change", () => load(input.files[0]));
    input.click();
  }

  document.addEventListener("click", ({ target }) => {
    const id = target.closest?.("button")?.id;
    if (id === "share-open") open();
    if (id === "copy-link") copy("link");
    if (id === "copy-embed") copy("embed");
    if (id === "copy-hook") copy("hook");
    if (id === "load-settings") choose();
    if (id === "close-share" || target.id === "share-dialog") dialog().close(); // also a click beside it
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.closest("#share-dialog .embed-choices")) return;
    say("embed", "");
    fill();
  });

  dc.share = {
    // What it shows may have changed.
    refresh() {
      const before = byId("link-text")?.value;
      if (!dialog()?.open) return;
      fill();
      if (byId("link-text").value !== before) for (const id of ["link", "embed"]) say(id, "");
    },
  };
})();
