// Reads what dashboard/packing.py packs: a JSON header, then arrays. Why not Python: it is bytes here.
(() => {
  const dc = (window.deadcone ??= {});

  // The header, and what takes the bytes behind it one after the other, as they are or as numbers.
  dc.unpack = (buffer) => {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    let at = 4 + length;
    const take = (bytes) => buffer.slice(at, (at += bytes));
    return { header, take, floats: (n) => new Float32Array(take(4 * n)) };
  };

  dc.read = (buffer) => {
    const { header: frame, take, floats } = dc.unpack(buffer);
    if (frame.pictures) {
      if (!frame.hidden) frame.outcome = new Uint8Array(take(frame.n_w * frame.n_b));
      for (const ground of Object.values(frame.grounds).filter(Boolean)) {
        ground.cells = ground.own ? new Uint8Array(take(ground.n_w * ground.n_b)) : frame.outcome;
      }
      for (const picture of Object.values(frame.pictures)) {
        if (picture.marks) picture.coordinates = new Int16Array(take(2 * picture.n));
      }
    }
    for (const way of Object.values(frame.ways ?? {}).flat()) {
      Object.assign(way, { w: floats(way.n), b: floats(way.n) });
      way.twin &&= { w: floats(way.twin), b: floats(way.twin) };
    }
    return frame;
  };
})();
