// @ts-check
/** What the tools of the pixel editor do to a picture of 16 x 16 RGB bytes. Nothing here needs a page. */

import { SIZE } from "./pixels.js";

/** @typedef {[x: number, y: number]} Cell from 0 to 15 */

/** @param {Cell} cell */
const isInside = ([x, y]) => x >= 0 && y >= 0 && x < SIZE && y < SIZE;

/** @param {Cell} cell */
const placeOf = ([x, y]) => 3 * (y * SIZE + x);

/** @param {Uint8Array} pixels @param {Cell} cell @returns {number[]} red, green, blue */
export const colourAt = (pixels, cell) => [...pixels.subarray(placeOf(cell), placeOf(cell) + 3)];

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const isSame = (a, b) => a.length === b.length && Array.from(a).every((value, i) => value === b[i]);

/** The cells under a brush: of size 2 also those to the right and below. @param {Cell} cell @param {number} size */
export function brushAt([x, y], size) {
  const steps = Array.from({ length: size }, (_, i) => i);
  return steps.flatMap((down) => steps.map((right) => /** @type {Cell} */ ([x + right, y + down]))).filter(isInside);
}

/** Both ends and the cells between, without a gap: a fast pointer skips many. @param {Cell} from @param {Cell} to */
export function cellsBetween(from, to) {
  const length = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  return Array.from({ length: length + 1 }, (_, i) => {
    const share = length ? i / length : 0;
    return /** @type {Cell} */ (from.map((start, axis) => Math.round(start + share * (to[axis] - start))));
  });
}

/** The cells of one colour that hang together by their edges. @param {Uint8Array} pixels @param {Cell} start */
export function areaAround(pixels, start) {
  const wanted = colourAt(pixels, start);
  /** @type {Cell[]} */
  const found = [start];
  const seen = new Set([placeOf(start)]);
  for (const [x, y] of found) { // it grows meanwhile
    for (const next of /** @type {Cell[]} */ ([[x - 1, y], [x + 1, y], [x, y - 1], [x, y + 1]])) {
      if (!isInside(next) || seen.has(placeOf(next)) || !isSame(colourAt(pixels, next), wanted)) continue;
      seen.add(placeOf(next));
      found.push(next);
    }
  }
  return found;
}

/** The picture with some cells in a colour. @param {Uint8Array} pixels @param {Cell[]} cells @param {number[]} rgb */
export function withCells(pixels, cells, rgb) {
  const painted = pixels.slice();
  for (const cell of cells) painted.set(rgb, placeOf(cell));
  return painted;
}

const MOST_STEPS = 200;

/** The pictures to go back to. */
export class History {
  /** @type {Uint8Array[]} */
  #steps;
  #at = 0;

  /** @param {Uint8Array} first */
  constructor(first) {
    this.#steps = [first.slice()];
  }

  /** What was undone before cannot be redone any more. @param {Uint8Array} pixels @returns whether it is another picture */
  add(pixels) {
    if (isSame(pixels, this.#steps[this.#at])) return false;
    this.#steps = [...this.#steps.slice(0, this.#at + 1), pixels.slice()].slice(-MOST_STEPS);
    this.#at = this.#steps.length - 1;
    return true;
  }

  /** @param {number} by -1 undoes, 1 does again @returns {Uint8Array | null} the picture there */
  go(by) {
    if (!this.can(by)) return null;
    this.#at += by;
    return this.#steps[this.#at].slice();
  }

  /** @param {number} by */
  can(by) {
    return this.#at + by in this.#steps;
  }
}
