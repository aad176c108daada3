// @ts-check
/** Pictures between the page, 16 x 16 RGB bytes as base64, and the engine, 3 x 16 x 16 floats from -1 to 1. */

import { SIZE, base64Of, bytesOf, toBytes, toFloats } from "./pixels.js";

const CELLS = SIZE * SIZE;

/** A colour after the other, from a pixel after the other. @param {Float32Array} x */
export const byChannel = (x) => x.map((_, i) => x[3 * (i % CELLS) + Math.floor(i / CELLS)]);

/** The inverse. @param {Float32Array} x */
export const byPixel = (x) => x.map((_, i) => x[(i % 3) * CELLS + Math.floor(i / 3)]);

/** @param {string} pixels base64 */
export const floatsOf = (pixels) => byChannel(toFloats(bytesOf(pixels)));

/** The inverse; what lies beyond is cut off. @param {Float32Array} x */
export const pixelsOf = (x) => base64Of(Uint8Array.from(toBytes(byPixel(x))));

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
