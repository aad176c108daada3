// @ts-check
/** The sprites that a visitor keeps, in localStorage: they outlive the page, and all its players show the same ones. */

import { SIZE, base64Of, bytesOf } from "./pixels.js";

/** @typedef {{ rgb: string, name: string, words: string }} Kept rgb: base64. name: as of a file, without its number */

const MEMORY = "kept-sprites";
export const CHANGED = "kept-sprites"; // an event on the document
export const MOST_KEPT = 64;

/** Oldest first. @returns {Kept[]} */
export function keptSprites() {
  try {
    const found = JSON.parse(localStorage.getItem(MEMORY) ?? "[]");
    return Array.isArray(found) ? found.filter(isSprite).slice(0, MOST_KEPT) : [];
  } catch {
    return [];
  }
}

/** @param {any} one of what was stored, perhaps by another version */
function isSprite(one) {
  try {
    return [one.name, one.words].every((text) => typeof text === "string") && bytesOf(one.rgb).length === 3 * SIZE * SIZE;
  } catch {
    return false;
  }
}

export const isFull = () => keptSprites().length >= MOST_KEPT;

/** @param {Uint8Array} rgb */
export const isKept = (rgb) => keptSprites().some((one) => one.rgb === base64Of(rgb));

/** @param {Uint8Array} rgb @param {string} name of its file @param {string} words what it was asked for */
export function keep(rgb, name, words) {
  store([...keptSprites(), { rgb: base64Of(rgb), name: name.replace(/-\d+$/, ""), words }]);
}

/** @param {string} rgb base64 */
export const remove = (rgb) => store(keptSprites().filter((one) => one.rgb !== rgb));

export const removeAll = () => store([]);

/** @param {Kept[]} sprites */
function store(sprites) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify(sprites));
  } catch {
    return; // a full store keeps what it has
  }
  document.dispatchEvent(new CustomEvent(CHANGED));
}
