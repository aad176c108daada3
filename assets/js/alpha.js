// @ts-check
/** The background of sprites made transparent, as diffusion/store/alpha.py does it. Nothing here needs a page. */

import { SIZE, rgbaOf } from "./pixels.js";

const REACH = 12; // levels of 255 in each channel that a background may differ from its colour
const WHITE = [255, 255, 255]; // what the engine's pictures lie on
const CORNER = 2; // pixels from a corner along both edges that are white where a sprite lies on white; in noise that is rare
const SHARE = 1 / 3; // of the border's pixels that have the colour of another background; noise has none

/**
 * A sprite, RGB, whose background is (0, 0, 0, 0): what is connected with the border, over edges, within REACH of the
 * border's colour. All else keeps its colour. Noise stays opaque.
 * @param {ArrayLike<number>} rgb of a square sprite @returns {Uint8ClampedArray<ArrayBuffer>} RGBA
 */
export function cutOut(rgb, size = SIZE) {
  const rgba = rgbaOf(rgb);
  const border = borderOf(size);
  const colour = borderColour(rgb, border, size);
  if (!colour) return rgba;
  const waiting = border.filter((at) => isNear(rgb, at, colour));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (!rgba[4 * at + 3]) continue;
    rgba.fill(0, 4 * at, 4 * at + 4);
    const column = at % size;
    const beside = [at - size, at + size, column > 0 ? at - 1 : -1, column < size - 1 ? at + 1 : -1];
    for (const next of beside) {
      if (next >= 0 && next < size * size && rgba[4 * next + 3] && isNear(rgb, next, colour)) waiting.push(next);
    }
  }
  return rgba;
}

/** The indices of the border's pixels: top, bottom, left, right. @param {number} size */
function borderOf(size) {
  const line = Array.from({ length: size }, (_, i) => i);
  const inner = line.slice(1, -1);
  return [
    ...line, ...line.map((i) => size * (size - 1) + i), ...inner.map((i) => size * i), ...inner.map((i) => size * i + size - 1),
  ];
}

/** @param {ArrayLike<number>} rgb @param {number} at @param {number[]} colour */
const isNear = (rgb, at, colour) => colour.every((value, channel) => Math.abs(rgb[3 * at + channel] - value) <= REACH);

/**
 * White where a corner is; otherwise the border's most frequent colour: the median of the most pixels that lie within
 * REACH of one of them.
 * @param {ArrayLike<number>} rgb @param {number[]} border @param {number} size
 */
function borderColour(rgb, border, size) {
  const last = size - 1;
  const isWhiteAt = (/** @type {number} */ row, /** @type {number} */ column) => isNear(rgb, row * size + column, WHITE);
  const steps = Array.from({ length: CORNER }, (_, i) => i);
  for (const [row, down] of [[0, 1], [last, -1]]) {
    for (const [column, right] of [[0, 1], [last, -1]]) {
      if (steps.every((i) => isWhiteAt(row + i * down, column) && isWhiteAt(row, column + i * right))) return WHITE;
    }
  }
  const colours = border.map((at) => [0, 1, 2].map((channel) => rgb[3 * at + channel]));
  /** @type {number[][]} */
  let alike = [];
  for (const colour of colours) {
    const near = colours.filter((other) => other.every((value, channel) => Math.abs(value - colour[channel]) <= REACH));
    if (near.length > alike.length) alike = near;
  }
  if (alike.length < SHARE * border.length) return null;
  const middle = Math.floor((alike.length - 1) / 2);
  return [0, 1, 2].map((channel) => alike.map((colour) => colour[channel]).sort((a, b) => a - b)[middle]);
}
