// @ts-check
/** The colours of the pixel editor: the sprites' own by material, and any other. */

import { addButton } from "./dom.js";
import { isSame } from "./editor_tools.js";
import { rgbOf } from "./pixels.js";

/** @param {number[]} rgb @returns {string} such as "fe1b1b" */
export const hexOf = (rgb) => rgb.map((value) => value.toString(16).padStart(2, "0")).join("");

export class PaletteChoice {
  /** Red, green, blue. @type {number[]} */
  colour;
  /** @type {HTMLButtonElement[]} */
  #swatches = [];

  /**
   * @param {HTMLElement} place @param {import("./types").Strings} text
   * @param {{ name: string, colours: string[] }[]} groups @param {() => void} chosen
   */
  constructor(place, text, groups, chosen) {
    this.text = text;
    this.chosen = chosen;
    this.colour = rgbOf(groups[0].colours[0]);
    place.setAttribute("aria-label", text.colour);
    for (const { name, colours } of groups) {
      const group = place.appendChild(document.createElement("span"));
      group.className = "editor-group";
      group.title = text.materials[name];
      for (const hex of colours) this.#addSwatch(group, hex, text.materials[name]);
    }
    this.any = this.#addAny(place);
    this.#mark();
  }

  /** @param {number[]} rgb */
  choose(rgb) {
    this.colour = rgb;
    this.any.value = `#${hexOf(rgb)}`;
    this.#mark();
    this.chosen();
  }

  /** @param {Element} place @param {string} hex @param {string} material */
  #addSwatch(place, hex, material) {
    const swatch = addButton(place, () => this.choose(rgbOf(hex)));
    swatch.style.background = `#${hex}`;
    swatch.dataset.hex = hex;
    swatch.setAttribute("role", "radio");
    swatch.setAttribute("aria-label", `${material} #${hex}`);
    swatch.addEventListener("keydown", (event) => this.#press(event, swatch));
    this.#swatches.push(swatch);
  }

  /** Any colour at all. @param {Element} place */
  #addAny(place) {
    const label = place.appendChild(document.createElement("label"));
    label.className = "editor-any";
    label.title = this.text.any_colour;
    const any = label.appendChild(document.createElement("input"));
    any.type = "color";
    any.setAttribute("aria-label", this.text.any_colour);
    any.addEventListener("input", () => this.choose(rgbOf(any.value.slice(1))));
    return any;
  }

  /** One swatch is a stop of the tab key; the arrows go through the others. @param {KeyboardEvent} event @param {HTMLButtonElement} swatch */
  #press(event, swatch) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = this.#swatches;
    const next = all[(all.indexOf(swatch) + step + all.length) % all.length];
    next.click();
    next.focus();
  }

  #mark() {
    const chosen = this.#swatches.findIndex(({ dataset }) => isSame(rgbOf(String(dataset.hex)), this.colour));
    this.#swatches.forEach((swatch, i) => {
      swatch.setAttribute("aria-checked", String(i === chosen));
      swatch.tabIndex = i === Math.max(0, chosen) ? 0 : -1;
    });
    this.any?.parentElement?.classList.toggle("chosen", chosen < 0);
  }
}
