// @ts-check
/**
 * The Paint tab: what is painted, in words too, goes to the network after every stroke, and comes back as finished
 * sprites (finish_painting in diffusion/ui/tabs/paint.py). Nothing has to be pressed.
 */

import { answerHere } from "./answer_here.js";
import { fill, partsOf } from "./dom.js";
import { Editor } from "./editor.js";
import { sayFetching } from "./fetching.js";
import { queryFor } from "./link.js";
import { Newest } from "./newest.js";
import { PaintResults } from "./paint_results.js";
import { drawingFrom, searchOf } from "./painting.js";
import { bytesOf, base64Of } from "./pixels.js";
import { readSprite } from "./read_sprite.js";
import { paintSprite } from "./sprite_canvas.js";

const TAB = "paint"; // of the prompt beside it
const PAUSE = 150; // ms after a stroke
const SEEDS = 10_000;
const MOST_KEPT = 60, LEAST_KEPT = 300; // levels of noise at the ends of the slider
const LEFT = "sprite-for-paint"; // in sessionStorage: a sprite that another tab sends here, base64 of its RGB bytes

/** @param {number} kept 0 to 100 */
const levelOf = (kept) => Math.round(LEAST_KEPT - (kept / 100) * (LEAST_KEPT - MOST_KEPT));
/** The inverse. @param {number} t */
const keptAt = (t) => Math.round((100 * (LEAST_KEPT - t)) / (LEAST_KEPT - MOST_KEPT));

/** @param {import("./types").Host} host */
export const mount = (host) => new Paint(host);

class Paint {
  #ask = new Newest(() => this.#fetch());
  #asked = ""; // the question that was answered last

  /** @param {import("./types").Host} host */
  constructor(host) {
    this.host = host;
    this.text = host.props.strings;
    this.part = partsOf(host.element);
    this.level = this.part("level", HTMLInputElement);
    const { run, prompt, seed, starters } = host.props;
    const first = { run, prompt, t: levelOf(50), seed, pixels: bytesOf(starters[0].pixels) };
    const { pixels, ...words } = drawingFrom(location.search, TAB, first);
    this.state = words;
    /** The words that an address asks for and that the box does not have yet. @type {string | null} */
    this.expected = words.prompt === prompt ? null : words.prompt;
    const variant = Number(queryFor(location.search, TAB)?.get("variant") ?? host.props.variant);
    this.results = new PaintResults(this.part, this.text, variant >= 0 ? variant : 0);
    const hear = sayFetching(this.text, (sentence) => this.results.say(sentence));
    this.server = answerHere(host.server, { finish_painting: "finishPainting" }, hear);
    this.editor = new Editor(host.element, this.text, host.props.palette, (isDone) => isDone && this.#changed());
    this.#name();
    this.#wire();
    this.level.value = String(keptAt(words.t));
    this.editor.set(pixels);
    this.editor.forget();
    this.#changed(0);
  }

  /** @param {number} [pause] */
  #changed(pause = PAUSE) {
    this.part("level-value").textContent = fill(this.text.level, { t: this.state.t });
    this.level.setAttribute("aria-valuetext", fill(this.text.kept, { share: this.level.value, t: this.state.t }));
    this.#ask.soon(pause);
  }

  // ---- the server ----

  async #fetch() {
    const { host, results, text } = this;
    const isAll = this.part("epochs", HTMLDetailsElement).open;
    const drawing = { ...this.state, pixels: base64Of(this.editor.pixels) };
    const question = JSON.stringify([drawing, isAll]);
    if (question === this.#asked) return;
    const started = performance.now();
    results.wait(true);
    try {
      const answer = await this.server.finish_painting({ ...drawing, all: isAll });
      if (answer.mistake) return results.say(answer.mistake);
      this.#asked = question;
      results.show(answer);
      const milliseconds = performance.now() - started;
      const drawn = fill(text.drawn, { label: answer.panels[0].label, s: (milliseconds / 1000).toFixed(1) });
      results.say([drawn, answer.note].filter(Boolean).join(" · "));
      host.element.painted = { ...drawing, milliseconds, times: (host.element.painted?.times ?? 0) + 1 }; // for tests
    } catch {
      results.say(text.offline);
    } finally {
      results.wait(this.#ask.isStale);
    }
  }

  // ---- the page ----

  #name() {
    const names = ["canvas-name", "result-name", "level-name", "less", "more", "again", "take", "copy", "share"];
    for (const name of [...names, "start-name", "upload-name", "epochs-name"]) this.part(name).textContent = this.text[name];
    for (const { pixels, words } of this.host.props.starters) this.#offer(pixels, words, this.text.starter);
    for (const pixels of this.host.props.drawn) this.#offer(pixels, "", this.text.drawn_before);
  }

  /** @param {string} sprite base64 @param {string} words that go with it @param {string} name */
  #offer(sprite, words, name) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = words || name;
    button.setAttribute("aria-label", words ? `${name}: ${words}` : `${name} ${this.part("starters").children.length + 1}`);
    button.addEventListener("click", () => this.#take(bytesOf(sprite), words));
    paintSprite(button.appendChild(document.createElement("canvas")), bytesOf(sprite), 2);
    this.part("starters").append(button);
  }

  /** A picture to paint on, and the words for it. @param {Uint8Array} pixels @param {string} [words] */
  #take(pixels, words) {
    this.part("told").textContent = "";
    if (words !== undefined) this.#say(words);
    this.editor.set(pixels);
  }

  /** Into the box of the prompt (asking.js). @param {string} words */
  #say(words) {
    this.state.prompt = words;
    document.dispatchEvent(new CustomEvent("ask", { detail: { tab: TAB, text: words } }));
    this.#changed();
  }

  /** What another tab has left here. */
  #receive() {
    const sprite = sessionStorage.getItem(LEFT);
    if (!sprite) return;
    sessionStorage.removeItem(LEFT);
    const pixels = bytesOf(sprite);
    if (pixels.length === this.editor.pixels.length) this.#take(pixels, "");
  }

  #wire() {
    const { part, state, host } = this;
    this.level.addEventListener("input", () => {
      state.t = levelOf(Number(this.level.value));
      this.#changed();
    });
    part("again").addEventListener("click", () => {
      state.seed = (state.seed + 1) % SEEDS;
      this.#changed(0);
    });
    part("take").addEventListener("click", () => this.results.chosen && this.#take(this.results.chosen));
    part("share").addEventListener("click", () => this.#share());
    part("epochs").addEventListener("toggle", () => this.#changed(0));
    const upload = part("upload", HTMLInputElement);
    upload.addEventListener("change", () => this.#upload(upload));
    host.watch("run", () => {
      state.run = host.props.run;
      this.#changed(0);
    });
    document.addEventListener("asked", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    new IntersectionObserver(() => this.#receive()).observe(host.element);
  }

  /** The prompt is another one. @param {{ tab: string, text: string }} asked */
  #hear({ tab, text }) {
    if (tab !== TAB) return;
    if (this.expected !== null && text !== this.expected && text === this.host.props.prompt) return;
    this.expected = null;
    if (text === this.state.prompt) return;
    this.state.prompt = text;
    this.#changed();
  }

  /** @param {HTMLInputElement} upload */
  async #upload(upload) {
    const [file] = upload.files ?? [];
    upload.value = "";
    if (!file) return;
    try {
      const { pixels, width, height } = await readSprite(file);
      this.#take(pixels);
      this.part("told").textContent = fill(this.text.reduced, { name: file.name, width, height });
    } catch {
      this.part("told").textContent = this.text.unreadable;
    }
  }

  async #share() {
    const search = searchOf(location.search, TAB, { ...this.state, pixels: this.editor.pixels });
    const link = `${location.origin}${location.pathname}${search}&variant=${this.results.at}`;
    history.replaceState(history.state, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.results.say(this.text.copied);
    } catch {
      this.results.say(this.text.in_address); // no clipboard without https; the address bar has it
    }
  }
}
