// @ts-check
/** What the network made of a painting: one sprite large, the others beside it to choose from, other epochs below. */

import { fill } from "./dom.js";
import { pngOf, saveBlob } from "./paint_save.js";
import { SIZE, bytesOf } from "./pixels.js";
import { paintSprite } from "./sprite_canvas.js";

const LARGE = 24, SMALL = 4; // canvas pixels a sprite pixel
const SCALES = [1, 16, 32]; // of saved pictures

export class PaintResults {
  /** Of the last epoch: RGB bytes of each sprite. @type {Uint8Array[]} */
  #sprites = [];

  /** @param {ReturnType<typeof import("./dom.js").partsOf>} part @param {import("./types").Strings} text @param {number} at the variant to show large */
  constructor(part, text, at) {
    this.at = at;
    this.part = part;
    this.text = text;
    this.root = part("root");
    this.large = part("result", HTMLCanvasElement);
    this.large.setAttribute("aria-label", text.result);
    part("variants").setAttribute("aria-label", text.variants);
    this.#offerSaves();
    part("copy").addEventListener("click", () => this.#copy());
  }

  /** The sprite that is shown large. @returns {Uint8Array | undefined} */
  get chosen() {
    return this.#sprites[this.at];
  }

  /** @param {boolean} isWaiting */
  wait(isWaiting) {
    if (isWaiting && !this.#sprites.length) this.say(this.text.first);
    this.root.dataset.state = isWaiting ? "busy" : this.#sprites.length ? "ready" : "empty";
  }

  /** @param {string} words */
  say(words) {
    this.part("status").textContent = words;
  }

  /** @param {any} answer of finish_painting */
  show({ panels, count }) {
    const [last, ...others] = panels.map((/** @type {any} */ panel) => ({ ...panel, sprites: cut(bytesOf(panel.sprites), count) }));
    this.#sprites = last.sprites;
    this.#fill(this.part("variants"), this.#sprites.length);
    this.#choose(Math.min(this.at, count - 1));
    this.part("epoch-rows").replaceChildren(...others.map(rowOf));
  }

  /** @param {number} at */
  #choose(at) {
    this.at = at;
    paintSprite(this.large, this.#sprites[at], LARGE);
    this.large.setAttribute("aria-label", `${this.text.result} ${at + 1}`);
    [...this.part("variants").children].forEach((button, i) => {
      paintSprite(/** @type {HTMLCanvasElement} */ (button.firstChild), this.#sprites[i], SMALL);
      button.setAttribute("aria-checked", String(i === at));
      /** @type {HTMLElement} */ (button).tabIndex = i === at ? 0 : -1;
    });
  }

  /** As many buttons as there are sprites. @param {HTMLElement} place @param {number} count */
  #fill(place, count) {
    while (place.children.length > count) place.lastChild?.remove();
    for (let i = place.children.length; i < count; i++) {
      const button = place.appendChild(document.createElement("button"));
      button.type = "button";
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", `${this.text.result} ${i + 1}`);
      button.append(document.createElement("canvas"));
      button.addEventListener("click", () => this.#choose(i));
      button.addEventListener("keydown", (event) => this.#press(event));
    }
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.#sprites.length;
    this.#choose((this.at + step + count) % count);
    /** @type {HTMLElement} */ (this.part("variants").children[this.at]).focus();
  }

  // ---- taking it along ----

  #offerSaves() {
    const select = this.part("save", HTMLSelectElement);
    select.setAttribute("aria-label", this.text.save);
    const sizes = SCALES.map((scale) => new Option(fill(this.text.size_saved, { side: SIZE * scale }), String(scale)));
    select.replaceChildren(new Option(this.text.save, ""), ...sizes);
    select.addEventListener("change", async () => {
      const scale = Number(select.value);
      select.value = "";
      if (scale && this.chosen) saveBlob(await pngOf(this.chosen, scale), `painted-${SIZE * scale}.png`);
    });
  }

  async #copy() {
    if (!this.chosen) return;
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(this.chosen, SCALES[1]) })]);
      this.say(this.text.picture_copied);
    } catch {
      this.say(this.text.not_copied);
    }
  }
}

/** @param {Uint8Array} bytes of several sprites, one after another @param {number} count */
const cut = (bytes, count) =>
  Array.from({ length: count }, (_, i) => bytes.slice((i * bytes.length) / count, ((i + 1) * bytes.length) / count));

/** @param {{ label: string, sprites: Uint8Array[] }} panel */
function rowOf({ label, sprites }) {
  const row = document.createElement("figure");
  row.appendChild(document.createElement("figcaption")).textContent = label;
  for (const [i, sprite] of sprites.entries()) {
    const canvas = paintSprite(row.appendChild(document.createElement("canvas")), sprite, SMALL);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${label}: ${i + 1}`);
  }
  return row;
}
