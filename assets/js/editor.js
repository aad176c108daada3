// @ts-check
/**
 * The pixel editor of the tabs Paint and One step: a canvas of 16 x 16 cells, tools, a palette by material, undo. By
 * mouse, pen, finger or keyboard. editor_tools.js does to the picture what the tools say, editor_toolbar.js offers them,
 * palette_choice.js the colours.
 */

import { drawRgb, penOf } from "./canvas.js";
import { fill, partsOf } from "./dom.js";
import { History, areaAround, brushAt, cellsBetween, colourAt, isSame, withCells } from "./editor_tools.js";
import { EditorTools } from "./editor_toolbar.js";
import { PaletteChoice, hexOf } from "./palette_choice.js";
import { SIZE } from "./pixels.js";

/** @typedef {import("./editor_tools.js").Cell} Cell @typedef {import("./editor_toolbar.js").Tool} Tool */

const SCALE = 24; // canvas pixels a cell
const WHITE = [255, 255, 255];
/** @type {Record<string, Cell>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, Tool>} */
const KEYS = { p: "pencil", b: "pencil", e: "eraser", f: "fill", g: "fill", i: "pick" };

export class Editor {
  /** RGB. @type {Uint8Array} */
  pixels = new Uint8Array(SIZE * SIZE * 3).fill(255);
  #history = new History(this.pixels);
  /** @type {Cell} */
  #cursor = [SIZE / 2, SIZE / 2];
  #isSeen = false; // the cursor: while the canvas has the focus by keyboard, or the mouse is over it
  /** The last cell of the stroke that is being painted. @type {Cell | null} */
  #stroke = null;

  /**
   * @param {HTMLElement} element with the parts of assets/html/editor.html and palette.html
   * @param {import("./types").Strings} text @param {{ name: string, colours: string[] }[]} palette
   * @param {(isDone: boolean) => void} changed after every cell, and at the end of a stroke
   */
  constructor(element, text, palette, changed) {
    this.text = text;
    this.changed = changed;
    this.part = partsOf(element);
    this.canvas = this.part("editor", HTMLCanvasElement);
    this.palette = new PaletteChoice(this.part("palette"), text, palette, () => this.#afterColour());
    this.tools = new EditorTools(this.part, text, {
      step: (by) => this.#go(by),
      clear: () => this.set(new Uint8Array(SIZE * SIZE * 3).fill(255)),
    });
    this.#wireCanvas();
    element.addEventListener("keydown", (event) => this.#shortcut(event));
    this.#offerSteps();
    this.#show();
  }

  /** Another picture, as one step that can be undone. @param {Uint8Array} pixels */
  set(pixels) {
    this.pixels = pixels.slice();
    this.#finish();
  }

  /** The picture that is there becomes the first: nothing before it can be undone. */
  forget() {
    this.#history = new History(this.pixels);
    this.#offerSteps();
  }

  // ---- what is painted ----

  /** The tool at a cell, and on the way to it from the last one. @param {Cell} cell */
  #use(cell, tool = this.tools.tool) {
    if (tool === "pick") return this.palette.choose(colourAt(this.pixels, cell));
    const cells = tool === "fill" ? areaAround(this.pixels, cell) : this.#lineTo(cell);
    const before = this.pixels;
    this.pixels = withCells(before, cells, tool === "eraser" ? WHITE : this.palette.colour);
    this.#show();
    if (!isSame(before, this.pixels)) this.changed(false);
  }

  /** @param {Cell} cell */
  #lineTo(cell) {
    return cellsBetween(this.#stroke ?? cell, cell).flatMap((each) => brushAt(each, this.tools.size));
  }

  /** The stroke is over. */
  #finish() {
    this.#stroke = null;
    this.#show();
    if (this.#history.add(this.pixels)) this.changed(true);
    this.#offerSteps();
  }

  /** @param {number} by */
  #go(by) {
    const pixels = this.#history.go(by);
    if (!pixels) return;
    this.pixels = pixels;
    this.#show();
    this.changed(true);
    this.#offerSteps();
  }

  #offerSteps() {
    this.tools.offerSteps(this.#history.can(-1), this.#history.can(1));
  }

  #afterColour() {
    if (this.tools.tool === "eraser" || this.tools.tool === "pick") this.tools.choose("pencil");
  }

  // ---- the canvas ----

  #show() {
    const { canvas } = this;
    canvas.width = canvas.height = SIZE * SCALE;
    const pen = penOf(canvas);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(drawRgb(this.pixels, SIZE, SIZE), 0, 0, canvas.width, canvas.height);
    pen.fillStyle = "rgb(128 128 128 / 22%)";
    for (let i = 1; i < SIZE; i++) {
      pen.fillRect(i * SCALE, 0, 1, canvas.height);
      pen.fillRect(0, i * SCALE, canvas.width, 1);
    }
    if (!this.#isSeen) return;
    const size = this.tools.tool === "fill" || this.tools.tool === "pick" ? 1 : this.tools.size;
    const [x, y] = this.#cursor.map((place) => place * SCALE);
    for (const [inset, colour] of /** @type {[number, string][]} */ ([[1, "#fff"], [3, "#000"]])) {
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.strokeRect(x + inset, y + inset, size * SCALE - 2 * inset, size * SCALE - 2 * inset);
    }
  }

  /** @param {PointerEvent} event @returns {Cell} */
  #cellUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return /** @type {Cell} */ (place.map((share) => Math.max(0, Math.min(SIZE - 1, Math.floor(share * SIZE)))));
  }

  #wireCanvas() {
    const { canvas } = this;
    canvas.setAttribute("aria-label", this.text.editor);
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#cursor = this.#cellUnder(event);
      this.#use(this.#cursor, event.altKey ? "pick" : this.tools.tool);
      this.#stroke = this.#cursor;
    });
    canvas.addEventListener("pointermove", (event) => {
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.#move(each);
      this.#isSeen = event.pointerType !== "touch";
      this.#show();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => this.#stroke && this.#finish());
    }
    for (const name of ["focus", "blur", "pointerleave"]) {
      canvas.addEventListener(name, () => {
        this.#isSeen = canvas.matches(":focus-visible");
        this.#show();
      });
    }
    canvas.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#cursor = this.#cellUnder(event);
    if (!this.#stroke || isSame(this.#stroke, this.#cursor) || this.tools.tool === "fill") return;
    this.#use(this.#cursor);
    this.#stroke = this.#cursor;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) this.#cursor = /** @type {Cell} */ (this.#cursor.map((place, i) => (place + move[i] + SIZE) % SIZE));
    else if (event.key === " " || event.key === "Enter") {
      this.#use(this.#cursor);
      this.#finish();
    } else if (event.key in KEYS) this.tools.choose(KEYS[event.key]);
    else return;
    event.preventDefault();
    this.#isSeen = true;
    this.#show();
    const [x, y] = this.#cursor;
    const values = { column: x + 1, row: y + 1, colour: `#${hexOf(colourAt(this.pixels, this.#cursor))}` };
    this.part("cell").textContent = fill(this.text.cell, values);
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const by = key === "z" ? (event.shiftKey ? 1 : -1) : key === "y" ? 1 : 0;
    if (!by) return;
    event.preventDefault();
    this.#go(by);
  }
}
