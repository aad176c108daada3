// @ts-check
/**
 * The lesson: a state, the page around the step it names, and the play button.
 * All of what is shown follows from `state`; `set` changes it, and the address holds it.
 */

import { fill, find, partsOf, wantsStillness } from "./dom.js";
import { Answers } from "./lesson_answers.js";
import { linksFrom } from "./lesson_links.js";
import { Stage } from "./lesson_paint.js";
import { ANIMATIONS } from "./lesson_play.js";
import { Progress } from "./lesson_progress.js";
import { queryFrom, stateFrom } from "./lesson_state.js";
import { queryFor } from "./link.js";
import { mix, noiseOf } from "./noise.js";
import { bytesOf, toFloats } from "./pixels.js";

const TAB = "learn";
const WRITE_AFTER = 200; // ms: not at every pixel of a slider
const MATH = "http://www.w3.org/1998/Math/MathML";

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
    this.query = queryFor(location.search, TAB);
    this.state = stateFrom(this.query, this.#offer);
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
    this.show();
    this.#remember();
  }

  get place() {
    return this.steps.indexOf(this.state.step);
  }

  /** @param {string | undefined} step */
  go(step) {
    this.stop();
    if (!step) return;
    this.#write(); // what was shown until now, into the address that one may come back to
    this.set({ step });
    this.root.dispatchEvent(new CustomEvent("step-opened", { detail: { step: this.place + 1 }, bubbles: true }));
    const { name } = this.text.steps[step];
    const [n, of] = [this.place + 1, this.lessonSteps.length];
    this.say(n > of ? fill(this.text.extra, { name }) : fill(this.text.where, { n, of, name }));
    this.part("title").focus({ preventScroll: true });
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

  /** @param {string} words */
  say(words) {
    this.part("status").textContent = words;
  }

  #remember() {
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#write(), WRITE_AFTER);
  }

  /** The state, into the address. */
  #write() {
    clearTimeout(this.#writing);
    if (!this.touched || !this.root.offsetParent) return;
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
    if (this.#framed !== this.state.step) this.#frame();
    for (const input of /** @type {HTMLInputElement[]} */ (this.all("[data-knob]"))) {
      const value = String(this.state[input.dataset.knob ?? ""]);
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    }
    for (const output of this.all("[data-shows]")) output.textContent = String(this.state[output.dataset.shows ?? ""]);
    this.stage.paint();
    this.part("links").replaceChildren(...linksFrom(this).map((link) => linkTo(...link)));
    for (const place of this.all("[data-live]")) place.textContent = this.#live(place.dataset.live ?? "");
  }

  /** @param {string} knob */
  #live(knob) {
    const t = this.stage.level() ?? this.state.t;
    /** @type {Record<string, string>} */
    const values = { t: String(t), abar: this.props.abar[t].toFixed(3), b: (this.state.blend / 100).toFixed(2) };
    return values[knob];
  }

  #frame() {
    const { step } = this.state;
    const words = this.text.steps[step];
    this.#framed = step;
    this.part("title").textContent = words.title;
    this.part("text").textContent = words.text;
    this.part("moves").replaceChildren(
      ...words.moves.map((/** @type {string} */ move) => {
        return Object.assign(document.createElement("li"), { textContent: move });
      }),
    );
    this.part("do").hidden = !words.moves.length;
    for (const section of this.all("[data-stage]")) section.hidden = section.dataset.stage !== step;
    for (const section of this.all("[data-formula]")) section.hidden = section.dataset.formula !== step;
    this.all("[data-part=steps] button").forEach((button, i) => {
      if (i === this.place) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    this.part("back", HTMLButtonElement).disabled = this.place === 0;
    this.part("next", HTMLButtonElement).disabled = this.place === this.steps.length - 1;
    const cites = this.props.cites[step].map((/** @type {[string, string]} */ [name, address]) => linkTo(name, address));
    this.part("cite").replaceChildren(...cites);
    this.part("legend").replaceChildren(...this.#legend(step));
    this.showCode(this.props.code[step] ?? []);
    this.progress.show();
  }

  /** Under a formula, each of its symbols as it stands there, and what it means. @param {string} step */
  #legend(step) {
    const formula = /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-formula="${step}"]`));
    const names = (formula?.dataset.legend ?? "").split(" ").filter(Boolean);
    return names.flatMap((name) => {
      const math = document.createElementNS(MATH, "math");
      const symbol = formula?.querySelector(`[data-sym="${name}"]`);
      if (symbol) math.append(symbol.cloneNode(true));
      const term = document.createElement("dt");
      term.lang = "en"; // the fonts of mathematics, on the Chinese page too
      term.append(math);
      const meaning = document.createElement("dd");
      const [before, knob, after] = (this.text.symbols[`${name}_${step}`] ?? this.text.symbols[name]).split(/\{(\w+)\}/);
      meaning.append(before);
      if (knob) {
        const value = document.createElement("b");
        value.dataset.live = knob;
        meaning.append(value, after);
      }
      for (const node of [term, meaning]) node.dataset.means = name;
      return [term, meaning];
    });
  }

  /** @param {{ file: string, line: number, code: string, whose?: string }[]} excerpts */
  showCode(excerpts) {
    this.part("code").replaceChildren(
      ...excerpts.map(({ file, line, code, whose }) => {
        const figure = document.createElement("figure");
        figure.className = "lesson-code";
        const caption = figure.appendChild(document.createElement("figcaption"));
        caption.textContent = fill(whose ? this.text[whose] : this.text.source, { file, line });
        const pre = figure.appendChild(document.createElement("pre"));
        pre.tabIndex = 0;
        pre.appendChild(document.createElement("code")).textContent = code;
        return figure;
      }),
    );
  }

  // ---- playing ----

  async play() {
    const mine = (this.#playing = ++this.#playings);
    this.#labelPlay();
    try {
      for await (const pause of ANIMATIONS[this.state.step](this)) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (this.#playing !== mine) return;
      }
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
    else this.play();
  }

  #labelPlay() {
    find(this.part("play"), "[aria-hidden]").textContent = this.#playing ? "❚❚" : "▶";
    this.part("play-name").textContent = this.#playing ? this.text.pause : this.text.play;
  }
}

/** @param {string} name @param {string} address @param {string} className */
function linkTo(name, address, className = "") {
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name, className });
  if (!address.startsWith("?")) Object.assign(link, { target: "_blank", rel: "noopener" });
  return link;
}
