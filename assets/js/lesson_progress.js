// @ts-check
/** Which moves of the lesson the reader has made; remembered as long as the browser's tab is open. */

import { find } from "./dom.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

const STORED = "lesson"; // its name in the browser
const ENOUGH_TRIED = 3; // numbers of steps, to have found one

export class Progress {
  /** Step: its moves that were made. @type {Record<string, number[]>} */
  #done = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
  #tried = new Set(); // numbers of steps, and epochs

  /** @param {Lesson} lesson */
  constructor(lesson) {
    this.lesson = lesson;
  }

  /** @param {number} move of the step that is shown */
  add(move) {
    const moves = (this.#done[this.lesson.state.step] ??= []);
    if (moves.includes(move)) return;
    moves.push(move);
    sessionStorage.setItem(STORED, JSON.stringify(this.#done));
    this.show();
  }

  /** All of its moves were made. @param {string} step */
  isDone(step) {
    const { moves } = this.lesson.text.steps[step];
    const done = this.#done[step] ?? [];
    return moves.length > 0 && moves.every((/** @type {string} */ _, /** @type {number} */ move) => done.includes(move));
  }

  show() {
    const { part, text, state, lessonSteps } = this.lesson;
    [...part("moves").children].forEach((line, i) => line.classList.toggle("done", !!this.#done[state.step]?.includes(i)));
    lessonSteps.forEach((step, i) => {
      const item = part("steps").children[i];
      item.classList.toggle("done", this.isDone(step));
      find(item, ".lesson-done").textContent = this.isDone(step) ? `(${text.done})` : "";
    });
    part("finished").textContent = lessonSteps.every((step) => this.isDone(step)) ? text.finished : "";
  }

  /** A knob was moved by hand: which move of the step is that? @param {string} knob */
  addMoved(knob) {
    const { state } = this.lesson;
    const { step } = state;
    if (step === "film") this.add(knob === "view" ? 2 : 1);
    if (step === "noise" && state.t > 480) this.add(1);
    if (step === "ask" && knob === "t" && state.asked > 1) this.add(2);
    if (step === "leaps" && knob === "n") {
      this.#tried.add(state.n);
      this.add(1);
      if (this.#tried.size >= ENOUGH_TRIED) this.add(2);
      this.lesson.play(false);
    }
    if (step === "fresh" && knob === "moment" && state.leave) this.add(1);
    if (step === "epochs") {
      this.#tried.add(`epoch ${state.epoch}`);
      if (state.epoch > 0) this.add(1);
      if (state.epoch === 31) this.add(0);
      if (this.#tried.has("epoch 24") && this.#tried.has("epoch 31")) this.add(2);
    }
    if (step === "blend") {
      this.add(0);
      if (Math.abs(state.blend - 50) <= 10) this.add(1);
    }
    if (step === "train") this.add(0);
  }
}
