// A hand that has taken hold of something: a thumb, a start. Why not Python: it moves sixty times a second,
// and React would render anew each time; neither sees it here.
(() => {
  const dc = (window.deadcone ??= {});
  const MOVE_MS = 60; // between two moves that no picture waits for: each costs a rendering

  dc.pull = () => {}; // has the hand's newest place taken over, before a picture is asked for

  // Calls `move(x, y)` with the pointer's place, and `end(x, y)` when it lets go.
  dc.grasp = (event, holder, move, end) => {
    let due = 0;
    let at = [event.clientX, event.clientY];
    const follow = () => {
      due = clearTimeout(due);
      move(...at);
    };
    const hand = new AbortController();
    const listen = (name, heard) => {
      const listener = (heardEvent) => heardEvent.pointerId === event.pointerId && heard(heardEvent);
      document.addEventListener(name, listener, { capture: true, signal: hand.signal });
    };
    listen("pointermove", (moved) => {
      moved.stopPropagation();
      if (moved.cancelable) moved.preventDefault();
      at = [moved.clientX, moved.clientY];
      due ||= setTimeout(follow, MOVE_MS);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      listen(name, () => {
        hand.abort();
        dc.pull = () => {};
        follow();
        end(...at);
      });
    }
    dc.pull = () => due && follow();
    event.preventDefault();
    event.stopPropagation();
    holder.setPointerCapture(event.pointerId); // which spares the browser to look what lies under it
    holder.focus({ preventScroll: true, focusVisible: false });
    follow();
  };
})();
