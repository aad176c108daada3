// @ts-check
/** What the lesson shows but does not compute: the reel, the shipped pictures, and what the server answers. */

import { drawRgb } from "./canvas.js";
import { SIZE, bytesOf, pack, unpack } from "./pixels.js";
import { fetchReel } from "./reel.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Walk} Walk */
/** @typedef {import("./lesson.js").Lesson} Lesson @typedef {Record<string, any>} Question */

const MAX_ANSWERS = 60;

export class Answers {
  /** From noise to sprites. @type {Frame[]} */
  trajectory = [];
  /** One frame an epoch of training. @type {Frame[]} */
  learning = [];
  /** The newest predicted noise, and the question it answers. @type {{ key: string, eps?: Float32Array }} */
  predicted = { key: "" };
  /** Question as JSON: its answer. @type {Map<string, Promise<any>>} */
  #asked = new Map();
  /** Question as JSON: its sprites, or null while they are on their way. @type {Map<string, Walk | null>} */
  #walks = new Map();
  #working = 0; // walks on their way

  /** @param {Lesson} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    const { reel, pictures } = lesson.props;
    this.picture = new Image();
    this.picture.onload = () => lesson.show();
    this.picture.src = pictures;
    this.#unpackReel(reel);
  }

  /** The shipped pictures (diffusion/devtools/lesson.py), once they are there: rows of 8 sprites. */
  get shipped() {
    return this.picture.complete && this.picture.naturalWidth ? this.picture : null;
  }

  /** Only the end of the walks from the first noise is shipped; while it is on its way nobody is asked. */
  get isShipped() {
    const { state } = this.lesson;
    const there = this.shipped || !this.picture.complete;
    return Boolean(there) && state.seed === 0 && (state.step === "blend" || state.moment === 100);
  }

  /** @param {string} url */
  async #unpackReel(url) {
    const { lesson } = this;
    try {
      const { trajectory, learning } = await fetchReel(url, lesson.text);
      for (const next of trajectory) {
        this.trajectory.push(await next);
        if (this.trajectory.length === 1) lesson.show();
      }
      this.learning = await learning;
      lesson.show();
    } catch {
      lesson.say(lesson.text.no_reel);
    }
  }

  /** @param {string} act a server function @param {Question} question @returns {Promise<any>} null after a mistake */
  #ask(act, question) {
    const { server, text } = this.lesson;
    const key = JSON.stringify([act, question]);
    const known = this.#asked.get(key);
    if (known) return known;
    const answer = server[act](question)
      .catch(() => ({ mistake: text.offline }))
      .then((found) => {
        if (!found.mistake) return found;
        this.#asked.delete(key); // another time it may work
        this.lesson.say(found.mistake);
        return null;
      });
    this.#asked.set(key, answer);
    if (this.#asked.size > MAX_ANSWERS) this.#asked.delete([...this.#asked.keys()][0]);
    return answer;
  }

  /** Sprites that are there, or null and they are asked for; then the page is painted again. @param {Question} question */
  walk(question) {
    const key = JSON.stringify(question);
    if (!this.#walks.has(key)) this.fetchWalk(question);
    return this.#walks.get(key) ?? null;
  }

  /** @param {Question} question of ask_walk in diffusion/ui/tabs/learn.py, but for the epoch */
  async fetchWalk(question) {
    const { lesson } = this;
    const key = JSON.stringify(question);
    const known = this.#walks.get(key);
    if (known) return known;
    if (lesson.props.last === null) {
      lesson.say(lesson.text.no_run);
      return null;
    }
    this.#walks.set(key, null);
    this.#working += 1;
    lesson.say(lesson.text.working);
    const found = await this.#ask("ask_walk", { epoch: lesson.props.last, ...question });
    this.#working -= 1;
    if (!found) {
      this.#walks.delete(key);
      return null;
    }
    if (!this.#working) lesson.say("");
    const [width, height] = [found.columns * SIZE, found.rows * SIZE];
    const sheets = found.sheets.map((/** @type {string} */ sheet) => drawRgb(bytesOf(sheet), width, height));
    this.#walks.set(key, { ...found, sheets });
    lesson.show();
    return this.#walks.get(key);
  }

  /** What `predicted` must answer to be about the picture that is shown. */
  get question() {
    const { sprite, t, seed, model } = this.lesson.state;
    return JSON.stringify([sprite, t, seed, model]);
  }

  /** Asks for the noise in the picture that is shown; then the page is painted again. */
  async fetchNoise() {
    const { lesson, question } = this;
    if (this.predicted.key === question || lesson.props.last === null) return;
    const { t, model } = lesson.state;
    const found = await this.#ask("ask_noise", { x: pack(lesson.mixture().xt), t, epoch: model });
    if (!found || question !== this.question) return; // the level moved on meanwhile
    this.predicted = { key: question, eps: unpack(found.eps) };
    lesson.show();
  }
}
