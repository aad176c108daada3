// @ts-check
/** What the lesson shows but does not compute: the reel, the shipped pictures, and what the server answers. */

import { answerHere } from "./answer_here.js";
import { sayFetching } from "./fetching.js";
import { drawRgb } from "./canvas.js";
import { Asker } from "./lesson_asker.js";
import { blended, hasUsualWishes } from "./lesson_state.js";
import { SIZE, bytesOf, pack, unpack } from "./pixels.js";
import { fetchReel } from "./reel.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Walk} Walk */
/** @typedef {import("./lesson.js").Lesson} Lesson @typedef {Record<string, any>} Question */

const BLEND_STEP = 5; // per cent between two shipped blends

export class Answers {
  /** From noise to sprites; those that are not there yet are missing. @type {Frame[]} */
  trajectory = [];
  frames = 1; // of the whole film
  /** One frame an epoch of training. @type {Frame[]} */
  learning = [];
  /** The newest predicted noise. @type {Float32Array | undefined} */
  predicted;
  /** Answers as the page draws them. @type {WeakMap<object, Walk>} */
  #drawn = new WeakMap();

  /** @param {Lesson} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    const { reel, pictures } = lesson.props;
    const hear = sayFetching(lesson.text, (sentence) => lesson.say(sentence));
    const server = answerHere(lesson.server, { ask_noise: "predictNoise", ask_walk: "walk" }, hear);
    this.asker = new Asker(server, (mistake) => this.#hear(mistake), lesson.text.offline);
    this.picture = new Image();
    this.picture.onload = () => lesson.show();
    this.picture.src = pictures;
    this.#unpackReel(reel);
  }

  /** @param {string | null} mistake */
  #hear(mistake) {
    const { lesson } = this;
    lesson.show(); // which may ask for more
    if (mistake) lesson.say(mistake, true);
    else if (!this.asker.isAsking) lesson.say("");
  }

  /** The shipped pictures (diffusion/devtools/lesson.py), once they are there: rows of 8 sprites. */
  get shipped() {
    return this.picture.complete && this.picture.naturalWidth ? this.picture : null;
  }

  /** Only the end of the walks from the first noise is shipped; while it is on its way nobody is asked. */
  get isShipped() {
    const { state } = this.lesson;
    const there = this.shipped || !this.picture.complete;
    if (state.step !== "blend") return Boolean(there) && state.fresh_seed === 0 && state.moment === 100;
    return Boolean(there) && state.blend_seed === 0 && hasUsualWishes(state) && state.blend % BLEND_STEP === 0;
  }

  /** @param {string} url */
  async #unpackReel(url) {
    const { lesson } = this;
    try {
      const { trajectory, learning } = await fetchReel(url, lesson.text);
      this.frames = trajectory.length;
      const last = trajectory.length - 1; // shown first, and unpacked first
      const unpacked = trajectory.map(async (next, i) => {
        this.trajectory[i] = await next;
        if (i === last) lesson.show();
      });
      await Promise.all(unpacked);
      lesson.show();
      this.learning = await learning;
      lesson.show();
    } catch {
      lesson.say(lesson.text.no_reel, true);
    }
  }

  /** @param {string} act @param {Question} question */
  #get(act, question) {
    const { lesson, asker } = this;
    if (lesson.props.last !== null) return asker.get(act, question);
    lesson.say(lesson.text.no_run, true);
    return null;
  }

  /** Sprites that are there, or null and they are wanted. @param {Question} question of ask_walk in learn.py, but for the epoch @returns {Walk | null} */
  walk(question) {
    const found = this.#get("ask_walk", { epoch: this.lesson.props.last, ...question });
    if (!found) return null;
    const known = this.#drawn.get(found);
    if (known) return known;
    const [width, height] = [found.columns * SIZE, found.rows * SIZE];
    const sheets = found.sheets.map((/** @type {string} */ sheet) => drawRgb(bytesOf(sheet), width, height));
    const walk = { ...found, sheets };
    this.#drawn.set(found, walk);
    return walk;
  }

  /** The blend that the state names, or null and it is wanted. */
  blend() {
    const { state, text } = this.lesson;
    return this.walk(blended(state, { from: text.knobs.hero, to: text.knobs.food }));
  }

  /** Whether `predicted` is the noise in the picture that is shown; otherwise it is wanted. */
  hasPredicted() {
    const { lesson } = this;
    const { t, model } = lesson.state;
    const found = this.#get("ask_noise", { x: pack(lesson.mixture().xt), t, epoch: model });
    if (found) this.predicted = unpack(found.eps);
    return Boolean(found);
  }
}
