// @ts-check
/** The canvas of a player: where the sprites of a frame stand on it, and how they are painted. */

import { drawRing, drawTile, mixedSheetOf, resize, sheetOf } from "./canvas.js";
import { partsOf, pixelRatio } from "./dom.js";
import { cornerOf, fitGrid, spriteAt } from "./layout.js";
import { SpriteWords } from "./sprite_words.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Grid} Grid */

export class Stage {
  /** While a file is written: picture pixels a sprite pixel, in place of what the screen allows. @type {number | null} */
  fixedScale = null;
  /** Index of the sprite that is looked at closely; `choose` sets it. */
  chosen = 0;
  /** The frame that fades in over the one that is shown. @type {{ frame: Frame, share: number } | null} */
  fading = null;
  /** @param {import("./types").Host} host */
  constructor({ element, props }) {
    this.text = props.strings;
    this.tab = props.tab;
    this.part = partsOf(element);
    this.root = this.part("root");
    this.stage = this.part("stage");
    this.canvas = this.part("canvas", HTMLCanvasElement);
    this.words = new SpriteWords(this);
  }

  /** The frame on the canvas. @returns {Frame | undefined} */
  get current() {
    return undefined;
  }

  /** @returns {import("./types").View} */
  view() {
    return /** @type {any} */ (this.root.querySelector("[data-part=views] input:checked")).value;
  }

  /** @param {Frame} frame @param {number} panel */
  sheet(frame, panel) {
    const fading = frame === this.current ? this.fading : null;
    if (!fading) return sheetOf(frame, panel, this.view());
    return mixedSheetOf(frame, fading.frame, fading.share, panel, this.view());
  }

  /** @param {number} count sprites @param {number} [share] of the screen's height, where the stage has none of its own @returns {Grid} */
  fitGrid(count, share = 0.7) {
    const room = this.tab === "watch" ? this.stage.clientHeight : Math.max(240, window.innerHeight * share);
    const grid = fitGrid(count, this.root.clientWidth * pixelRatio(), room * pixelRatio(), this.words.foot);
    return this.fixedScale ? { ...grid, scale: this.fixedScale, foot: 0 } : grid;
  }

  /** @param {Grid} grid */
  resize(grid) {
    return resize(this.canvas, grid.across * grid.scale, grid.down * grid.scale + grid.rows * grid.foot);
  }

  /** The sprite under the pointer, or -1. @param {MouseEvent} event @param {Grid} grid */
  spriteUnder(event, grid) {
    const box = this.canvas.getBoundingClientRect();
    const unit = this.canvas.width / box.width;
    return spriteAt((event.clientX - box.left) * unit, (event.clientY - box.top) * unit, grid, this.current?.count ?? 0);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {number} panel @param {Grid} grid */
  drawAll(pen, frame, panel, grid) {
    const sheet = this.sheet(frame, panel);
    const tile = this.fixedScale ? null : { fill: "#fefefe", edge: this.colour("--edge", "#dddddd") };
    for (let i = 0; i < frame.count; i++) drawTile(pen, frame, sheet, i, cornerOf(i, grid), grid.scale, tile);
    this.words.draw(pen, grid);
  }

  /** A ring around the sprite that is looked at closely. @param {CanvasRenderingContext2D} pen @param {Grid} grid */
  mark(pen, grid) {
    const index = Math.min(this.chosen, (this.current?.count ?? 1) - 1);
    drawRing(pen, cornerOf(index, grid), grid.scale, this.colour("--accent", "#6366f1"));
  }

  /** One of the page's colours. @param {string} name @param {string} otherwise */
  colour(name, otherwise) {
    return getComputedStyle(this.canvas).getPropertyValue(name).trim() || otherwise;
  }

  /** @param {Frame} frame */
  offerViews(frame) {
    const radios = /** @type {NodeListOf<HTMLInputElement>} */ (this.part("views").querySelectorAll("input"));
    for (const radio of radios) {
      radio.disabled = !(radio.value in frame.panels[0]);
      if (radio.disabled && radio.checked) radios[0].checked = true;
    }
  }
}
