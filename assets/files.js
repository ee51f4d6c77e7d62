// Files that a viewer chooses or drops: sent as they are, to `data-address`. What was read goes into the store
// `data-store`; that one is being read, or what is wrong with it, into `data-told`, so that what was read before
// stays. Why not Python: dcc.Upload makes text of a file, a third longer, sends it again with each callback that
// reads it, and says nothing of a file that is too large.
(() => {
  const dc = (window.deadcone ??= {});
  const held = {}; // by address: the file that was read last and the choice in it, for another choice
  const asked = {}; // by address: how often it was asked, for an example too
  let chooser = null;

  const put = (id, data) => window.dash_clientside.set_props(id, { data });
  const place = ({ target }) => target.closest?.("[data-address]");
  // A file may be dropped anywhere on a page that has a place for it; beside it the browser would open it.
  const around = (event) => place(event) ?? [...document.querySelectorAll("[data-address]")].find((at) => at.checkVisibility());

  async function answered(address, query, body) {
    try {
      const answer = await fetch(`${dc.view.base()}${address}?${new URLSearchParams(query)}`, body && { method: "POST", body });
      if (answer.status === 503) return { message: dc.files.BUSY };
      return await answer.json();
    } catch {
      return { message: "The server did not answer" };
    }
  }

  // The answer; nothing where something else was asked for meanwhile.
  async function latest(address, query, body) {
    const number = (asked[address] = (asked[address] ?? 0) + 1);
    const answer = await answered(address, query, body);
    return asked[address] === number ? answer : null;
  }

  function take({ store, told }, answer) {
    if (!answer.message) put(store, answer);
    put(told, answer.message ? answer : {});
  }

  async function send({ dataset }, file, choice = "") {
    const { address, told, most } = dataset;
    const size = file.size / 2 ** 20;
    if (file.size > most) {
      put(told, { message: `${file.name} is ${size.toFixed(1)} MiB; at most ${most / 2 ** 20} MiB are read` });
      return;
    }
    put(told, { reading: file.name });
    const answer = await latest(address, { file: file.name, choice }, file);
    if (!answer) return;
    if (answer.columns) held[address] = { file, target: answer.target };
    take(dataset, answer);
  }

  dc.files = {
    BUSY: "The server is busy. Please try again in a moment",

    // Opens the browser's dialog. Its box is kept while that is open: nothing else holds it.
    choose(accept, take) {
      chooser = Object.assign(document.createElement("input"), { type: "file", accept });
      chooser.addEventListener("change", ({ target }) => target.files[0] && take(target.files[0]));
      chooser.click();
    },

    // Takes a file that is dropped on the element that `place` returns for an event; none where it is nothing.
    dropped(place, take) {
      for (const kind of ["dragover", "dragleave", "drop"]) {
        document.addEventListener(kind, (event) => {
          const at = place(event);
          if (!at || !event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          at.classList.toggle("over", kind === "dragover");
          if (kind === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0], at);
        });
      }
    },
  };

  async function example({ dataset }) {
    const answer = await latest(dataset.address, {});
    if (answer) take(dataset, answer);
  }

  document.addEventListener("click", (event) => {
    const at = place(event);
    if (!at) return;
    if (event.target.closest(".file-choose")) dc.files.choose(at.dataset.accept, (file) => send(at, file));
    if (event.target.closest(".file-example")) example(at);
  });

  dc.files.dropped(around, (file, at) => send(at, file));

  // Reads the file of a place again with another choice, unless that is the one with which it was read.
  window.dash_clientside.deadcone.chooseInFile = (choice, id) => {
    const at = document.getElementById(id);
    const { file, target } = held[at?.dataset.address] ?? {};
    if (file && choice && choice !== target) send(at, file, choice);
    return window.dash_clientside.no_update;
  };
})();
