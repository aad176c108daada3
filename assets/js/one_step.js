// The One step tab: a sprite to paint or to pick, a level to noise it to, and what every epoch makes of it.
// Runs as the body of gr.HTML's js_on_load, with `element`, `props` and `server` given. The value, {pixels, t, seed},
// is what "Finish it" sets out from.

const SIZE = 16;
const text = props.strings;
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const editor = part("editor");
const pen = editor.getContext("2d");
const pixels = new Uint8Array(SIZE * SIZE * 3);
const COLOURS = [
  "000000", "ffffff", "fe1b1b", "981010", "34c040", "1f7326", "3868f8", "223e95", "f8d038", "957d22",
  "a86838", "65321b", "f8d0a8", "95806b", "9848e0", "5b2b86", "20c0b0", "a8a8b0", "656569", "e838a8",
];
let colour = 0; // index into COLOURS
let seed = 0;
let cursor = [8, 8]; // for painting by keyboard
let asking = false; // one question travels at a time; the newest state is asked about next
let stale = false;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

function paintPicture(canvas, rgb, scale) {
  const small = document.createElement("canvas");
  small.width = small.height = SIZE;
  const image = small.getContext("2d").createImageData(SIZE, SIZE);
  for (let i = 0; i < SIZE * SIZE; i++) image.data.set([rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 255], 4 * i);
  small.getContext("2d").putImageData(image, 0, 0);
  canvas.width = canvas.height = SIZE * scale;
  const brush = canvas.getContext("2d");
  brush.imageSmoothingEnabled = false;
  brush.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function paintEditor() {
  paintPicture(editor, pixels, 20);
  if (document.activeElement === editor) {
    pen.strokeStyle = "#4f46e5";
    pen.lineWidth = 2;
    pen.strokeRect(cursor[0] * 20 + 1, cursor[1] * 20 + 1, 18, 18);
  }
}

function set(rgb) {
  pixels.set(rgb);
  changed();
}

function dab([x, y]) {
  const at = 3 * (y * SIZE + x);
  const rgb = COLOURS[colour].match(/../g).map((pair) => parseInt(pair, 16));
  if (rgb.every((value, i) => pixels[at + i] === value)) return;
  pixels.set(rgb, at);
  changed();
}

const drawing = () => ({ run: props.run, pixels: base64Of(pixels), t: Number(part("t").value), seed });

function changed() {
  paintEditor();
  part("t-value").textContent = part("t").value;
  props.value = drawing();
  ask();
}

async function ask() {
  stale = true;
  if (asking) return;
  asking = true;
  while (stale) {
    stale = false;
    const started = performance.now();
    try {
      const answer = await server.one_step(drawing());
      if (answer.mistake) part("status").textContent = answer.mistake;
      else show(answer);
      element.answered = { t: answer.t, milliseconds: performance.now() - started };
    } catch (problem) {
      part("status").textContent = text.offline;
    }
  }
  asking = false;
}

function show(answer) {
  part("status").textContent = "";
  const body = part("body");
  const rows = [
    [text.truth, answer.x, answer.eps, base64Of(pixels), "", ""],
    ...answer.rows.map((row) => [row.label, null, row.eps, row.x0, row.eps_error.toFixed(3), row.x0_error.toFixed(3)]),
  ];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach(([label, x, eps, x0, epsError, x0Error], i) => {
    const row = body.rows[i] ?? body.insertRow();
    while (row.cells.length < 6) row.append(document.createElement(row.cells.length ? "td" : "th"));
    row.cells[0].textContent = label;
    [x, eps, x0].forEach((picture, column) => {
      const cell = row.cells[column + 1];
      if (!picture) return cell.replaceChildren();
      const canvas = cell.querySelector("canvas") ?? cell.appendChild(document.createElement("canvas"));
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${label}: ${text.columns[column]}`);
      paintPicture(canvas, bytesOf(picture), 5);
    });
    row.cells[4].textContent = epsError;
    row.cells[5].textContent = x0Error;
  });
}

function pixelUnder(event) {
  const box = editor.getBoundingClientRect();
  const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  return place.map((share) => Math.max(0, Math.min(SIZE - 1, Math.floor(share * SIZE))));
}

function paintAlong(event) {
  if (!(event.buttons & 1)) return;
  event.preventDefault();
  cursor = pixelUnder(event);
  dab(cursor);
}

async function upload(file) {
  try {
    const picture = await createImageBitmap(file);
    const small = document.createElement("canvas");
    small.width = small.height = SIZE;
    const brush = small.getContext("2d");
    brush.fillStyle = "white";
    brush.fillRect(0, 0, SIZE, SIZE);
    brush.imageSmoothingEnabled = picture.width % SIZE !== 0;
    brush.imageSmoothingQuality = "high";
    const scale = SIZE / Math.max(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    brush.drawImage(picture, (SIZE - width) / 2, (SIZE - height) / 2, width, height);
    const { data } = brush.getImageData(0, 0, SIZE, SIZE);
    set(Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]));
  } catch (problem) {
    part("status").textContent = text.unreadable;
  }
}

editor.setAttribute("aria-label", text.editor);
editor.addEventListener("pointerdown", (event) => paintAlong(event));
editor.addEventListener("pointermove", paintAlong);
for (const name of ["focus", "blur"]) editor.addEventListener(name, paintEditor);
editor.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (moves[event.key]) cursor = cursor.map((place, i) => (place + moves[event.key][i] + SIZE) % SIZE);
  else if (event.key === " " || event.key === "Enter") dab(cursor);
  else return;
  event.preventDefault();
  paintEditor();
});

COLOURS.forEach((hex, i) => {
  const swatch = document.createElement("button");
  Object.assign(swatch, { type: "button", title: `#${hex}` });
  swatch.style.background = `#${hex}`;
  swatch.setAttribute("role", "radio");
  swatch.setAttribute("aria-checked", i === colour);
  swatch.setAttribute("aria-label", `${text.colour} #${hex}`);
  swatch.addEventListener("click", () => {
    part("palette").children[colour].setAttribute("aria-checked", false);
    colour = i;
    swatch.setAttribute("aria-checked", true);
  });
  part("palette").append(swatch);
});
props.galleries.forEach((sprites, which) => {
  if (!sprites.length) return;
  const name = part("galleries").appendChild(document.createElement("p"));
  name.className = "one-step-name";
  name.textContent = text.galleries[which];
  const row = part("galleries").appendChild(document.createElement("div"));
  row.className = "one-step-gallery";
  sprites.forEach((sprite, i) => {
    const button = row.appendChild(document.createElement("button"));
    button.type = "button";
    button.setAttribute("aria-label", `${text.galleries[which]}: ${i + 1}`);
    paintPicture(button.appendChild(document.createElement("canvas")), bytesOf(sprite), 2);
    button.addEventListener("click", () => set(bytesOf(sprite)));
  });
});
for (const title of ["", ...text.columns, ...text.errors]) {
  const head = part("head").appendChild(document.createElement("th"));
  head.textContent = title;
}
part("palette").setAttribute("aria-label", text.colour);
for (const name of ["clear", "upload-name", "t-name", "noise"]) part(name).textContent = text[name];
part("clear").addEventListener("click", () => set(new Uint8Array(SIZE * SIZE * 3).fill(255)));
part("upload").addEventListener("change", (event) => event.target.files[0] && upload(event.target.files[0]));
part("t").addEventListener("input", changed);
part("noise").addEventListener("click", () => {
  seed = (seed + 1) % 1000;
  changed();
});
watch("run", changed);
set(bytesOf(props.galleries[0][0]));
