// @ts-check
/**
 * The words of every sprite, where each was asked for others: under it, in a line below the canvas for the one that is
 * pointed at, and in what the canvas is called. They can be taken over into the prompt (asking.js).
 */

import { fill, pixelRatio } from "./dom.js";
import { GAP, cornerOf, wrapText } from "./layout.js";
import { SIZE } from "./pixels.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Grid} Grid */

const NARROW = 600; // page pixels, as the next ones
const FONT_SIZE = 11, LINE = 13, LINES = 3, AWAY = 8; // page pixels; AWAY from the sprite, behind the edge of its tile

export class SpriteWords {
  /** @type {string[]} */
  #words = [];
  #pointed = 0;
  all = ""; // of them, for what the canvas is called
  /** The lines of every sprite, and the width that they are made for. @type {{ width: number, lines: string[][] }} */
  #wrapped = { width: 0, lines: [] };

  /** @param {import("./stage.js").Stage} player */
  constructor(player) {
    this.player = player;
    this.place = player.part("asked");
    player.part("use").addEventListener("click", () => this.#use());
  }

  /** Screen pixels that a row needs for its words; a narrow screen shows only those of the sprite that is touched. */
  get foot() {
    return this.#words.length && this.player.root.clientWidth >= NARROW ? (LINES * LINE + AWAY) * pixelRatio() : 0;
  }

  /** @param {Frame} frame the first of a run */
  begin(frame) {
    const { canvas, text, tab } = this.player;
    this.#words = frame.words ?? [];
    this.#wrapped = { width: 0, lines: [] };
    this.place.hidden = !this.#words.length;
    if (tab === "watch") canvas.tabIndex = this.#words.length ? 0 : -1;
    const all = this.#words.map((words, i) => `${i + 1}: ${words}`).join("; ");
    this.all = all ? `. ${fill(text.all_asked, { words: all })}` : "";
    this.point(Math.min(this.#pointed, Math.max(0, this.#words.length - 1)));
  }

  /** @param {CanvasRenderingContext2D} pen @param {Grid} grid */
  draw(pen, grid) {
    if (!this.#words.length || !grid.foot) return;
    const ratio = pixelRatio();
    pen.font = `${FONT_SIZE * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "top";
    pen.fillStyle = getComputedStyle(this.player.canvas).color;
    const side = SIZE * grid.scale;
    if (this.#wrapped.width !== side) {
      const width = side + (GAP - 1) * grid.scale;
      const lines = this.#words.map((words) => wrapText(words, width, LINES, (text) => pen.measureText(text).width));
      this.#wrapped = { width: side, lines };
    }
    this.#wrapped.lines.forEach((lines, i) => {
      const [x, y] = cornerOf(i, grid);
      lines.forEach((line, row) => pen.fillText(line, x, y + side + (AWAY + row * LINE) * ratio));
    });
  }

  /** @param {number} index of a sprite */
  point(index) {
    this.#pointed = index;
    if (!this.#words.length) return;
    const words = this.#words[index] ?? "";
    const said = fill(this.player.text.asked, { n: index + 1, words });
    const place = this.player.part("asked-words");
    if (place.textContent !== said) place.textContent = said;
  }

  #use() {
    const text = this.#words[this.#pointed];
    if (text) document.dispatchEvent(new CustomEvent("ask", { detail: { tab: this.player.tab, text } }));
  }

  /** For a canvas that does nothing else with pointer and keys. @param {() => Grid} gridNow */
  wire(gridNow) {
    const { canvas } = this.player;
    /** @param {MouseEvent} event */
    const point = (event) => {
      const index = this.#words.length ? this.player.spriteUnder(event, gridNow()) : -1;
      if (index >= 0) this.point(index);
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerdown", point);
    canvas.addEventListener("keydown", (event) => {
      const { columns } = gridNow();
      /** @type {Record<string, number>} */
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
      if (!this.#words.length || !(event.key in steps)) return;
      event.preventDefault();
      event.stopPropagation();
      this.point(Math.max(0, Math.min(this.#pointed + steps[event.key], this.#words.length - 1)));
    });
  }
}
