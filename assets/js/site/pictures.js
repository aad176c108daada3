// @ts-check
/** Pictures between the page, 16 x 16 RGB bytes as base64, and the engine, 3 x 16 x 16 floats from -1 to 1. */

import { SIZE, base64Of, bytesOf, toBytes, toFloats } from "../pixels.js";

const CELLS = SIZE * SIZE;

/** @param {string} pixels base64 */
export function floatsOf(pixels) {
  const rgb = toFloats(bytesOf(pixels));
  return Float32Array.from(rgb, (_, i) => rgb[3 * (i % CELLS) + Math.floor(i / CELLS)]);
}

/** The inverse; what lies beyond is cut off. @param {Float32Array} x */
export const pixelsOf = (x) => base64Of(Uint8Array.from(toBytes(Float32Array.from(x, (_, i) => x[(i % 3) * CELLS + Math.floor(i / 3)]))));

/** Of a frame's sheet: its sprites, one after another. @param {string} sheet base64 @param {{ columns: number, count: number }} frame */
export function spritesIn(sheet, { columns, count }) {
  const all = bytesOf(sheet);
  const line = 3 * SIZE;
  const sprites = new Uint8Array(count * CELLS * 3);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < SIZE; y++) {
      const from = ((Math.floor(i / columns) * SIZE + y) * columns + (i % columns)) * line;
      sprites.set(all.subarray(from, from + line), (i * SIZE + y) * line);
    }
  }
  return base64Of(sprites);
}
