// @ts-check
/** What belongs to the page and to no tab: the switch of colours, places, the keyboard, the connection. */

import { keepInReach } from "./connection.js";
import { find } from "./dom.js";
import { oneStopEach } from "./keyboard.js";
import { keepPlaces } from "./places.js";

/** Of first.js. @typedef {{ chosen: string, choose(name: string): void }} Colours */

/** @param {import("./types").Host} host */
export function mount({ element, props }) {
  switchColours(find(element, "[data-part=themes]"));
  keepPlaces();
  oneStopEach();
  if (props.has_server) keepInReach(props.strings);
}

/** @param {HTMLElement} themes */
function switchColours(themes) {
  /** @type {Colours} */
  const colours = /** @type {any} */ (globalThis).colours;
  find(themes, `[value="${colours.chosen}"]`, HTMLInputElement).checked = true;
  themes.addEventListener("change", ({ target }) => colours.choose(/** @type {HTMLInputElement} */ (target).value));
}
