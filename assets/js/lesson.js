// @ts-check
/**
 * The lesson: a state, the page around the step it names, and the play button.
 * All of what is shown follows from `state`; `set` changes it, and the address holds it.
 */

import { fill, find, partsOf, wantsStillness } from "./dom.js";
import { Answers } from "./lesson_answers.js";
import { frameStep, linkTo, showCode } from "./lesson_frame.js";
import { linksFrom } from "./lesson_links.js";
import { PAINT } from "./lesson_paint.js";
import { ANIMATIONS, WATCHED } from "./lesson_play.js";
import { Progress } from "./lesson_progress.js";
import { Stage } from "./lesson_stage.js";
import { frameOf, queryFrom, stateFrom } from "./lesson_state.js";
import { showWishes } from "./lesson_wishes.js";
import { queryFor } from "./link.js";
import { mix, noiseOf } from "./noise.js";
import { bytesOf, toFloats } from "./pixels.js";

const TAB = "learn";
const WRITE_AFTER = 200; // ms: not at every pixel of a slider

/** The lesson on the page, once it is there. @type {Lesson | undefined} */
let shown;

/**
 * Opens a step, 1 for the first, with the knobs that the address holds if it is of this step; for the page's history,
 * so it says nothing of it. A lesson that is not there yet reads the address itself.
 * @param {number} n
 */
export function openStep(n) {
  shown?.open(n);
}

export class Lesson {
  touched = false; // by the reader: what plays by itself leaves the address alone
  still = wantsStillness();
  #framed = ""; // the step whose words stand there
  #playing = 0; // the number of the playing that is under way, or 0
  #playings = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #writing;

  /** @param {import("./types").Host} host */
  constructor({ element, props, server }) {
    this.element = element;
    this.props = props;
    this.server = server;
    this.text = props.strings;
    this.part = partsOf(element);
    this.root = this.part("root");
    /** @type {string[]} */
    this.steps = props.order;
    this.lessonSteps = this.steps.slice(0, -1); // the last is beyond the lesson
    /** @type {Float32Array[]} */
    this.sprites = props.sprites.map((/** @type {string} */ sprite) => toFloats(bytesOf(sprite)));
    this.state = stateFrom(queryFor(location.search, TAB), this.#offer);
    this.answers = new Answers(this);
    this.progress = new Progress(this);
    this.stage = new Stage(this);
    shown = this;
  }

  get #offer() {
    return { order: this.steps, epochs: this.props.epochs, sprites: this.props.sprites };
  }

  /** @param {string} selector */
  all(selector) {
    return /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll(selector)]);
  }

  // ---- state ----

  /** @param {Record<string, string | number>} changes */
  set(changes) {
    Object.assign(this.state, changes);
    if (this.part("status").classList.contains("problem")) this.say("");
    this.answers.asker.retry();
    this.show();
    this.#remember();
  }

  get place() {
    return this.steps.indexOf(this.state.step);
  }

  /** What the last but one step asks for. */
  get wishes() {
    const { hero, food } = this.text.knobs;
    return { from: this.state.from || hero, to: this.state.to || food };
  }

  /** @param {string | undefined} step */
  go(step) {
    this.stop();
    if (!step) return;
    this.#write(); // what was shown until now, into the address that one may come back to
    const { name } = this.text.steps[step];
    const [n, of] = [this.steps.indexOf(step) + 1, this.lessonSteps.length];
    this.say(n > of ? fill(this.text.extra, { name }) : fill(this.text.where, { n, of, name }));
    this.set({ step });
    this.root.dispatchEvent(new CustomEvent("step-opened", { detail: { step: n }, bubbles: true }));
    this.part("title").focus({ preventScroll: true });
    this.root.scrollTop = 0; // where it fills the screen
    if (this.root.getBoundingClientRect().top >= 0) return;
    this.root.scrollIntoView({ behavior: this.still ? "auto" : "smooth" });
  }

  /** See openStep. @param {number} n */
  open(n) {
    this.stop();
    const query = queryFor(location.search, TAB);
    const isThere = Number(query?.get("step")) === n;
    const step = this.steps[n - 1] ?? this.state.step;
    this.state = { ...(isThere ? stateFrom(query, this.#offer) : this.state), step };
    this.show();
  }

  /** @param {string} words @param {boolean} isMistake */
  say(words, isMistake = false) {
    this.part("status").textContent = words;
    this.part("status").classList.toggle("problem", isMistake);
  }

  #remember() {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#write(), WRITE_AFTER);
  }

  /** The state, into the address. */
  #write() {
    clearTimeout(this.#writing);
    if (!this.touched || !this.root.clientWidth) return;
    const query = queryFrom(this.state, this.#offer, location.search);
    history.replaceState(history.state, "", `${location.pathname}?${query}`);
  }

  /** The sprite, the noise and the level that the state names. */
  mixture() {
    const { sprite, seed, t } = this.state;
    return mix(this.sprites[sprite], noiseOf(seed), this.props.abar[t]);
  }

  // ---- the page around a step ----

  show() {
    const { state, answers } = this;
    if (this.#framed !== state.step) {
      this.#framed = state.step;
      frameStep(this);
      this.progress.show();
    }
    for (const input of /** @type {HTMLInputElement[]} */ (this.all("[data-knob]"))) {
      const value = String(state[input.dataset.knob ?? ""]);
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    }
    const film = this.part("film", HTMLInputElement);
    film.max = String(answers.frames - 1);
    film.value = String(frameOf(state, answers.frames));
    for (const output of this.all("[data-shows]")) output.textContent = String(state[output.dataset.shows ?? ""]);
    showWishes(this);
    for (const name of this.all("[data-wish-name]")) name.textContent = this.wishes[name.dataset.wishName === "to" ? "to" : "from"];
    answers.asker.begin();
    PAINT[state.step](this.stage, this);
    for (const place of this.all("[data-live]")) place.textContent = this.#live(place.dataset.live ?? "");
    answers.asker.end();
    if (answers.asker.isAsking) this.say(this.text.working);
    this.part("links").replaceChildren(...linksFrom(this).map((link) => linkTo(...link)));
  }

  /** @param {string} knob */
  #live(knob) {
    const t = this.stage.level() ?? this.state.t;
    /** @type {Record<string, string>} */
    const values = { t: String(t), abar: this.props.abar[t].toFixed(3), b: (this.state.blend / 100).toFixed(2) };
    return values[knob];
  }

  /** @param {{ file: string, line: number, code: string, whose?: string }[]} excerpts */
  showCode(excerpts) {
    showCode(this, excerpts);
  }

  // ---- playing ----

  /** @param {boolean} byHand where watching it is something to do, it is then done */
  async play(byHand) {
    const mine = (this.#playing = ++this.#playings);
    const { step } = this.state;
    this.#labelPlay();
    try {
      for await (const pause of ANIMATIONS[step](this)) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (this.#playing !== mine) return;
      }
      if (byHand && step in WATCHED) this.progress.add(WATCHED[step]);
    } finally {
      if (this.#playing === mine) this.stop();
    }
  }

  stop() {
    this.#playing = 0;
    this.#labelPlay();
  }

  toggle() {
    if (this.#playing) this.stop();
    else this.play(true);
  }

  #labelPlay() {
    find(this.part("play"), "[aria-hidden]").textContent = this.#playing ? "❚❚" : "▶";
    this.part("play-name").textContent = this.#playing ? this.text.pause : this.text.play;
  }
}
