// PyTorch's convention: the slider of η takes and shows lr = η(1 − β), and moving β keeps lr. Why not Python:
// sliders move in the browser (sliders.js); the setting stays η, which is all that the server computes with.
(() => {
  const dc = (window.deadcone ??= {});
  let kept = {}; // the lr that moving β keeps, with the texts of β and η that it stands for

  const on = () => dc.texts()?.pytorch === "1";
  const short = (value, digits) => String(Number(value.toPrecision(digits)));

  function within(value) {
    const [low, high] = dc.table().controls.eta.limits;
    return Math.min(Math.max(value, low), high);
  }

  function lr({ beta, eta }) {
    return kept.beta === beta && kept.eta === eta ? kept.lr : Number(short(eta * (1 - beta), 12));
  }

  // The change of η that takes lr to a value at a momentum.
  function etaOf(value, beta) {
    const eta = short(within(value / (1 - beta)), 12);
    kept = { lr: value, beta: String(beta), eta };
    return eta;
  }

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("#enter-lr")) dc.change({ pytorch: on() ? "0" : "1" }, 0);
  });

  dc.pytorch = {
    // What the box and the slider of a number show for a setting's text.
    text: (key, texts) => (key === "eta" && texts.pytorch === "1" ? short(lr(texts), 10) : texts[key]),

    symbol: (key) => (key === "eta" && on() ? "lr" : dc.table().controls[key]?.symbol),

    // A value of η in what its slider holds.
    held: (key, value) => (key === "eta" && on() ? value * (1 - dc.texts().beta) : value),

    // What a number on a slider changes.
    changes(key, value) {
      if (!on()) return { [key]: value };
      if (key === "eta") return { eta: etaOf(Number(value), Number(dc.texts().beta)) };
      return key === "beta" ? { beta: value, eta: etaOf(lr(dc.texts()), Number(value)) } : { [key]: value };
    },

    show() {
      document.documentElement.dataset.rate = on() ? "lr" : "eta";
      document.getElementById("enter-lr")?.setAttribute("aria-pressed", String(on()));
    },
  };
})();
