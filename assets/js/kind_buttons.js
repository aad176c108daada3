// @ts-check
/** Buttons below the box of a prompt: one for each kind that the run knows, and one for a surprise. */

import { addButton } from "./dom.js";
import { addWord } from "./prompt_text.js";

/** @typedef {import("./prompt_text.js").Chip} Chip @typedef {import("./types").Strings} Strings */

export class KindButtons {
  /** @type {string[]} */
  #names = [];
  /** What was understood of the prompt. @type {string[]} */
  #words = [];
  #hasMore = false; // and something that was not understood

  /**
   * @param {HTMLElement} place @param {string} tab @param {Strings} text
   * @param {HTMLInputElement} input the prompt @param {(text: string) => void} write puts a text into it
   */
  constructor(place, tab, text, input, write) {
    this.place = place;
    this.tab = tab;
    this.text = text;
    this.input = input;
    this.write = write;
    this.surprise?.addEventListener("change", () => this.#show());
    place.setAttribute("aria-label", text.kinds);
  }

  /** Gradio's switch, which nobody sees. @returns {HTMLInputElement | null} */
  get surprise() {
    return document.querySelector(`#${this.tab}-surprise input`);
  }

  /** @param {string[]} names that all runs know; of a run with words of its own the first of those @param {Chip[]} chips @param {boolean} hasMore */
  offer(names, chips, hasMore) {
    [this.#words, this.#hasMore] = [chips.map(({ label }) => label), hasMore];
    if (names.join() !== this.#names.join()) {
      this.#names = names;
      this.place.replaceChildren();
      for (const name of names) {
        const button = addButton(this.place, () => this.#take(name));
        button.textContent = this.text.plurals[name] ?? name;
        button.dataset.name = name;
      }
      if (this.surprise) addButton(this.place, () => this.#surprise()).textContent = this.text.surprise;
      this.place.hidden = !names.length;
    }
    this.#show();
  }

  endSurprise() {
    if (this.surprise?.checked) this.surprise.click();
  }

  #show() {
    for (const button of this.place.querySelectorAll("button")) {
      const { name } = button.dataset;
      button.setAttribute("aria-pressed", String(name ? this.#words.includes(name) : Boolean(this.surprise?.checked)));
    }
  }

  /** In place of another kind that stands alone; beside other words it is one more. @param {string} name */
  #take(name) {
    const text = this.input.value.trim();
    const isAlone = !text || (this.#words.every((word) => this.#names.includes(word)) && !this.#hasMore);
    const isThere = this.#words.includes(name);
    this.endSurprise();
    if (isAlone) this.write(isThere ? "" : name);
    else if (!isThere) this.write(addWord(text, name));
    if (isAlone) this.#draw();
  }

  #surprise() {
    const isOn = !this.surprise?.checked;
    this.surprise?.click();
    if (isOn) this.write("");
    this.#show();
    if (isOn) this.#draw();
  }

  /** At once where that is the page's whole purpose; when Gradio knows what is in the controls. */
  #draw() {
    if (this.tab === "watch") requestAnimationFrame(() => document.getElementById("watch-generate")?.click());
  }
}
