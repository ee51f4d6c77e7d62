// Draws a figure on a canvas over its Plotly graph while a hand moves. Why not Python, why not
// Plotly: any touch of the map's graph costs Plotly about 40 ms of the browser's main thread, this a
// few. It reads the same figure that Plotly draws at rest, knows only what our figures use, and
// leans on Plotly's internals in two places: the axes' geometry (_offset, _length) and the names of
// the layers that page.css hides under `.sketched`; tests/browser compares both drawings.
(() => {
  const dc = (window.deadcone ??= {});
  const TYPES = { u1: Uint8Array, i1: Int8Array, i2: Int16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
  const DASHES = { dash: [3, 3], dot: [1, 1], solid: [] }; // in line widths of at least 3 px, as Plotly's
  const FONT = '"Source Sans 3 Variable", sans-serif';

  function numbers(encoded) {
    if (!encoded?.bdata) return encoded ?? [];
    return new TYPES[encoded.dtype](bytes(encoded.bdata).buffer);
  }

  // (Uint8Array.from with a function takes twenty times as long as this loop.)
  function bytes(base64) {
    const text = atob(base64);
    const values = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) values[i] = text.charCodeAt(i);
    return values;
  }

  // ------------------------------------------------------------- data → pixels

  const linear = (axis, value) => axis._offset + ((value - axis.range[0]) / (axis.range[1] - axis.range[0])) * axis._length;

  // A data value, a value that is a logarithm already (annotations), or a fraction of a domain.
  function place(axis, value, { logged = false, ref = "" } = {}) {
    const vertical = axis._id[0] === "y";
    let at;
    if (ref.endsWith("domain") || ref === "paper") at = axis._offset + value * axis._length;
    else at = linear(axis, axis.type === "log" && !logged ? Math.log10(value) : value);
    return vertical ? 2 * axis._offset + axis._length - at : at;
  }

  function trail(pen, xs, ys, { x, y }) {
    pen.beginPath();
    let down = false;
    for (let i = 0; i < ys.length; i += 1) {
      const px = place(x, xs[i]);
      const py = place(y, ys[i]);
      if (!Number.isFinite(px) || !Number.isFinite(py)) down = false;
      else if (down) pen.lineTo(px, py);
      else {
        pen.moveTo(px, py);
        down = true;
      }
    }
  }

  function stroke(pen, { color, width = 2, dash = "solid" }) {
    const pattern = DASHES[dash]?.map((part) => part * Math.max(width, 3)) ?? dash.split(",").map(parseFloat);
    pen.setLineDash(pattern);
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.stroke();
    pen.setLineDash([]);
  }

  // ------------------------------------------------------------- traces

  function ground(pen, trace, axes) {
    const z = numbers(trace.z);
    const [rows, columns] = String(trace.z.shape).split(",").map(Number);
    const steps = trace.zmax - trace.zmin;
    const palette = Array.from({ length: steps }, (_, i) => colour(trace.colorscale[2 * i][1]));
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        pixels[(rows - 1 - row) * columns + column] = palette[z[row * columns + column]];
      }
    }
    const cells = new OffscreenCanvas(columns, rows);
    cells.getContext("2d").putImageData(image, 0, 0);
    const left = place(axes.x, trace.x0 - trace.dx / 2);
    const right = place(axes.x, trace.x0 + (columns - 0.5) * trace.dx);
    const top = place(axes.y, trace.y0 + (rows - 0.5) * trace.dy);
    const bottom = place(axes.y, trace.y0 - trace.dy / 2);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(cells, left, top, right - left, bottom - top);
  }

  const known = new Map();
  function colour(css) {
    if (!known.has(css)) {
      const dot = new OffscreenCanvas(1, 1).getContext("2d");
      dot.fillStyle = css;
      dot.fillRect(0, 0, 1, 1);
      known.set(css, new Uint32Array(dot.getImageData(0, 0, 1, 1).data.buffer)[0]);
    }
    return known.get(css);
  }

  function hatch(pen, { size, solidity, fgcolor, fgopacity }, { x, y }) {
    const tile = new OffscreenCanvas(size * 4, size * 4);
    const nib = tile.getContext("2d");
    nib.scale(4, 4);
    nib.strokeStyle = fgcolor;
    nib.globalAlpha = fgopacity;
    nib.lineWidth = solidity * size;
    for (const shift of [-size, 0, size]) {
      nib.moveTo(shift - 1, size + 1);
      nib.lineTo(shift + size + 1, -1);
    }
    nib.stroke();
    const pattern = pen.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().translate(x._offset, y._offset).scale(0.25));
    return pattern;
  }

  function mark(pen, px, py, { symbol = "circle", size, color, line = {} }) {
    pen.beginPath();
    if (symbol === "circle") pen.arc(px, py, size / 2, 0, 2 * Math.PI);
    else {
      const r = symbol === "x-thin" ? size / 2 : 0.4 * size;
      for (const side of [1, -1]) {
        pen.moveTo(px - r, py - side * r);
        pen.lineTo(px + r, py + side * r);
      }
    }
    if (symbol === "circle") {
      pen.fillStyle = color;
      pen.fill();
      if (line.width) stroke(pen, line);
    } else if (symbol === "x-thin") stroke(pen, line);
    else {
      stroke(pen, { color: line.color, width: 0.4 * size + 2 * line.width });
      stroke(pen, { color, width: 0.4 * size - line.width / 2 });
    }
  }

  function scatter(pen, trace, axes) {
    const ys = numbers(trace.y);
    const xs = trace.x ? numbers(trace.x) : Array.from(ys, (_, i) => trace.x0 + i * trace.dx);
    if (trace.fill === "toself") {
      trail(pen, xs, ys, axes);
      pen.fillStyle = trace.fillpattern ? hatch(pen, trace.fillpattern, axes) : trace.fillcolor;
      pen.fill();
    }
    if (trace.mode.includes("lines")) {
      trail(pen, xs, ys, axes);
      stroke(pen, trace.line);
    }
    if (trace.mode.includes("markers")) {
      for (let i = 0; i < ys.length; i += 1) {
        const at = [place(axes.x, xs[i]), place(axes.y, ys[i])];
        mark(pen, ...at, trace.marker);
        if (trace.text) words(pen, trace.text[i], ...at, { font: trace.textfont });
      }
    }
  }

  // ------------------------------------------------------------- shapes, words

  function shape(pen, { type, xref = "x", yref = "y", x0, x1, y0, y1, fillcolor, line }, { x, y }) {
    const [left, right] = [place(x, x0, { ref: xref }), place(x, x1, { ref: xref })];
    const [top, bottom] = [place(y, y0, { ref: yref }), place(y, y1, { ref: yref })];
    pen.beginPath();
    if (type === "rect") pen.rect(left, top, right - left, bottom - top);
    else if (type === "circle") {
      const radii = [Math.abs(right - left) / 2, Math.abs(bottom - top) / 2];
      pen.ellipse((left + right) / 2, (top + bottom) / 2, ...radii, 0, 0, 2 * Math.PI);
    } else {
      pen.moveTo(left, top);
      pen.lineTo(right, bottom);
    }
    if (fillcolor) {
      pen.fillStyle = fillcolor;
      pen.fill();
    }
    if (line?.width) stroke(pen, line);
  }

  // Text with <i> and <span style="color:…;font-weight:…">, placed by its anchors.
  function words(pen, text, px, py, { font, xanchor = "center", yanchor = "middle", bgcolor, borderpad = 0 }) {
    const pieces = text.matchAll(/<(span|i)(?: style="([^"]*)")?>([^<]*)<\/\1>|([^<]+)/g);
    const parts = [...pieces].map(([, tag, style = "", inner, plain]) => ({
      text: inner ?? plain,
      slant: tag === "i" || style.includes("italic") ? "italic " : "",
      color: /color:([^;]+)/.exec(style)?.[1] ?? font.color,
      weight: /font-weight:(\d+)/.exec(style)?.[1] ?? font.weight ?? 400,
    }));
    const set = ({ slant, weight }) => (pen.font = `${slant}${weight} ${font.size}px ${FONT}`);
    let width = 0;
    for (const part of parts) {
      set(part);
      part.at = width;
      width += pen.measureText(part.text).width;
    }
    const height = font.size * 1.3;
    const left = px - width * { left: 0, center: 0.5, right: 1 }[xanchor];
    const middle = py + height * { top: 0.5, middle: 0, bottom: -0.5 }[yanchor];
    if (bgcolor) {
      pen.fillStyle = bgcolor;
      pen.fillRect(left - borderpad, middle - height / 2 - borderpad, width + 2 * borderpad, height + 2 * borderpad);
    }
    pen.textBaseline = "middle";
    for (const part of parts) {
      set(part);
      pen.fillStyle = part.color;
      pen.fillText(part.text, left + part.at, middle + font.size * 0.04);
    }
  }

  function note(pen, annotation, { x, y }) {
    let px = place(x, annotation.x, { logged: true, ref: annotation.xref }) + (annotation.xshift ?? 0);
    let py = place(y, annotation.y, { logged: true, ref: annotation.yref }) - (annotation.yshift ?? 0);
    if (annotation.showarrow) {
      const { ax, ay, standoff = 0, arrowcolor, arrowwidth } = annotation;
      const reach = standoff / Math.hypot(ax, ay);
      pen.beginPath();
      pen.moveTo(px + ax * reach, py + ay * reach);
      px += ax;
      py += ay;
      pen.lineTo(px, py);
      stroke(pen, { color: arrowcolor, width: arrowwidth });
    }
    words(pen, annotation.text, px, py, annotation);
  }

  // ------------------------------------------------------------- a figure

  function canvasOver(gd) {
    const frame = gd.closest(".graph");
    let canvas = frame.querySelector("canvas.sketch");
    if (!canvas) {
      canvas = frame.appendChild(document.createElement("canvas"));
      canvas.className = "sketch";
    }
    const scale = devicePixelRatio;
    const [width, height] = [gd.clientWidth, gd.clientHeight];
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineJoin = "round";
    return pen;
  }

  function axesOf(layout) {
    return JSON.stringify([layout.xaxis, layout.yaxis]);
  }

  dc.sketch = {
    bytes,

    // Whether the graph's axes, which stay Plotly's, are those of the figure.
    fits: (gd, figure) => Boolean(gd._fullLayout?.xaxis?._length) && gd.dataset.axes === axesOf(figure.layout),

    draw(gd, { data, layout }) {
      const axes = { x: gd._fullLayout.xaxis, y: gd._fullLayout.yaxis };
      const pen = canvasOver(gd);
      const plot = [axes.x._offset, axes.y._offset, axes.x._length, axes.y._length];
      const inside = (draw) => {
        pen.save();
        pen.beginPath();
        pen.rect(...plot);
        pen.clip();
        draw();
        pen.restore();
      };
      inside(() => layout.shapes?.forEach((item) => shape(pen, item, axes)));
      for (const trace of data) {
        const draw = () => (trace.type === "heatmap" ? ground : scatter)(pen, trace, axes);
        if (trace.cliponaxis === false) draw();
        else inside(draw);
      }
      layout.annotations?.forEach((item) => note(pen, item, axes));
      gd.closest(".graph").classList.add("sketched");
    },

    // Plotly draws the figure itself. (It writes into the layout that it is given.)
    async replace(gd, { data, layout }) {
      const axes = axesOf(layout);
      await window.Plotly.react(gd, data, layout);
      gd.dataset.axes = axes;
      gd.closest(".graph").classList.remove("sketched");
    },
  };
})();
