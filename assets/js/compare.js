// @ts-check
/**
 * The painter of the Compare tab: several epochs that started from the same noise.
 * Two axes, independent of each other: the player's own slider is time, `epoch` is training. Nothing asks the server.
 */

import { statusOf } from "./about_frames.js";
import { drawSprite, resize } from "./canvas.js";
import { fill, find, pixelRatio } from "./dom.js";
import { GAP, cornerOf } from "./layout.js";
import { SIZE } from "./pixels.js";
import { Player } from "./player.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Grid} Grid */

const FONT_SIZE = 12; // page pixels, as the next three
const MARGIN = 70; // for the names of the epochs
const HEAD = 22; // for the levels of noise
const FOOT = 18; // for the names under the lens
const BELOW = 270; // for all that stands under the sprites: with it, Play is on the first screen

/** @param {import("./types").Host} host */
export const mount = (host) => new Player(host, (player) => new ComparePainter(player));

class ComparePainter {
  #chosen = 0; // the sprite under the lens
  /** One frame for each epoch of training, from the reel. @type {Frame[]} */
  #learning = [];
  /** Where `arrived` stood when the frames of learning were opened. @type {number | null} */
  #left = null;
  /** What an address asked for, until the first frames come. @type {{ epoch: string | null, from: string | null } | null} */
  #placed = null;
  /** Where the sprites stand on the canvas, for the pointer. @type {Grid | null} */
  #grid = null;

  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.epoch = player.part("epoch", HTMLInputElement);
    this.wipe = player.part("wipe", HTMLInputElement);
    this.wipeFrom = player.part("wipe-from", HTMLSelectElement);
    this.lens = player.part("lens", HTMLCanvasElement);
    this.#wire();
  }

  /** @returns {string} one, wipe, grid or learning */
  get mode() {
    return find(this.player.root, "[data-part=modes] input:checked", HTMLInputElement).value;
  }

  // ---- what the player asks ----

  /** @param {Frame} frame */
  paint(frame) {
    if (this.mode === "wipe") this.#paintWipe(frame);
    else if (this.mode === "grid") this.#paintGrid(frame);
    else this.#paintOne(frame);
    this.#paintLens(frame);
  }

  /** @param {Frame} frame */
  begin(frame) {
    if (this.#left !== null) this.#check("one"); // the new frames are shown, in place of those of learning
    this.#left = null;
    const last = frame.panels.length - 1;
    this.epoch.max = String(last);
    this.epoch.value = String(Math.min(Number(this.#placed?.epoch ?? last), last));
    this.wipeFrom.replaceChildren(...frame.panels.map(({ label }, i) => new Option(label, String(i))));
    this.wipeFrom.value = String(Math.min(Number(this.#placed?.from ?? 0), last));
    this.#nameEpoch();
    this.#caption(frame);
  }

  /** What is compared, counted. @param {Frame} frame */
  #caption(frame) {
    const { text, tab, part, isReel } = this.player;
    const epochs = frame.panels.map(({ label }) => label).join(", ");
    const said = [fill(text.compared, { count: frame.count, epochs }), ...(isReel ? [text.reel] : [])];
    part("caption").textContent = tab === "compare" ? said.join(" · ") : "";
  }

  /** @param {Frame} frame */
  nameCanvas(frame) {
    const { text, frames } = this.player;
    const name = (/** @type {number} */ panel) => frame.panels[Math.min(panel, frame.panels.length - 1)].label;
    const about = { count: frame.count, epoch: name(this.panelShown(frame)), level: frame.t ? statusOf(text, frame) : text.clean };
    if (this.mode === "wipe") return fill(text.canvas_wipe, { ...about, from: name(Number(this.wipeFrom.value)) });
    if (this.mode === "learning") return fill(text.canvas_learning, about);
    if (this.mode !== "grid") return fill(text.canvas, { ...about, words: about.epoch });
    const levels = this.#moments(frames).map(({ t }) => t).join(", ");
    return fill(text.canvas_grid, { epochs: frame.panels.map(({ label }) => label).join(", "), levels });
  }

  /** The columns of the grid. @param {Frame[]} frames */
  #moments(frames) {
    const count = this.player.root.clientWidth < 600 ? 4 : 7;
    return Array.from({ length: count }, (_, column) => frames[Math.round((column * (frames.length - 1)) / (count - 1))]);
  }

  /** As large as the first screen allows. @param {number} count sprites */
  #fit(count) {
    const { player } = this;
    const top = player.stage.getBoundingClientRect().top + window.scrollY;
    const room = window.innerHeight - top - BELOW - (2 * player.words.foot) / pixelRatio();
    return player.fitGrid(count, Math.max(0.3, Math.min(room / window.innerHeight, 0.7)));
  }

  /** @param {Frame} frame */
  panelShown(frame) {
    return Math.min(Number(this.epoch.value), frame.panels.length - 1);
  }

  /** @param {Frame[]} frames */
  takeLearning(frames) {
    this.#learning = frames;
    find(this.player.root, "input[value=learning]", HTMLInputElement).disabled = !frames.length;
  }

  place() {
    return { mode: this.mode, epoch: this.epoch.value, wipe: this.wipe.value, from: this.wipeFrom.value };
  }

  /** @param {URLSearchParams} query */
  restore(query) {
    this.#check(query.get("mode") ?? "one");
    this.wipe.value = query.get("wipe") ?? this.wipe.value;
    this.#placed = { epoch: query.get("epoch"), from: query.get("from") };
  }

  // ---- painting ----

  /** @param {Frame} frame */
  #paintOne(frame) {
    this.#grid = this.#fit(frame.count);
    const pen = this.player.resize(this.#grid);
    this.player.drawAll(pen, frame, this.panelShown(frame), this.#grid);
    if (!this.player.fixedScale) this.#mark(pen, frame, this.#grid);
  }

  /** @param {Frame} frame */
  #paintWipe(frame) {
    const grid = (this.#grid = this.#fit(frame.count));
    const pen = this.player.resize(grid);
    const { width, height } = this.player.canvas;
    const edge = Math.round((width * Number(this.wipe.value)) / 100);
    const sides = [
      [Number(this.wipeFrom.value), 0, edge],
      [Number(this.epoch.value), edge, width - edge],
    ];
    for (const [panel, left, across] of sides) {
      pen.save();
      pen.beginPath();
      pen.rect(left, 0, across, height);
      pen.clip();
      this.player.drawAll(pen, frame, panel, grid);
      pen.restore();
    }
    pen.fillStyle = this.#accent();
    pen.fillRect(edge - 1, 0, 3, height);
  }

  /** Rows are epochs, columns moments from noise to sprite, of the first sprites. @param {Frame} frame */
  #paintGrid(frame) {
    const { root, canvas, frames } = this.player;
    const ratio = pixelRatio();
    const shown = this.#moments(frames), moments = shown.length;
    const each = Math.min(frame.count, 4); // 2 x 2 sprites a cell
    const side = each > 1 ? 2 : 1;
    const cell = side * (SIZE + 1) + GAP;
    const margin = MARGIN * ratio, head = HEAD * ratio;
    const scale = Math.max(1, Math.floor((root.clientWidth * ratio - margin) / (moments * cell)));
    const pen = resize(canvas, margin + moments * cell * scale, head + frame.panels.length * cell * scale);
    pen.fillStyle = getComputedStyle(canvas).color;
    pen.font = `${FONT_SIZE * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "middle";
    this.#grid = null;
    for (let column = 0; column < moments; column++) {
      const moment = shown[column];
      const x = margin + column * cell * scale;
      pen.fillText(`t ${moment.t}`, x, head / 2);
      for (let row = 0; row < frame.panels.length; row++) {
        const sheet = this.player.sheet(moment, row);
        const y = head + row * cell * scale;
        for (let i = 0; i < each; i++) {
          const right = (i % side) * (SIZE + 1) * scale, down = Math.floor(i / side) * (SIZE + 1) * scale;
          drawSprite(pen, moment, sheet, i, x + right, y + down, SIZE * scale);
        }
      }
    }
    for (let row = 0; row < frame.panels.length; row++) {
      pen.fillText(frame.panels[row].label, 0, head + (row + 0.5) * cell * scale - GAP * scale);
    }
  }

  /** One sprite, large, in every epoch. @param {Frame} frame */
  #paintLens(frame) {
    const ratio = pixelRatio();
    const count = frame.panels.length;
    const room = Math.floor((this.player.root.clientWidth * ratio) / count);
    const scale = Math.max(1, Math.min(Math.floor(room / (SIZE + GAP)), Math.floor(6 * ratio)));
    const size = SIZE * scale, foot = FOOT * ratio;
    const pen = resize(this.lens, count * (size + GAP * scale), size + foot);
    pen.font = `${FONT_SIZE * ratio}px system-ui, sans-serif`;
    pen.textBaseline = "bottom";
    pen.fillStyle = getComputedStyle(this.lens).color;
    for (let panel = 0; panel < count; panel++) {
      const x = panel * (size + GAP * scale);
      drawSprite(pen, frame, this.player.sheet(frame, panel), Math.min(this.#chosen, frame.count - 1), x, 0, size);
      pen.fillText(frame.panels[panel].label ?? "", x, size + foot - 2);
    }
  }

  /** A frame around the sprite under the lens. @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {Grid} grid */
  #mark(pen, frame, grid) {
    if (this.mode !== "one" || this.#chosen >= frame.count) return;
    const { scale } = grid;
    const [x, y] = cornerOf(this.#chosen, grid).map((place) => place - (GAP / 2) * scale);
    pen.strokeStyle = this.#accent();
    pen.lineWidth = Math.max(2, scale / 3);
    pen.strokeRect(x, y, (SIZE + GAP) * scale, (SIZE + GAP) * scale);
  }

  #accent() {
    return this.player.colour("--accent", "#4f46e5");
  }

  // ---- controls ----

  #nameEpoch() {
    const name = this.wipeFrom.options[Number(this.epoch.value)]?.text ?? "";
    this.player.part("epoch-name").textContent = name;
    this.epoch.setAttribute("aria-valuetext", name);
  }

  /** @param {string} mode that can be chosen now, or nothing changes */
  #check(mode) {
    const selector = `[data-part=modes] input[value="${CSS.escape(mode)}"]`;
    const radio = /** @type {HTMLInputElement | null} */ (this.player.root.querySelector(selector));
    if (radio && !radio.disabled) radio.checked = true;
    this.player.root.dataset.mode = this.mode;
  }

  #changeMode() {
    const { player } = this;
    player.root.dataset.mode = this.mode;
    if (this.mode === "learning") {
      this.#left = player.shown;
      player.open(this.#learning, 0);
      player.show(0);
      player.play();
      return;
    }
    if (this.#left !== null) player.open(player.arrived, this.#left);
    this.#left = null;
    if (player.frames.length) player.show(player.shown);
  }

  #wire() {
    const { canvas, root } = this.player;
    root.dataset.mode = this.mode;
    this.epoch.addEventListener("input", () => {
      this.#nameEpoch();
      this.player.repaint();
    });
    for (const control of [this.wipe, this.wipeFrom]) control.addEventListener("input", () => this.player.repaint());
    this.player.part("modes").addEventListener("change", () => this.#changeMode());
    canvas.addEventListener("pointermove", (event) => this.#point(event));
    canvas.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const { current, canvas } = this.player;
    if (!current || !this.#grid) return;
    if (this.mode === "wipe") this.wipe.value = String((100 * event.offsetX) / canvas.getBoundingClientRect().width);
    const index = this.player.spriteUnder(event, this.#grid);
    if (index >= 0) this.#choose(index);
    this.paint(current);
  }

  /** The canvas itself can be focused: the arrow keys move the lens from sprite to sprite. @param {KeyboardEvent} event */
  #press(event) {
    const { current } = this.player;
    const columns = this.#grid?.columns ?? 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (!(event.key in steps) || !current) return;
    event.preventDefault();
    event.stopPropagation();
    this.#choose(Math.max(0, Math.min(this.#chosen + steps[event.key], current.count - 1)));
    this.paint(current);
  }

  /** @param {number} index of a sprite */
  #choose(index) {
    this.#chosen = index;
    this.player.words.point(index);
  }
}
