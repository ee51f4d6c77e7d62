// Sliders: hand and keys to settings, settings to thumbs. Why not Python: a Dash callback on a moving slider
// costs 8 ms a move even when it does nothing, and so does React. Only the value at rest enters Dash's slider.
(() => {
  const dc = (window.deadcone ??= {});
  const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  STEPS.Home = -Infinity;
  STEPS.End = Infinity;
  const told = {}; // key → position that Dash's slider was last told

  const thumb = (key) => document.querySelector(`#${key} [role=slider]`);
  const track = (key) => dc.table().controls[key].track;
  const keyOf = (node) => node.closest?.(".control")?.dataset.key;
  const shown = (key) => dc.pytorch.text(key, dc.texts());
  const position = (key) => nearest(track(key), Number(shown(key)));

  function nearest(values, value) {
    let best = 0;
    values.forEach((v, i) => {
      if (Math.abs(v - value) < Math.abs(values[best] - value)) best = i;
    });
    return best;
  }

  // The thumb is moved by the layer that page.css makes of it: that costs no layout.
  function place(key) {
    const handle = thumb(key);
    if (!handle) return;
    handle.parentNode.style.translate = `${(100 * position(key)) / (track(key).length - 1)}%`;
    handle.setAttribute("aria-valuenow", position(key));
    handle.setAttribute("aria-valuetext", shown(key));
    handle.setAttribute("aria-label", dc.rail.named(key, dc.pytorch.symbol(key)));
  }

  function slide(key, index) {
    const value = String(track(key)[Math.min(Math.max(index, 0), track(key).length - 1)]);
    if (value === shown(key)) return;
    dc.complain({}); // the old text goes, and what was said of it
    const changes = dc.pytorch.changes(key, value);
    dc.change(changes);
    Object.keys(changes).forEach(place);
  }

  function grab(event) {
    const root = event.target.closest?.(".dash-slider-root");
    if (!root || event.button || !dc.texts()) return;
    const key = keyOf(root);
    const [line, handle] = [root, thumb(key)].map((node) => node.getBoundingClientRect());
    const reach = (track(key).length - 1) / (line.width - handle.width);
    // A thumb stays where it was taken hold of.
    const hold = event.target === thumb(key) ? event.clientX - handle.left : handle.width / 2;
    dc.grasp(event, root, (x) => slide(key, Math.round((x - hold - line.left) * reach)), dc.rest);
    thumb(key).focus({ preventScroll: true, focusVisible: false });
  }

  function press(event) {
    if (!event.target.matches?.(".sliders [role=slider]") || !(event.key in STEPS)) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event.target);
    slide(key, position(key) + STEPS[event.key] * (event.shiftKey ? 10 : 1));
  }

  document.addEventListener("pointerdown", grab, true);
  document.addEventListener("keydown", press, true);
  document.addEventListener("dblclick", ({ target }) => {
    const key = target.closest?.(".dash-slider-root") && keyOf(target);
    if (key) slide(key, nearest(track(key), dc.table().controls[key].default));
  });

  dc.sliders = {
    nearest,
    set: (key, value) => slide(key, nearest(track(key), dc.pytorch.held(key, value))),
    step: (key, steps) => slide(key, position(key) + steps),

    show() {
      for (const key of Object.keys(dc.table().controls).filter((key) => track(key).length)) {
        if (told[key] !== position(key)) {
          window.dash_clientside.set_props(key, { value: (told[key] = position(key)) });
        }
        place(key);
      }
    },

    // Dash's sliders arrive after the page; they are then put where the settings say.
    watch(sliders) {
      const arrived = ({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.("[role=slider]"));
      new MutationObserver((changes) => changes.some(arrived) && dc.sliders.show()).observe(sliders, {
        subtree: true,
        childList: true,
      });
    },
  };
})();
