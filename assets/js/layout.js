// @ts-check
/** Where sprites stand on a canvas. Nothing here needs a page. */

import { SIZE } from "./pixels.js";

/** @typedef {import("./types").Grid} Grid */

export const GAP = 2; // sprite pixels between two sprites

/**
 * As large as the room allows: the number of columns that gives the largest sprites, by whole screen pixels; full rows
 * are worth a little size, and of two that are alike the flatter sheet is better.
 * @param {number} count sprites @param {number} width screen pixels @param {number} height screen pixels
 * @returns {Grid}
 */
export function fitGrid(count, width, height) {
  let best = { columns: 1, across: 0, down: 0, scale: 1, worth: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = columns * (SIZE + GAP) + GAP, down = rows * (SIZE + GAP) + GAP;
    const scale = Math.max(1, Math.floor(Math.min(width / across, height / down)));
    const worth = scale * (count % columns ? 0.8 : 1);
    if (worth >= best.worth) best = { columns, across, down, scale, worth };
  }
  return best;
}

/** The upper left corner of sprite i, in sprite pixels. @param {number} i @param {number} columns */
export const cornerOf = (i, columns) => [
  GAP + (i % columns) * (SIZE + GAP),
  GAP + Math.floor(i / columns) * (SIZE + GAP),
];

/**
 * The sprite at a point, or -1.
 * @param {number} x sprite pixels from the left @param {number} y from the top @param {number} columns @param {number} count
 */
export function spriteAt(x, y, columns, count) {
  const [column, row] = [x, y].map((place) => Math.floor(place / (SIZE + GAP)));
  const index = column < columns ? row * columns + column : -1;
  return index < count ? index : -1;
}
