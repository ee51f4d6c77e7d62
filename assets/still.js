// Parts of the page that Dash never changes, as plain elements (dashboard/still.py). Why not Python: Dash looks
// at each of its own components whenever anything changes.
(() => {
  const dc = (window.deadcone ??= {});
  const { createElement, Fragment, memo } = React;

  const element = (part) => {
    if (typeof part === "string") return part;
    const [name, attributes, ...content] = part;
    return createElement(name, attributes, ...content.map(element));
  };

  dc.Still = memo(
    ({ parts }) => createElement(Fragment, null, ...parts.map(element)),
    () => true, // whatever else Dash gives it: it stays
  );
})();
