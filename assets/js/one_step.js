// @ts-check
/**
 * The One step tab: a sprite to paint or to pick, a level to noise it to, and what every epoch makes of it.
 * The component's value, {run, pixels, t, seed, prompt}, is what "Finish it" sets out from.
 */

import { drawRgb, penOf } from "./canvas.js";
import { addButton, partsOf } from "./dom.js";
import { COLOURS, SIZE, base64Of, bytesOf, rgbOf, withoutAlpha } from "./pixels.js";

const EDITOR_SCALE = 20, RESULT_SCALE = 5, GALLERY_SCALE = 2; // page pixels a sprite pixel
const CURSOR = "#4f46e5";
const SEEDS = 1000;
const TAB = "one-step"; // of the prompt beside it
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {import("./types").Host} host */
export const mount = (host) => new OneStep(host);

class OneStep {
  #pixels = new Uint8Array(SIZE * SIZE * 3);
  #colour = 0; // index into COLOURS
  #seed = 0;
  #prompt = "";
  #cursor = [SIZE / 2, SIZE / 2]; // for painting by keyboard
  #asking = false; // one question travels at a time; the newest state is asked about next
  #stale = false;

  /** @param {import("./types").Host} host */
  constructor(host) {
    this.host = host;
    this.text = host.props.strings;
    this.part = partsOf(host.element);
    this.editor = this.part("editor", HTMLCanvasElement);
    this.level = this.part("t", HTMLInputElement);
    this.#name();
    this.#wireEditor();
    this.#offerColours();
    this.#offerSprites();
    this.#wireControls();
    host.watch("run", () => this.#changed());
    document.addEventListener("asked", (event) => {
      const { tab, text } = /** @type {CustomEvent} */ (event).detail;
      if (tab !== TAB || text === this.#prompt) return;
      this.#prompt = text;
      this.#changed();
    });
    this.#set(bytesOf(host.props.galleries[0][0]));
  }

  #drawing() {
    const [pixels, t] = [base64Of(this.#pixels), Number(this.level.value)];
    return { run: this.host.props.run, pixels, t, seed: this.#seed, prompt: this.#prompt };
  }

  #changed() {
    this.#paintEditor();
    this.part("t-value").textContent = this.level.value;
    this.host.props.value = this.#drawing();
    this.#ask();
  }

  /** @param {Uint8Array} rgb */
  #set(rgb) {
    this.#pixels.set(rgb);
    this.#changed();
  }

  // ---- the server ----

  async #ask() {
    this.#stale = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#stale) {
      this.#stale = false;
      const started = performance.now();
      try {
        const answer = await this.host.server.one_step(this.#drawing());
        if (answer.mistake) this.part("status").textContent = answer.mistake;
        else this.#show(answer);
        this.host.element.answered = { t: answer.t, milliseconds: performance.now() - started }; // for tests
      } catch {
        this.part("status").textContent = this.text.offline;
      }
    }
    this.#asking = false;
  }

  /** @param {any} answer of look_once in diffusion/ui/tabs/one_step.py */
  #show(answer) {
    this.part("status").textContent = "";
    const body = this.part("body", HTMLTableSectionElement);
    const rows = [
      { label: this.text.truth, pictures: [answer.x, answer.eps, base64Of(this.#pixels)], errors: ["", ""] },
      ...answer.rows.map((/** @type {any} */ { label, eps, x0, eps_error, x0_error }) => ({
        label,
        pictures: [null, eps, x0],
        errors: [eps_error.toFixed(3), x0_error.toFixed(3)],
      })),
    ];
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((row, i) => this.#fillRow(body.rows[i] ?? body.insertRow(), row));
  }

  /** @param {HTMLTableRowElement} row @param {{ label: string, pictures: (string | null)[], errors: string[] }} values */
  #fillRow(row, { label, pictures, errors }) {
    const width = 1 + pictures.length + errors.length;
    while (row.cells.length < width) row.append(document.createElement(row.cells.length ? "td" : "th"));
    row.cells[0].textContent = label;
    pictures.forEach((picture, column) => {
      const cell = row.cells[1 + column];
      if (!picture) return cell.replaceChildren();
      const canvas = cell.querySelector("canvas") ?? cell.appendChild(document.createElement("canvas"));
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${label}: ${this.text.columns[column]}`);
      paintSprite(canvas, bytesOf(picture), RESULT_SCALE);
    });
    errors.forEach((error, column) => (row.cells[1 + pictures.length + column].textContent = error));
  }

  // ---- the editor ----

  #paintEditor() {
    paintSprite(this.editor, this.#pixels, EDITOR_SCALE);
    if (document.activeElement !== this.editor) return;
    const pen = penOf(this.editor);
    const [x, y] = this.#cursor.map((place) => place * EDITOR_SCALE + 1);
    pen.strokeStyle = CURSOR;
    pen.lineWidth = 2;
    pen.strokeRect(x, y, EDITOR_SCALE - 2, EDITOR_SCALE - 2);
  }

  /** Paints the pixel under the cursor. */
  #dab() {
    const [x, y] = this.#cursor;
    const at = 3 * (y * SIZE + x);
    const rgb = rgbOf(COLOURS[this.#colour]);
    if (rgb.every((value, i) => this.#pixels[at + i] === value)) return;
    this.#pixels.set(rgb, at);
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!(event.buttons & 1)) return;
    event.preventDefault();
    const box = this.editor.getBoundingClientRect();
    const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    this.#cursor = place.map((share) => Math.max(0, Math.min(SIZE - 1, Math.floor(share * SIZE))));
    this.#dab();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const move = MOVES[event.key];
    if (move) this.#cursor = this.#cursor.map((place, i) => (place + move[i] + SIZE) % SIZE);
    else if (event.key === " " || event.key === "Enter") this.#dab();
    else return;
    event.preventDefault();
    this.#paintEditor();
  }

  #wireEditor() {
    this.editor.addEventListener("pointerdown", (event) => this.#drag(event));
    this.editor.addEventListener("pointermove", (event) => this.#drag(event));
    for (const name of ["focus", "blur"]) this.editor.addEventListener(name, () => this.#paintEditor());
    this.editor.addEventListener("keydown", (event) => this.#press(event));
  }

  #offerColours() {
    const palette = this.part("palette");
    COLOURS.forEach((hex, i) => {
      const swatch = addButton(palette, () => {
        palette.children[this.#colour].setAttribute("aria-checked", "false");
        this.#colour = i;
        swatch.setAttribute("aria-checked", "true");
      });
      swatch.title = `#${hex}`;
      swatch.style.background = `#${hex}`;
      swatch.setAttribute("role", "radio");
      swatch.setAttribute("aria-checked", String(i === this.#colour));
      swatch.setAttribute("aria-label", `${this.text.colour} #${hex}`);
    });
  }

  #offerSprites() {
    const galleries = this.part("galleries");
    this.host.props.galleries.forEach((/** @type {string[]} */ sprites, /** @type {number} */ which) => {
      if (!sprites.length) return;
      const name = galleries.appendChild(document.createElement("p"));
      name.className = "one-step-name";
      name.textContent = this.text.galleries[which];
      const row = galleries.appendChild(document.createElement("div"));
      row.className = "one-step-gallery";
      sprites.forEach((sprite, i) => {
        const button = addButton(row, () => this.#set(bytesOf(sprite)));
        button.setAttribute("aria-label", `${this.text.galleries[which]}: ${i + 1}`);
        paintSprite(button.appendChild(document.createElement("canvas")), bytesOf(sprite), GALLERY_SCALE);
      });
    });
  }

  // ---- the page ----

  #name() {
    this.editor.setAttribute("aria-label", this.text.editor);
    this.part("palette").setAttribute("aria-label", this.text.colour);
    for (const name of ["clear", "upload-name", "t-name", "noise"]) this.part(name).textContent = this.text[name];
    for (const title of ["", ...this.text.columns, ...this.text.errors]) {
      this.part("head").appendChild(document.createElement("th")).textContent = title;
    }
  }

  #wireControls() {
    const upload = this.part("upload", HTMLInputElement);
    this.part("clear").addEventListener("click", () => this.#set(new Uint8Array(SIZE * SIZE * 3).fill(255)));
    upload.addEventListener("change", async () => {
      const [file] = upload.files ?? [];
      if (!file) return;
      try {
        this.#set(await readSprite(file));
      } catch {
        this.part("status").textContent = this.text.unreadable;
      }
    });
    this.level.addEventListener("input", () => this.#changed());
    this.part("noise").addEventListener("click", () => {
      this.#seed = (this.#seed + 1) % SEEDS;
      this.#changed();
    });
  }
}

/** @param {HTMLCanvasElement} canvas @param {Uint8Array} rgb @param {number} scale */
function paintSprite(canvas, rgb, scale) {
  canvas.width = canvas.height = SIZE * scale;
  const pen = penOf(canvas);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(drawRgb(rgb, SIZE, SIZE), 0, 0, canvas.width, canvas.height);
}

/** Any picture as the RGB bytes of one sprite, in the middle of white. @param {File} file */
async function readSprite(file) {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = penOf(canvas);
  pen.fillStyle = "white";
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.imageSmoothingEnabled = picture.width % SIZE !== 0;
  pen.imageSmoothingQuality = "high";
  const scale = SIZE / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  pen.drawImage(picture, (SIZE - width) / 2, (SIZE - height) / 2, width, height);
  return withoutAlpha(pen.getImageData(0, 0, SIZE, SIZE).data);
}
