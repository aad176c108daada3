// @ts-check
/** What is on a canvas, in words. Nothing here needs a page. */

import { fill } from "./dom.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Strings} Strings */
/** @typedef {{ frame: Frame, recipe: Record<string, any> | undefined, panel: number, isReel: boolean }} Shown */

/** @param {Strings} text @param {Frame} frame @param {string} [note] */
export const statusOf = (text, frame, note = "") =>
  [frame.caption ?? fill(text.level, { t: frame.t, T: frame.T }), ...(note ? [note] : [])].join(" · ");

/** Where the sprites come from, in one quiet line. @param {Strings} text @param {Shown} shown */
export function sourceOf(text, { frame, recipe, panel, isReel }) {
  const epoch = frame.panels[panel].label;
  if (isReel) return fill(text.made_before, { epoch });
  if (!recipe) return "";
  const run = String(recipe.epochs[0]).replace(/\/[^/]*$/, "");
  return fill(text.drawn_now, { epoch, run, seed: recipe.seed, words: wordsOf(text, recipe) });
}

/** For a screen reader. @param {Strings} text @param {Shown} shown */
export function canvasName(text, { frame, recipe, panel, isReel }) {
  const words = isReel ? text.reel : recipe ? wordsOf(text, recipe) : frame.panels[panel].label;
  return fill(text.canvas, { count: frame.count, words, level: frame.t ? statusOf(text, frame) : text.clean });
}

/** What was asked for. @param {Strings} text @param {Record<string, any>} recipe */
const wordsOf = (text, { prompt, surprise }) =>
  [...(prompt ? [prompt] : []), ...(surprise ? [text.surprises] : [])].join(" + ") || text.anything;
