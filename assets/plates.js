// Turns a figure from the server into an image. Why not Python: only the browser has Plotly's renderer, and
// it has the fonts.
(() => {
  const dc = (window.deadcone ??= {});
  let faces; // promise of a stylesheet that holds the fonts themselves

  const rules = () => [...document.styleSheets].flatMap((sheet) => (sheet.href?.startsWith(location.origin) ? [...sheet.cssRules] : []));

  function dataUrl(blob) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  async function embedded(rule) {
    const [, file] = rule.style.src.match(/url\("?([^")]+)"?\)/);
    const font = await (await fetch(new URL(file, rule.parentStyleSheet.href))).blob();
    return rule.cssText.replace(/url\([^)]+\)/, `url("${await dataUrl(font)}")`);
  }

  // An image sees no fonts of the page that shows it.
  function fonts() {
    faces ??= Promise.all(rules().filter((rule) => rule instanceof CSSFontFaceRule).map(embedded)).then((all) => all.join("\n"));
    return faces;
  }

  async function svg({ data, layout }) {
    const { width, height } = layout;
    await document.fonts.ready;
    return window.Plotly.toImage({ data, layout }, { format: "svg", width, height, imageDataOnly: true });
  }

  // Letters of all faces, below the picture: they are blank until their font has been read.
  const LETTERS = [
    ["Source Sans 3 Variable", "normal", "Hβ√"],
    ["STIX Two Text", "italic", "wβ"],
  ];
  const PROBE = 24; // pixels of a letter's square
  const READ_MS = 20;
  const READS = 200; // after which the picture is taken as it is

  function probe(width, height) {
    const letters = LETTERS.flatMap(([family, style, text]) => [...text].map((letter) => [family, style, letter]));
    const drawn = letters.map(
      ([family, style, letter], i) =>
        `<text x="${PROBE * (i + 0.25)}" y="${height + PROBE * 0.75}" font-family="${family}" font-style="${style}" font-size="${PROBE * 0.7}">${letter}</text>`,
    );
    return { count: letters.length, text: `<rect y="${height}" width="${width}" height="${PROBE}" fill="white"/>${drawn.join("")}` };
  }

  // Images are ready before the fonts inside them are.
  async function lettered(image, height, count) {
    const context = Object.assign(document.createElement("canvas"), { width: PROBE * count, height: PROBE }).getContext("2d", { willReadFrequently: true });
    for (let tries = 0; tries < READS; tries += 1) {
      context.drawImage(image, 0, -height);
      const inked = (i) => context.getImageData(PROBE * i, 0, PROBE, PROBE).data.some((value) => value < 128);
      if ([...Array(count).keys()].every(inked)) return;
      await new Promise((resolve) => setTimeout(resolve, READ_MS));
    }
  }

  // A canvas of `scale` pixels a point.
  async function canvas(figure, scale) {
    const { width, height } = figure.layout;
    const { count, text } = probe(width, height);
    const whole = height + PROBE;
    const drawing = (await svg(figure))
      .replace(/height="[^"]*"/, `height="${whole}"`)
      .replace(/viewBox="[^"]*"/, `viewBox="0 0 ${width} ${whole}"`)
      .replace(">", `><style>${await fonts()}</style>`)
      .replace(/<\/svg>$/, `${text}</svg>`);
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
    await image.decode();
    await lettered(image, height, count);
    const drawn = document.createElement("canvas");
    drawn.width = Math.round(width * scale);
    drawn.height = Math.round(height * scale);
    drawn.getContext("2d", { willReadFrequently: true }).drawImage(image, 0, 0, width * scale, whole * scale);
    return drawn;
  }

  dc.plates = { svg, canvas };
})();
