// Files that a viewer chooses or drops: sent as they are, to `data-address`, and the answer put into the store
// `data-store`. Why not Python: dcc.Upload makes text of a file, a third longer, sends it again with each callback
// that reads it, and says nothing of a file that is too large.
(() => {
  const dc = (window.deadcone ??= {});
  const held = {}; // by address: the file that was sent last, for another choice of what to read in it
  const sent = {}; // by address: how many were sent
  let chooser = null;

  const put = (id, data) => window.dash_clientside.set_props(id, { data });
  const place = ({ target }) => target.closest?.("[data-address]");

  async function answered(address, query, body) {
    try {
      const answer = await fetch(`${dc.view.base()}${address}?${new URLSearchParams(query)}`, body && { method: "POST", body });
      return await answer.json();
    } catch {
      return { message: "The server did not answer" };
    }
  }

  async function send({ dataset: { address, store, most } }, file, choice = "") {
    const number = (sent[address] = (sent[address] ?? 0) + 1);
    held[address] = file;
    const size = file.size / 2 ** 20;
    if (file.size > most) {
      put(store, { message: `${file.name} is ${size.toFixed(1)} MiB; at most ${most / 2 ** 20} MiB are read` });
      return;
    }
    put(store, { reading: file.name });
    const answer = await answered(address, { file: file.name, choice }, file);
    if (sent[address] === number) put(store, answer);
  }

  dc.files = {
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

  document.addEventListener("click", async (event) => {
    const at = place(event);
    if (!at) return;
    if (event.target.closest(".file-choose")) dc.files.choose(at.dataset.accept, (file) => send(at, file));
    if (event.target.closest(".file-example")) put(at.dataset.store, await answered(at.dataset.address, {}));
  });

  dc.files.dropped(place, (file, at) => send(at, file));

  // Reads the file of a store again with another choice, unless the store has it already.
  window.dash_clientside.deadcone.chooseInFile = (choice, answer, id) => {
    const at = document.getElementById(id);
    const file = held[at?.dataset.address];
    if (file && answer?.target && choice && choice !== answer.target) send(at, file, choice);
    return window.dash_clientside.no_update;
  };
})();
