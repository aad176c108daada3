// @ts-check
/** The canvases of the lesson: sprites in rows, single ones, and the readings beside them. */

import { drawRgb, penOf } from "./canvas.js";
import { fill, find, pixelRatio } from "./dom.js";
import { frameOf, inSteps, momentOf, withNoise } from "./lesson_state.js";
import { SIZE, toBytes } from "./pixels.js";

/** @typedef {import("./lesson.js").Lesson} Lesson @typedef {import("./types").Walk} Walk */
/**
 * Sprites first..first + count of a sheet that has `from` in a row, in so many columns; stacked: how many such sheets
 * stand above each other.
 * @typedef {{ count?: number, columns?: number, from?: number, first?: number, stacked?: number }} Layout
 */

const GAP = 2;
const LARGEST = 16; // screen pixels for a pixel of a sprite
const LEAST_ROOM = 0.34; // of the screen's height for sprites, whatever stands around them
export const ALL_STEPS = 500; // the reel has them

export class Stage {
  /** @param {Lesson} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    const canvases = /** @type {HTMLCanvasElement[]} */ (lesson.all("[data-canvas]"));
    this.canvases = Object.fromEntries(canvases.map((canvas) => [canvas.dataset.canvas, canvas]));
  }

  /** The level of the picture that stands there, where it is not a knob. @returns {number | undefined} */
  level() {
    const { state, answers } = this.lesson;
    const { step } = state;
    if (step === "film") return this.frameAt(frameOf(state, answers.frames))?.t;
    if (step === "leaps" && state.n === ALL_STEPS) return this.frameAt(momentOf(state, answers.frames))?.t;
    if (step === "fresh" && answers.isShipped) return 0;
    if (step !== "leaps" && step !== "fresh") return undefined;
    const walk = answers.walk(step === "leaps" ? inSteps(state) : withNoise(state, true));
    return walk?.t[momentOf(state, walk.t.length)];
  }

  /** @param {number} at place in the trajectory @returns {import("./types").Frame | undefined} */
  frameAt(at) {
    return this.lesson.answers.trajectory[at];
  }

  /** @param {string} name @param {string} words */
  read(name, words) {
    const place = find(this.lesson.element, `[data-reading="${name}"]`);
    if (place.textContent !== words) place.textContent = words;
  }

  /** @param {string} act */
  button(act) {
    return find(this.lesson.element, `[data-act="${act}"]`, HTMLButtonElement);
  }

  /** One sprite, or an empty place. @param {string} name @param {Float32Array | null} x */
  tile(name, x) {
    const canvas = this.canvases[name];
    canvas.width = canvas.height = SIZE;
    const figure = /** @type {HTMLElement} */ (canvas.parentElement);
    canvas.setAttribute("aria-label", find(figure, "figcaption").textContent ?? "");
    canvas.classList.toggle("empty", !x);
    if (x) drawRgb(toBytes(x), SIZE, SIZE, canvas);
  }

  /**
   * Sprites of a sheet, as large as there is room in whole screen pixels.
   * @param {string} name @param {CanvasImageSource | null | undefined} sheet @param {string} label @param {Layout} layout
   */
  grid(name, sheet, label, { count = 32, columns = 8, from = 8, first = 0, stacked = 1 } = {}) {
    const canvas = this.canvases[name];
    const rows = Math.ceil(count / columns);
    [canvas.width, canvas.height] = [columns * (SIZE + GAP) - GAP, rows * (SIZE + GAP) - GAP];
    const width = Math.max(canvas.width, canvas.parentElement?.clientWidth ?? 0);
    const fits = Math.min(width / canvas.width, this.#height(canvas, stacked) / canvas.height, LARGEST);
    const scale = Math.max(1, Math.floor(fits * pixelRatio()) / pixelRatio());
    canvas.style.width = `${canvas.width * scale}px`;
    canvas.setAttribute("aria-label", label);
    canvas.classList.toggle("empty", !sheet);
    canvas.classList.remove("stale");
    if (!sheet) return;
    const pen = penOf(canvas);
    for (let i = 0; i < count; i++) {
      const [left, top] = [((first + i) % from) * SIZE, Math.floor((first + i) / from) * SIZE];
      const [x, y] = [(i % columns) * (SIZE + GAP), Math.floor(i / columns) * (SIZE + GAP)];
      pen.drawImage(sheet, left, top, SIZE, SIZE, x, y, SIZE, SIZE);
    }
  }

  /**
   * Room for a canvas, so that the whole step fits on a screen at the top of which the lesson stands.
   * @param {HTMLCanvasElement} canvas @param {number} stacked
   */
  #height(canvas, stacked) {
    const { root } = this.lesson;
    const section = /** @type {HTMLElement} */ (canvas.closest("section"));
    const isAlone = root.classList.contains("presenting") || document.body.classList.contains("bare");
    const above = isAlone ? 0 : Math.min(root.getBoundingClientRect().top + scrollY, 0.25 * innerHeight);
    const canvases = /** @type {HTMLElement[]} */ ([...section.querySelectorAll("canvas.lesson-grid")]);
    const heights = canvases.map((one) => one.offsetHeight);
    const drawn = stacked > 1 ? heights.reduce((sum, one) => sum + one) : Math.max(...heights); // above each other, or beside
    const around = section.getBoundingClientRect().bottom - root.getBoundingClientRect().top - drawn;
    return Math.max(innerHeight - above - around - 2 * GAP * SIZE, LEAST_ROOM * innerHeight) / stacked;
  }

  /**
   * The moment of a walk that the slider stands at; while it is not there yet, what was there before, in grey.
   * @param {string} name @param {Walk | null} walk @param {string} label @param {Layout} layout
   * @param {CanvasImageSource | null} standIn where nothing was there before, @param {number} first of its sprites
   */
  walk(name, walk, label, layout, standIn = null, first = 0) {
    const canvas = this.canvases[name];
    const isPainted = canvas.hasAttribute("aria-label") && !canvas.classList.contains("empty");
    if (walk) this.grid(name, walk.sheets[momentOf(this.lesson.state, walk.t.length)], label, { ...layout, from: walk.columns });
    else if (!isPainted) this.grid(name, standIn, label, { ...layout, first });
    canvas.classList.toggle("stale", !walk);
  }

  /** What the network draws after an epoch, or after the last one before it that the reel has. @param {string} name @param {number} epoch */
  epoch(name, epoch) {
    const { learning } = this.lesson.answers;
    const label = fill(this.lesson.text.pictures.epoch, { n: epoch });
    const frame = learning.findLast(({ step }) => step <= epoch);
    if (frame) this.grid(name, viewOf(frame.panels[0], "x"), label);
  }

  /** Which of some buttons is chosen. @param {string} part @param {number} chosen */
  press(part, chosen) {
    [...this.lesson.part(part).children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
  }
}

/** A sheet of the reel, all of whose sheets are pictures. @param {import("./types").Panel | undefined} panel @param {"x" | "x0"} view */
export const viewOf = (panel, view) => /** @type {ImageBitmap | undefined} */ (panel?.[view]);
