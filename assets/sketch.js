// Paints a frame on canvases: the map's cells under Plotly's axes, and, while a hand moves, the lines
// and marks of every picture over them. Why not Python, why not Plotly: any touch of a map costs Plotly
// some 40 ms of the browser's main thread, this a few. Of Plotly's internals it uses the axes' geometry
// (_offset, _length, range) and the names of the layers that page.css hides under `.sketched`;
// tests/browser compares both drawings. What a mark means stands in figures/drawing.py.
(() => {
  const dc = (window.deadcone ??= {});
  const UNITS = 2048;
  const HALF_TURN = 16383;
  const FONT = '"Source Sans 3 Variable", sans-serif';

  // The rectangle within a graph's axes, in its own coordinates.
  function plot(gd, area = "") {
    const { [`xaxis${area}`]: x, [`yaxis${area}`]: y } = gd._fullLayout;
    return { left: x._offset, top: y._offset, width: x._length, height: y._length };
  }

  // The same in the coordinates of pointer events.
  function onScreen(gd) {
    const { left, top, width, height } = plot(gd);
    const box = gd.getBoundingClientRect();
    return { left: box.left + left, top: box.top + top, width, height };
  }

  // Where a value is along an axis, from 0 to 1 within its range.
  const share = ({ range }, value) => (value - range[0]) / (range[1] - range[0]);

  function canvas(gd, name) {
    const frame = gd.closest(".graph");
    let found = frame.querySelector(`.${name}`);
    if (!found) {
      found = document.createElement("canvas");
      found.className = name;
      if (name === "sketch") frame.append(found);
      else {
        const clip = frame.insertBefore(document.createElement("div"), frame.firstChild);
        clip.className = "clip";
        clip.append(found);
      }
    }
    return found;
  }

  // ------------------------------------------------------------- the ground

  const grounds = new WeakMap(); // graph → {ground: what is painted, placed: where it lies, to leave alone what is right}

  // "#RRGGBB" as a pixel: the bytes R, G, B, A from the lowest up.
  function pixel(css) {
    const rgb = parseInt(css.slice(1), 16);
    return 0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16);
  }

  // A pixel for each cell.
  function plain({ n_w, n_b, palette, cells }) {
    const colours = palette.map(pixel);
    const image = new ImageData(n_w, n_b);
    const pixels = new Int32Array(image.data.buffer);
    for (let row = 0, at = 0; row < n_b; row += 1) {
      for (let place = (n_b - 1 - row) * n_w, end = place + n_w; place < end; place += 1, at += 1) {
        pixels[place] = colours[cells[at]];
      }
    }
    return image;
  }

  function paint(gd, ground) {
    const surface = canvas(gd, "ground");
    surface.hidden = !ground;
    if (!ground) return;
    const image = ground.outcomes && dc.patterns.on() ? dc.patterns.image(ground, onPage(gd, ground), pixel) : plain(ground);
    if (surface.width !== image.width || surface.height !== image.height) {
      Object.assign(surface, { width: image.width, height: image.height });
    }
    surface.getContext("2d").putImageData(image, 0, 0);
    grounds.set(gd, { ground, placed: "" });
    place(gd);
  }

  // The cells lie where the axes say, also while Plotly pans them: each is centred at its start.
  function place(gd) {
    const painted = grounds.get(gd);
    if (!painted) return;
    const { ground } = painted;
    const { left, top, width, height } = plot(gd);
    const { xaxis, yaxis } = gd._fullLayout;
    const now = JSON.stringify([left, top, width, height, xaxis.range, yaxis.range]);
    if (now === painted.placed) return;
    painted.placed = now;
    const surface = canvas(gd, "ground");
    const px = (value) => `${value}px`;
    Object.assign(surface.parentNode.style, { left: px(left), top: px(top), width: px(width), height: px(height) });
    for (const [name, value] of Object.entries(onPage(gd, ground))) surface.style[name] = px(value);
  }

  // Where the cells lie within the axes, in CSS pixels.
  function onPage(gd, { window: [w0, w1, b0, b1], n_w, n_b }) {
    const { xaxis, yaxis } = gd._fullLayout;
    const at = (axis, value) => share(axis, value) * axis._length;
    const across = (at(xaxis, w1) - at(xaxis, w0)) / (n_w - 1);
    const up = (at(yaxis, b1) - at(yaxis, b0)) / (n_b - 1);
    return {
      left: at(xaxis, w0) - across / 2,
      top: yaxis._length - at(yaxis, b1) - up / 2,
      width: across * n_w,
      height: up * n_b,
    };
  }

  // With the patterns that are wanted now.
  function repaint() {
    for (const gd of document.querySelectorAll(".js-plotly-plot")) if (grounds.has(gd)) paint(gd, grounds.get(gd).ground);
  }

  // ------------------------------------------------------------- lines and marks

  function stroke(pen, { color, width, dash = [] }) {
    pen.setLineDash(dash);
    pen.strokeStyle = color;
    pen.lineWidth = width;
    pen.stroke();
  }

  function trail(pen, { parts }, xs, ys) {
    pen.beginPath();
    let i = 0;
    for (const n of parts) {
      pen.moveTo(xs[i], ys[i]);
      for (const end = i + n; ++i < end; ) pen.lineTo(xs[i], ys[i]);
    }
  }

  const KINDS = {
    line(pen, mark, xs, ys) {
      trail(pen, mark, xs, ys);
      stroke(pen, mark);
    },

    area(pen, mark, xs, ys, { width, height }) {
      trail(pen, mark, xs, ys);
      if (mark.fill) {
        pen.fillStyle = mark.fill;
        pen.fill();
        return;
      }
      pen.clip();
      pen.beginPath();
      for (let at = 0; at < width + height; at += mark.hatch.size) {
        pen.moveTo(at, 0);
        pen.lineTo(at - height, height);
      }
      pen.globalAlpha = mark.hatch.opacity;
      stroke(pen, mark.hatch);
    },

    glyphs(pen, { n, shape = [], radius, scaled, fill, strokes = [] }, xs, ys, { width }, angles) {
      const unit = scaled ? width : 1;
      const ink = () => {
        if (fill) {
          pen.fillStyle = fill;
          pen.fill();
        }
        for (const style of strokes) stroke(pen, style);
      };
      if (radius) {
        // Each with its edge before the next: discs cover one another.
        for (let i = 0; i < n; i += 1) {
          pen.beginPath();
          pen.arc(xs[i], ys[i], radius, 0, 2 * Math.PI);
          ink();
        }
        return;
      }
      pen.beginPath();
      for (let i = 0; i < n; i += 1) {
        const [along, across] = [unit * Math.cos(angles?.[i] ?? 0), unit * Math.sin(angles?.[i] ?? 0)];
        for (const part of shape) {
          part.forEach(([u, v], k) => {
            pen[k ? "lineTo" : "moveTo"](xs[i] + along * u - across * v, ys[i] + across * u + along * v);
          });
        }
      }
      ink();
    },

    text(pen, { at, runs, size, anchors, shift, ground: box, pad }, xs, ys, { width: across, height: up }) {
      const set = (style) => (pen.font = `${style} ${size}px ${FONT}`);
      const widths = runs.map(([text, style]) => set(style) && pen.measureText(text).width);
      const width = widths.reduce((sum, part) => sum + part, 0);
      const height = 1.3 * size;
      let left = (at[0] / UNITS) * across + shift[0] - width * anchors[0];
      const middle = (at[1] / UNITS) * up + shift[1] + height * (0.5 - anchors[1]);
      if (box) {
        pen.fillStyle = box;
        pen.fillRect(left - pad, middle - height / 2 - pad, width + 2 * pad, height + 2 * pad);
      }
      pen.textBaseline = "middle";
      runs.forEach(([text, style, color], k) => {
        set(style);
        pen.fillStyle = color;
        pen.fillText(text, left, middle + 0.04 * size);
        left += widths[k];
      });
    },
  };

  // The pen of a cleared canvas over the graph, in CSS pixels.
  function clean(gd) {
    const surface = canvas(gd, "sketch");
    const scale = devicePixelRatio;
    const { width: across, height: up } = gd._fullLayout;
    const [width, height] = [across, up].map((side) => Math.round(side * scale));
    if (surface.width !== width || surface.height !== height) Object.assign(surface, { width, height });
    const pen = surface.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineJoin = "round";
    return pen;
  }

  function draw(gd, { marks, coordinates }) {
    const pen = clean(gd);
    let [at, sum] = [0, 0];
    const take = (n, unit) => {
      const values = new Float32Array(n);
      for (let i = 0; i < n; i += 1) values[i] = (sum += coordinates[at++]) * unit;
      return values;
    };
    for (const mark of marks) {
      const rectangle = plot(gd, mark.area);
      const n = mark.parts?.reduce((sum, part) => sum + part, 0) ?? mark.n ?? 0;
      const [xs, ys] = [take(n, rectangle.width / UNITS), take(n, rectangle.height / UNITS)];
      const angles = mark.turned && take(n, Math.PI / HALF_TURN);
      pen.save();
      pen.translate(rectangle.left, rectangle.top);
      if (!mark.free && mark.kind !== "text") {
        pen.beginPath();
        pen.rect(0, 0, rectangle.width, rectangle.height);
        pen.clip();
      }
      KINDS[mark.kind](pen, mark, xs, ys, rectangle, angles);
      pen.restore();
    }
    gd.closest(".graph").classList.add("sketched");
  }

  // Takes away what was painted over and under a graph.
  function wipe(gd) {
    grounds.delete(gd);
    const frame = gd.closest(".graph");
    for (const surface of frame.querySelectorAll(".ground, .sketch")) Object.assign(surface, { width: 1, height: 1 });
    frame.classList.remove("sketched");
  }

  dc.sketch = { wipe, paint, repaint, place, draw, plot, onScreen, share };
})();
