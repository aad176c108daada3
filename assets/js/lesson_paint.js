// @ts-check
/** What each step of the lesson paints. */

import { drawRgb, penOf } from "./canvas.js";
import { fill, find, pixelRatio } from "./dom.js";
import { blended, inSteps, momentOf, withNoise } from "./lesson_state.js";
import { distance, predictSprite } from "./noise.js";
import { SIZE, toBytes } from "./pixels.js";

/** @typedef {import("./lesson.js").Lesson} Lesson @typedef {import("./types").Walk} Walk */
/** @typedef {{ count?: number, columns?: number, from?: number, first?: number }} Layout */

const GAP = 2;
const ALL_STEPS = 500; // the reel has them
const ROW = { mistakes: 0, with_z: 12, without_z: 14, blend: 16 }; // of 8 sprites, in the shipped pictures
const SIXTEEN = { count: 16, columns: 4 };
const SPRITES_AN_EPOCH = 20000, SPRITES_A_SECOND = 528;

/** @param {unknown} value */
const number = (value) => Number(value).toFixed(2);

export class Stage {
  /** @param {Lesson} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    const canvases = /** @type {HTMLCanvasElement[]} */ (lesson.all("[data-canvas]"));
    this.canvases = Object.fromEntries(canvases.map((canvas) => [canvas.dataset.canvas, canvas]));
  }

  paint() {
    PAINT[this.lesson.state.step](this, this.lesson);
  }

  /** The level of the picture that stands there, where it is not a knob. @returns {number | undefined} */
  level() {
    const { state, answers } = this.lesson;
    const { step } = state;
    if (step === "film") return this.frameAt(state.at)?.t;
    if (step === "leaps" && state.n === ALL_STEPS) return this.frameAt(momentOf(state, answers.trajectory.length))?.t;
    if (step === "fresh" && answers.isShipped) return 0;
    if (step !== "leaps" && step !== "fresh") return undefined;
    const walk = answers.walk(step === "leaps" ? inSteps(state) : withNoise(state, true));
    return walk?.t[momentOf(state, walk.t.length)];
  }

  /** @param {number} at place in the trajectory */
  frameAt(at) {
    const { trajectory } = this.lesson.answers;
    return trajectory.at(Math.min(at, trajectory.length - 1));
  }

  /** @param {string} name @param {string} words */
  read(name, words) {
    find(this.lesson.element, `[data-reading="${name}"]`).textContent = words;
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
   * Sprites first..first + count of a sheet, in so many columns, as large as there is room in whole screen pixels.
   * @param {string} name @param {CanvasImageSource | null | undefined} sheet @param {string} label @param {Layout} layout
   */
  grid(name, sheet, label, { count = 32, columns = 8, from = 8, first = 0 } = {}) {
    const canvas = this.canvases[name];
    const rows = Math.ceil(count / columns);
    [canvas.width, canvas.height] = [columns * (SIZE + GAP) - GAP, rows * (SIZE + GAP) - GAP];
    const room = Math.max(canvas.width, canvas.parentElement?.clientWidth ?? 0);
    const fits = Math.min(room / canvas.width, (0.46 * innerHeight) / canvas.height, 8);
    const scale = Math.max(1, Math.floor(fits * pixelRatio()) / pixelRatio());
    canvas.style.width = `${canvas.width * scale}px`;
    canvas.setAttribute("aria-label", label);
    canvas.classList.toggle("empty", !sheet);
    if (!sheet) return;
    const pen = penOf(canvas);
    for (let i = 0; i < count; i++) {
      const [left, top] = [((first + i) % from) * SIZE, Math.floor((first + i) / from) * SIZE];
      const [x, y] = [(i % columns) * (SIZE + GAP), Math.floor(i / columns) * (SIZE + GAP)];
      pen.drawImage(sheet, left, top, SIZE, SIZE, x, y, SIZE, SIZE);
    }
  }

  /**
   * The moment of a walk that the slider stands at; while it is not there yet, what was there before.
   * @param {string} name @param {Walk | null} walk @param {string} label @param {Layout} layout
   */
  walk(name, walk, label, layout) {
    if (walk) this.grid(name, walk.sheets[momentOf(this.lesson.state, walk.t.length)], label, { ...layout, from: walk.columns });
    else if (!this.canvases[name].hasAttribute("aria-label")) this.grid(name, null, label, layout);
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
const viewOf = (panel, view) => /** @type {ImageBitmap | undefined} */ (panel?.[view]);

/** @type {Record<string, (stage: Stage, lesson: Lesson) => void>} */
const PAINT = {
  film(stage, { state, text }) {
    const frame = stage.frameAt(state.at);
    if (!frame) return;
    stage.grid("film", viewOf(frame.panels.at(-1), state.view), fill(text.pictures.sheet, { t: frame.t }));
    stage.read("film", frame.t ? fill(text.readings.level, { t: frame.t }) : text.readings.finished);
  },

  noise(stage, lesson) {
    const { x0, eps, signal, noise, xt } = lesson.mixture();
    stage.tile("clean", x0.map((value) => signal * value));
    stage.tile("noise", eps.map((value) => noise * value));
    stage.tile("mixture", xt);
    stage.read("signal", `× ${number(signal)}`);
    stage.read("noise", `× ${number(noise)}`);
    stage.press("gallery", lesson.state.sprite);
  },

  ask(stage, lesson) {
    const { state, answers, text } = lesson;
    state.t = Math.max(1, state.t);
    const { x0, eps, signal, noise, xt } = lesson.mixture();
    stage.tile("asked", xt);
    stage.tile("truth", x0);
    const known = state.asked > 0 ? answers.predicted.eps : undefined;
    const sharp = known && answers.predicted.key === answers.question;
    if (state.asked > 0 && !sharp) answers.fetchNoise();
    stage.tile("guess", known ? known.map((value) => noise * value) : null);
    for (const name of ["guess", "behind"]) stage.canvases[name].classList.toggle("stale", Boolean(known && !sharp));
    stage.read("times", `× ${number(noise)}`);
    stage.read("over", `÷ ${number(signal)}`);
    stage.tile("behind", known && state.asked > 1 ? predictSprite(xt, known, signal, noise) : null);
    if (!known) stage.read("ask", text.readings.not_asked);
    else if (sharp) stage.read("ask", fill(text.readings.noise_error, { error: number(distance(known, eps)) }));
    stage.button("subtract").disabled = !state.asked;
  },

  leaps(stage, { state, answers, text, props }) {
    const first = answers.trajectory[0];
    if (!first) return;
    stage.grid("leap", viewOf(first.panels.at(-1), "x0"), text.pictures.leap, SIXTEEN);
    const label = fill(text.pictures.many, { n: state.n });
    if (state.n === ALL_STEPS) {
      const frame = stage.frameAt(momentOf(state, answers.trajectory.length));
      stage.grid("many", viewOf(frame?.panels.at(-1), "x"), label, SIXTEEN);
    } else {
      stage.walk("many", answers.walk(inSteps(state)), label, SIXTEEN);
    }
    stage.read("many", label);
    const measured = props.measured.steps ?? {};
    const template = measured[state.n] ? text.readings.leaps : text.readings.leaps_unmeasured;
    const values = { one: number(measured[1]?.mean), n: state.n, many: number(measured[state.n]?.mean) };
    stage.read("leaps", measured[1] ? fill(template, values) : "");
  },

  fresh(stage, { state, answers, text, props }) {
    for (const name of /** @type {const} */ (["with_z", "without_z"])) {
      const label = text.pictures[name];
      const fresh = name === "with_z";
      if (!fresh && !state.leave) stage.grid(name, null, label, SIXTEEN);
      else if (answers.isShipped) stage.grid(name, answers.shipped, label, { ...SIXTEEN, first: 8 * ROW[name] });
      else stage.walk(name, answers.walk(withNoise(state, fresh)), label, SIXTEEN);
    }
    stage.read("without_z", state.leave ? text.pictures.without_z : "");
    const button = stage.button("leave");
    button.textContent = state.leave ? text.knobs.put : text.knobs.leave;
    button.setAttribute("aria-pressed", String(state.leave === 1));
    const { steps, no_fresh_noise } = props.measured;
    const values = steps && { ours: number(steps[50].mean), theirs: number(no_fresh_noise.mean) };
    stage.read("fresh", values && state.leave ? fill(text.readings.fresh, values) : "");
  },

  epochs(stage, { state, text, props }) {
    stage.epoch("epochs", state.epoch);
    const known = Object.keys(props.quality.epochs).map(Number).filter((epoch) => epoch <= state.epoch);
    if (!known.length) return stage.read("epochs", "");
    const epoch = Math.max(...known);
    const { mean, spread } = props.quality.epochs[epoch];
    const real = number(props.quality.real?.mean);
    stage.read("epochs", fill(text.readings.distance, { epoch, mean: number(mean), spread: number(spread), real }));
  },

  blend(stage, { state, answers, text }) {
    const label = fill(text.pictures.blend, { hero: 100 - state.blend, food: state.blend });
    const layout = { count: 8, columns: 4 };
    const first = 8 * (ROW.blend + state.blend / 5);
    if (answers.isShipped) stage.grid("blend", answers.shipped, label, { ...layout, first });
    else stage.walk("blend", answers.walk(blended(state)), label, layout);
    stage.read("blend", label);
  },

  train(stage, { state, text }) {
    stage.epoch("train", state.seen - 1);
    const sprites = SPRITES_AN_EPOCH * state.seen;
    const values = { sprites: sprites.toLocaleString(), seconds: Math.round(sprites / SPRITES_A_SECOND) };
    stage.read("train", fill(text.readings.seen, values));
  },

  mistakes(stage, lesson) {
    const { state, answers, text, props, part } = lesson;
    const name = props.mistakes[state.mistake];
    part("mistake-name").textContent = text.mistakes[name].name;
    part("mistake-text").textContent = text.mistakes[name].text;
    part("mistake-measured").textContent = props.sentences[name] ?? "";
    stage.press("mistakes", state.mistake);
    lesson.showCode(props.code[`mistakes.${name}`]);
    const columns = part("mistakes").clientWidth < 400 ? 4 : 8;
    ["theirs", "ours"].forEach((whose, i) => {
      const first = 8 * (ROW.mistakes + 2 * state.mistake + i);
      stage.grid(whose, answers.shipped, text.pictures[whose], { count: 8, columns, first });
    });
  },
};
