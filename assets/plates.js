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

  // The figures' letters: the interface's typeface, and italics of the other.
  const used = ({ style }) => /Source Sans/.test(style.fontFamily) || style.fontStyle === "italic";

  // An image sees no fonts of the page that shows it, so they travel inside.
  function fonts() {
    const found = rules().filter((rule) => rule instanceof CSSFontFaceRule && used(rule));
    faces ??= Promise.all(found.map(embedded)).then((all) => all.join("\n"));
    return faces;
  }

  async function svg({ data, layout }) {
    const { width, height } = layout;
    await document.fonts.ready;
    const drawing = await window.Plotly.toImage({ data, layout }, { format: "svg", width, height, imageDataOnly: true });
    return drawing.replace(">", `><style>${await fonts()}</style>`);
  }

  // Letters of all faces, in a row below the picture: they are blank where a font has not been read in time.
  const LETTERS = [
    ["Source Sans 3 Variable", "400 13px", "H3β√"],
    ["Source Sans 3 Variable", "600 17px", "H3β√"],
    ["STIX Two Text", "italic 400 15px", "wβ"],
  ];
  const SQUARE = 24; // pixels of a letter's place
  const AGAIN_MS = 20;
  const TRIES = 100; // after which the picture is taken as it is

  function row(width, height) {
    const letters = LETTERS.flatMap(([family, font, text]) => [...text].map((letter) => [`${font} '${family}'`, letter]));
    const texts = letters.map(([font, letter], i) => `<text x="${SQUARE * i + 4}" y="${height + 18}" style="font: ${font}">${letter}</text>`);
    return { count: letters.length, drawing: `<rect y="${height}" width="${width}" height="${SQUARE}" fill="white"/>${texts.join("")}` };
  }

  function blank(width, height) {
    const page = Object.assign(document.createElement("canvas"), { width: Math.round(width), height: Math.round(height) });
    return [page, page.getContext("2d", { willReadFrequently: true })];
  }

  function lettered(image, height, count) {
    const [, context] = blank(SQUARE * count, SQUARE);
    context.drawImage(image, 0, -height);
    const inked = (i) => context.getImageData(SQUARE * i, 0, SQUARE, SQUARE).data.some((value) => value < 128);
    return [...Array(count).keys()].every(inked);
  }

  // An image is ready before the fonts in it are, and does not draw all of its texts again when they come: it is
  // made anew until they were there from the beginning.
  async function load(source, height, count) {
    for (let tries = 1; ; tries += 1) {
      const image = Object.assign(new Image(), { src: source });
      await image.decode();
      if (lettered(image, height, count) || tries === TRIES) return image;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  // A canvas of `scale` pixels for each of the figure's.
  async function canvas(figure, scale) {
    const { width, height } = figure.layout;
    const { count, drawing } = row(width, height);
    const whole = height + SQUARE;
    const source = (await svg(figure))
      .replace(/height="[^"]*"/, `height="${whole}"`)
      .replace(/viewBox="[^"]*"/, `viewBox="0 0 ${width} ${whole}"`)
      .replace(/<\/svg>$/, `${drawing}</svg>`);
    const image = await load(`data:image/svg+xml,${encodeURIComponent(source)}`, height, count);
    const [page, context] = blank(width * scale, height * scale);
    context.drawImage(image, 0, 0, width * scale, whole * scale);
    return page;
  }

  dc.plates = { svg, canvas };
})();
