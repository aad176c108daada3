// @ts-check
/** Where sprites stand on a canvas. Nothing here needs a page. */

import { SIZE } from "./pixels.js";

/** @typedef {import("./types").Grid} Grid */

export const GAP = 2; // sprite pixels between two sprites

/**
 * As large as the room allows: the number of columns that gives the largest sprites, by whole screen pixels; full rows
 * are worth a little size, and of two that are alike the flatter sheet is better.
 * @param {number} count sprites @param {number} width screen pixels @param {number} height screen pixels, with feet
 * @param {number} foot screen pixels below every row, for words
 * @returns {Grid}
 */
export function fitGrid(count, width, height, foot = 0) {
  let best = { columns: 1, rows: 1, across: 0, down: 0, scale: 1, worth: 0, foot };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = columns * (SIZE + GAP) + GAP, down = rows * (SIZE + GAP) + GAP;
    const scale = Math.max(1, Math.floor(Math.min(width / across, (height - rows * foot) / down)));
    const worth = scale * (count % columns ? 0.6 : 1);
    if (worth >= best.worth) best = { columns, rows, across, down, scale, worth, foot };
  }
  return best;
}

/** The upper left corner of sprite i, in screen pixels. @param {number} i @param {Grid} grid */
export function cornerOf(i, { columns, scale, foot }) {
  const row = Math.floor(i / columns);
  return [(GAP + (i % columns) * (SIZE + GAP)) * scale, (GAP + row * (SIZE + GAP)) * scale + row * foot];
}

/**
 * The sprite at a point, its foot included, or -1.
 * @param {number} x screen pixels from the left @param {number} y from the top @param {Grid} grid @param {number} count
 */
export function spriteAt(x, y, { columns, scale, foot }, count) {
  const side = (SIZE + GAP) * scale;
  const [column, row] = [Math.floor(x / side), Math.floor(y / (side + foot))];
  const index = column < columns ? row * columns + column : -1;
  return index < count ? index : -1;
}

/**
 * A text in lines of a width; what does not fit into `most` lines ends in an ellipsis. A word that is too long for a
 * line is cut; so are texts without spaces.
 * @param {string} text @param {number} width @param {number} most lines @param {(text: string) => number} measure
 */
export function wrapText(text, width, most, measure) {
  /** @type {string[]} */
  const lines = [];
  let rest = text.trim();
  while (rest && lines.length < most) {
    let end = rest.length;
    while (end > 1 && measure(rest.slice(0, end)) > width) end--;
    const space = end < rest.length ? Math.max(rest.lastIndexOf(" ", end), rest.lastIndexOf("、", end - 1) + 1) : end;
    if (space > 0) end = Math.min(end, space);
    lines.push(rest.slice(0, end).trim());
    rest = rest.slice(end).replace(/^[\s、，]+/u, "");
  }
  if (!rest) return lines;
  let last = lines[most - 1];
  while (last.length > 1 && measure(`${last}…`) > width) last = last.slice(0, -1);
  lines[most - 1] = `${last.replace(/[\s,，、]+$/u, "")}…`;
  return lines;
}
