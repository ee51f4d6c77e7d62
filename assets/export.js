// The dialog "Export": asks the server for what is shown and saves it as files. Why not Python: images are drawn
// by this browser's Plotly (plates.js), files and clipboard are its own, and the settings are newest here.
(() => {
  const dc = (window.deadcone ??= {});
  const SCALE = 2; // pixels of an image for each of the page's
  const KEPT_MS = 60_000; // that a browser needs at most to begin saving
  const byId = (id) => document.getElementById(id);
  const dialog = () => byId("export-dialog");
  let job = null; // what is being made: an AbortController
  let codeOf = null; // the same for the program shown

  const task = () => new Promise((resolve) => requestAnimationFrame(resolve));

  // ------------------------------------------------------------- asking the server

  // Until the pictures are those of the controls, as fine as they get.
  async function rested(signal) {
    while (!dc.pump.settled()) {
      signal.throwIfAborted();
      await task();
    }
  }

  async function ask(route, more, signal) {
    await rested(signal);
    const query = dc.pump.query();
    for (const [name, value] of Object.entries({ theme: dc.view.theme(), ...more })) query.set(name, value);
    const answer = await fetch(`${dc.view.base()}export/${route}?${query}`, { signal });
    if (!answer.ok) throw new Error(`${(await answer.json()).message}.`);
    return answer;
  }

  async function json(route, more, signal) {
    const content = await (await ask(route, more, signal)).json();
    if (content.message) throw new Error(`${content.message}.`);
    return content;
  }

  const picture = () => byId("export-picture").value;

  // ------------------------------------------------------------- saving

  function save(blob, name) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
    return `Saved as ${name}`;
  }
  dc.save = save;

  const nameOf = (answer) => answer.headers.get("Content-Disposition").match(/filename="?([^";]+)"?/)[1];

  async function saveAnswer(route, more, signal) {
    const answer = await ask(route, more, signal);
    return save(await answer.blob(), nameOf(answer));
  }

  async function saveImage(format, signal) {
    const figure = await json("figure", { picture: picture() }, signal);
    if (format === "svg") return save(new Blob([await dc.plates.svg(figure)], { type: "image/svg+xml" }), `${figure.name}.svg`);
    const canvas = await dc.plates.canvas(figure, SCALE);
    return save(await new Promise((resolve) => canvas.toBlob(resolve, "image/png")), `${figure.name}.png`);
  }

  async function saveSweep(signal) {
    const bar = byId("sweep-progress");
    bar.value = 0;
    bar.hidden = false;
    const own = Object.fromEntries(["slider", "from", "to", "frames", "seconds"].map((key) => [key, byId(`sweep-${key}`).value.trim()]));
    try {
      const { changes, seconds, name } = await json("sweep", own, signal);
      const frame = (change) => json("figure", { ...change, picture: "map", pin: "none", guess: "none", sweep: own.slider }, signal);
      const gif = await dc.sweep.gif(changes, seconds, frame, signal, (done) => {
        bar.value = done / changes.length;
        say("sweep", `${done} of ${changes.length} pictures`);
      });
      return save(gif, `${name}.gif`);
    } finally {
      if (job?.signal === signal) bar.hidden = true;
    }
  }

  // ------------------------------------------------------------- one thing at a time

  function say(part, text) {
    byId(`${part}-export-said`).textContent = text;
  }

  const reason = (error) => (error instanceof TypeError || error instanceof SyntaxError ? "The server does not answer." : error.message);

  async function make(part, work) {
    job?.abort();
    const mine = (job = new AbortController());
    byId("sweep-progress").hidden = true;
    say(part, "One moment …");
    try {
      say(part, await work(mine.signal));
    } catch (error) {
      if (job === mine) say(part, mine.signal.aborted ? "Cancelled." : reason(error));
      else say(part, "");
    }
    if (job === mine) job = null;
    showSweeping();
  }

  const sweeping = () => Boolean(job) && !byId("sweep-progress").hidden;

  function showSweeping() {
    byId("sweep-make").textContent = sweeping() ? "Cancel" : "Make GIF";
  }

  function sweep() {
    if (sweeping()) return job.abort();
    make("sweep", saveSweep);
    showSweeping();
  }

  // ------------------------------------------------------------- the program

  async function showCode() {
    codeOf?.abort();
    const mine = (codeOf = new AbortController());
    const box = byId("export-code");
    box.value = "";
    say("code", "");
    try {
      box.value = (await json("snippet", { picture: picture() }, mine.signal)).code;
      box.scrollTop = 0;
    } catch (error) {
      if (!mine.signal.aborted) say("code", reason(error));
    }
    byId("export-copy").disabled = !box.value;
  }

  // Where the clipboard is refused the text is selected, and the browser's old command or the viewer copies it.
  async function copy() {
    const box = byId("export-code");
    let copied = true;
    try {
      await navigator.clipboard.writeText(box.value);
    } catch {
      box.select();
      copied = document.execCommand("copy");
    }
    say("code", copied ? "Copied." : "This browser refuses to copy. The text is selected: copy it with Ctrl + C.");
  }

  // ------------------------------------------------------------- the dialog

  // A sweep goes over the whole track, until somebody asks for less.
  function showEnds() {
    const { track } = dc.table().controls[byId("sweep-slider").value];
    for (const [key, value] of [["from", track[0]], ["to", track.at(-1)]]) {
      window.dash_clientside.set_props(`sweep-${key}`, { value: String(value) });
    }
  }

  async function fill() {
    const before = picture();
    const refused = byId("export-refused");
    refused.textContent = "";
    try {
      const query = new URLSearchParams(dc.texts());
      const answer = await fetch(`${dc.view.base()}export/pictures?${query}`);
      const { pictures, message } = await answer.json();
      byId("export-parts").hidden = Boolean(message);
      if (message) {
        byId("export-code").value = "";
        refused.textContent = `${message}.`;
        return;
      }
      byId("export-picture").replaceChildren(...pictures.map(({ key, title }) => new Option(title, key, false, key === before)));
      await showCode();
    } catch (error) {
      refused.textContent = reason(error);
    }
  }

  function open() {
    for (const part of ["picture", "code", "sweep", "page"]) say(part, "");
    if (!dialog().dataset.watched) watch();
    dialog().showModal();
    byId("export-picture").focus();
    fill();
  }

  function watch() {
    dialog().dataset.watched = "yes";
    showEnds();
    dialog().addEventListener("keydown", (event) => event.stopPropagation()); // the page's own keys rest
    dialog().addEventListener("close", () => [job, codeOf].forEach((work) => work?.abort()));
    byId("export-picture").addEventListener("change", () => {
      say("picture", "");
      showCode();
    });
    byId("sweep-slider").addEventListener("change", showEnds);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button");
    const { format } = button?.closest("#export-dialog")?.id ? button.dataset : {};
    if (button?.id === "export-open") open();
    if (button?.id === "export-close" || target.id === "export-dialog") dialog().close(); // also a click beside it
    if (format === "png" || format === "svg") make("picture", (signal) => saveImage(format, signal));
    else if (format) make("picture", (signal) => saveAnswer("data", { picture: picture(), format }, signal));
    if (button?.id === "export-copy") copy();
    if (button?.id === "sweep-make") sweep();
    if (button?.id === "export-page") make("page", (signal) => saveAnswer("page", {}, signal));
  });
})();
