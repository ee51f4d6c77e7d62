// What the rail says on pages that know an optimiser (dashboard/rail_words.py). Why not Python: a frame of the page
// that was left may come after the words of the page that is shown, which only the browser can tell.
(() => {
  const dc = (window.deadcone ??= {});
  let told = null; // {page, tab, words}
  let named; // what the slider of β was last called

  const nameOf = (key) => document.getElementById(`${key}-long`)?.textContent ?? dc.table().controls[key].name;

  function show() {
    const { page, tab } = dc.texts() ?? {};
    if (told && told.page === page && told.tab === tab) {
      for (const [id, properties] of Object.entries(told.words)) dc.paint.set(id, properties);
    }
    if (page && nameOf("beta") !== named) {
      named = nameOf("beta");
      dc.sliders.show();
    }
  }

  document.addEventListener("deadcone:frame", show);

  dc.rail = {
    show,

    // A slider's name, which follows what its optimiser makes of it.
    named(key, symbol) {
      const name = nameOf(key);
      return name.includes("β") ? name : `${name} ${symbol}`;
    },
  };

  window.dash_clientside.deadcone.rail = (words) => {
    told = words;
    show();
  };
})();
