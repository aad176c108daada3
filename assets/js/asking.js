// @ts-check
/**
 * Below the box of a prompt: suggestions while it is typed, what was understood as chips with weights, what was not
 * with words instead, and prompts to begin with. The text in the box is all that is kept; everything here follows from
 * it, and changes it. diffusion/ui/parts/asking.py reads it for the runs that are chosen (prompt_box.py tells which).
 */

import { addButton, fill, find, partsOf } from "./dom.js";
import { KindButtons } from "./kind_buttons.js";
import { asksToDraw, queryFor } from "./link.js";
import { endOf, nextPlace, writePrompt } from "./prompt_text.js";

/** @typedef {import("./prompt_text.js").Chip} Chip @typedef {{ label: string, text: string }} Instead */
/** @typedef {{ tab: string, runs: string[], text: string, restored: boolean }} Told */

const PAUSE = 250; // ms without a key, after which the text is read
const STEP = 0.05; // of a weight

/** @param {import("./types").Host} host */
export async function mount(host) {
  const box = `#${host.props.tab}-prompt input`;
  while (!document.querySelector(box)) await new Promise(requestAnimationFrame);
  new Asking(host, find(document, box, HTMLInputElement));
}

class Asking {
  /** @type {Chip[]} */
  #chips = [];
  /** As typed. @type {string[]} */
  #unknown = [];
  /** @type {Instead[]} */
  #suggestions = [];
  #at = -1; // the suggestion that is chosen
  #question = 0; // the number of the newest
  #said = "";
  #played = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {import("./types").Host} host @param {HTMLInputElement} input */
  constructor({ element, props, server }, input) {
    this.text = props.strings;
    this.tab = props.tab;
    this.runs = props.runs;
    this.server = server;
    this.input = input;
    this.part = partsOf(element);
    this.list = this.part("list");
    this.kinds = new KindButtons(this.part("names"), this.tab, this.text, input, (text) => this.#write(text));
    this.#wireBox();
    document.addEventListener("told", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    document.addEventListener("ask", (event) => {
      const { tab, text } = /** @type {CustomEvent} */ (event).detail;
      if (tab === this.tab) this.#take(text);
    });
    const told = /** @type {any} */ (globalThis).asked?.[this.tab];
    if (told) this.#hear({ ...told, text: input.value });
    else this.#read(false);
  }

  /** Other runs are chosen, or the page has put a text into the box. @param {Told} told */
  #hear({ tab, runs, restored }) {
    if (tab !== this.tab) return;
    if (runs.length) this.runs = runs;
    this.#read(false);
    const query = restored && !this.#played ? queryFor(location.search, this.tab) : null;
    this.#played ||= restored;
    const button = document.getElementById(`${this.tab}-again`) ?? document.getElementById(`${this.tab}-generate`);
    if (query && asksToDraw(query)) button?.click();
  }

  // ---- the text ----

  /** The words of one sprite, for all of them. @param {string} text */
  #take(text) {
    this.kinds.endSurprise();
    this.#write(text);
  }

  /** @param {string} text */
  #write(text) {
    this.input.value = text;
    this.input.dispatchEvent(new Event("input", { bubbles: true })); // Gradio hears it, and the box below
    this.#close();
    this.#read(false);
  }

  /** @param {boolean} isTyping whether suggestions are wanted */
  async #read(isTyping) {
    clearTimeout(this.#waiting);
    const number = ++this.#question;
    const text = this.input.value;
    document.dispatchEvent(new CustomEvent("asked", { detail: { tab: this.tab, text } }));
    let answer;
    try {
      answer = await this.server.read({ runs: this.runs, text });
    } catch {
      return; // without a server the text stands as it is
    }
    if (number !== this.#question || !answer?.chips) return;
    this.#showChips(answer.chips);
    this.#showNotes(answer);
    this.#offer("examples", this.text.example, text ? [] : answer.examples, (word) => this.#write(word));
    this.kinds.offer(answer.names, this.#chips, this.#unknown.length > 0);
    this.#suggest(isTyping && document.activeElement === this.input ? answer.suggestions : []);
    this.#announce();
  }

  #announce() {
    const words = this.#chips.map(({ label, weight }) => (weight === 1 ? label : `${label} ${percent(weight)}`));
    const notes = [...this.part("notes").children].map((note) => note.textContent);
    const understood = words.length ? [fill(this.text.understood, { words: words.join(", ") })] : [];
    const said = [...understood, ...notes].join(" ");
    if (said !== this.#said) this.part("said").textContent = this.#said = said;
  }

  // ---- chips ----

  /** The same words keep their chips, so that a slider that is held stays in the hand. @param {Chip[]} chips */
  #showChips(chips) {
    const place = this.part("chips");
    const isSame = chips.length === this.#chips.length && chips.every(({ label }, i) => label === this.#chips[i].label);
    this.#chips = chips;
    if (!isSame) place.replaceChildren(...chips.map((_, i) => this.#chip(i)));
    place.hidden = !chips.length;
    chips.forEach(({ weight }, i) => this.#showWeight(place.children[i], weight));
  }

  /** @param {Element} chip @param {number} weight */
  #showWeight(chip, weight) {
    const slider = find(chip, "input", HTMLInputElement);
    if (document.activeElement !== slider) slider.value = String(weight);
    slider.setAttribute("aria-valuetext", percent(weight));
    find(chip, "output").textContent = weight === 1 ? "" : percent(weight);
  }

  /** @param {number} i */
  #chip(i) {
    const { label } = this.#chips[i];
    const chip = document.createElement("li");
    chip.appendChild(document.createElement("span")).textContent = label;
    const slider = chip.appendChild(document.createElement("input"));
    Object.assign(slider, { type: "range", min: "0", max: "1", step: String(STEP) });
    slider.setAttribute("aria-label", fill(this.text.weight, { word: label }));
    chip.append(document.createElement("output"));
    slider.addEventListener("input", () => {
      this.#chips[i] = { label, weight: Number(slider.value) };
      this.#showWeight(chip, this.#chips[i].weight);
      this.input.value = writePrompt(this.#chips, this.#unknown);
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const remove = addButton(chip, () => {
      const rest = this.#chips.filter((_, other) => other !== i);
      this.#write(writePrompt(rest, this.#unknown));
      this.input.focus();
    });
    remove.textContent = "×";
    remove.setAttribute("aria-label", fill(this.text.remove, { word: label }));
    return chip;
  }

  // ---- what was not understood, and what has several meanings ----

  /** @param {any} answer of read_prompt in diffusion/ui/parts/asking.py */
  #showNotes({ unknown, choices }) {
    this.#unknown = unknown.flatMap((/** @type {any} */ { texts }) => texts);
    const notes = [];
    for (const { texts, runs, shape, near } of unknown) {
      const told = shape ? this.text.impossible : runs.length ? this.text.unknown_by : this.text.unknown;
      notes.push(this.#note("unknown", fill(told, { text: texts.join(", "), shape, runs: runs.join(", ") }), near));
    }
    for (const choice of choices) notes.push(this.#note("choice", fill(this.text.choice, choice), choice.near));
    const place = this.part("notes");
    const held = place.contains(document.activeElement);
    place.replaceChildren(...notes);
    place.hidden = !notes.length;
    if (held) this.input.focus();
  }

  /** @param {string} kind @param {string} sentence @param {Instead[]} near */
  #note(kind, sentence, near) {
    const note = document.createElement("p");
    note.dataset.kind = kind;
    note.append(sentence, ...(near.length ? [` ${this.text.instead}`] : []));
    for (const { label, text } of near) {
      note.append(" ");
      addButton(note, () => this.#write(text)).textContent = label;
    }
    return note;
  }

  /** @param {string} name @param {string} title @param {string[]} words @param {(word: string) => void} take */
  #offer(name, title, words, take) {
    const place = this.part(name);
    const there = new Set(this.#chips.map(({ label }) => label));
    words = words.filter((word) => !there.has(word));
    const key = JSON.stringify(words);
    if (place.dataset.key === key) return; // what is under the pointer or has the focus stays
    place.dataset.key = key;
    const held = place.contains(document.activeElement);
    const heading = document.createElement("span");
    heading.textContent = title;
    place.replaceChildren(heading);
    for (const word of words) addButton(place, () => take(word)).textContent = word;
    place.hidden = !words.length;
    if (held) this.input.focus();
  }

  // ---- suggestions ----

  #wireBox() {
    const { input, list } = this;
    list.id = `${this.tab}-suggestions`;
    list.setAttribute("aria-label", this.text.suggestions);
    const traits = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const [name, value] of Object.entries({ ...traits, autocomplete: "off", spellcheck: "false" })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", (event) => {
      if (/** @type {InputEvent} */ (event).isComposing) return; // the letters of a Chinese word that is not chosen yet
      this.#readSoon();
    });
    input.addEventListener("compositionend", () => this.#readSoon());
    input.addEventListener("keydown", (event) => this.#press(event), { capture: true });
    input.addEventListener("blur", () => this.#close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  }

  #readSoon() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#read(true), PAUSE);
  }

  /** @param {Instead[]} suggestions */
  #suggest(suggestions) {
    this.#suggestions = suggestions;
    this.list.replaceChildren(
      ...suggestions.map(({ text, label }, i) => {
        const option = document.createElement("div");
        option.id = `${this.list.id}-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.appendChild(document.createElement("span")).textContent = endOf(text, this.input.value);
        if (!text.toLowerCase().endsWith(label.toLowerCase())) {
          option.appendChild(document.createElement("small")).textContent = label;
        }
        option.addEventListener("click", () => this.#write(text));
        return option;
      }),
    );
    this.list.hidden = !suggestions.length;
    this.input.setAttribute("aria-expanded", String(Boolean(suggestions.length)));
    this.#choose(-1);
  }

  #close() {
    this.#suggest([]);
  }

  /** @param {number} place */
  #choose(place) {
    this.#at = place;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
    if (place < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", this.list.children[place].id);
    this.list.children[place].scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.isComposing) return event.stopPropagation(); // Enter takes the Chinese word, and does not generate
    if (event.key === "Enter") clearTimeout(this.#waiting);
    if (this.list.hidden) {
      if (event.key === "Enter") this.#read(false);
      return;
    }
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        this.#choose(nextPlace(this.#at, event.key, this.#suggestions.length));
        break;
      case "Escape":
        this.#close();
        break;
      case "Enter":
        if (this.#at < 0) return this.#close();
        this.#write(this.#suggestions[this.#at].text);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {number} weight */
const percent = (weight) => `${Math.round(100 * weight)} %`;
