// Pictures of a slider's sweep as an animated GIF, encoded by gifenc (vendor/). Why not Python: the pictures are
// drawn here.
(() => {
  const dc = (window.deadcone ??= {});
  const ENCODER = "assets/vendor/gifenc-1.0.3.mjs";
  const COLOURS = 255; // of a picture; one more says "as before"
  let encoder;

  const load = () => (encoder ??= import(new URL(dc.view.base() + ENCODER, location.href)));

  // Colours, and for each pixel its colour's number; 0 where nothing has changed since the picture before.
  function indexed(pixels, before, { quantize, applyPalette }) {
    const colours = quantize(pixels, COLOURS);
    const found = applyPalette(pixels, colours);
    const [now, then] = [pixels, before].map((data) => data && new Uint32Array(data.buffer));
    const index = found.map((colour, i) => (then && then[i] === now[i] ? 0 : colour + 1));
    return { index, palette: [[0, 0, 0], ...colours] };
  }

  // `draw` gives the figure of a change; all have one size. Each is shown for so many seconds.
  async function gif(changes, seconds, draw, signal, progress) {
    const tools = await load();
    const file = tools.GIFEncoder();
    let before = null;
    let begin = 0; // of the next picture, in hundredths of a second: rounding must not add up
    for (const [i, change] of changes.entries()) {
      const canvas = await dc.plates.canvas(await draw(change), 1);
      signal.throwIfAborted();
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      const { index, palette } = indexed(pixels, before, tools);
      const end = Math.round(100 * seconds * (i + 1));
      file.writeFrame(index, canvas.width, canvas.height, { palette, delay: 10 * (end - begin), transparent: true, transparentIndex: 0, dispose: 1 });
      [before, begin] = [pixels, end];
      progress(i + 1);
    }
    file.finish();
    return new Blob([file.bytes()], { type: "image/gif" });
  }

  dc.sweep = { gif };
})();
