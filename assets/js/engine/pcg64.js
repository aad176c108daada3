// @ts-check
/** NumPy's default_rng: PCG64 (O'Neill 2014, XSL-RR), seeded by a SeedSequence; the numbers that it draws of a seed. */

import { seedState } from "./noise.js";

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const bits64 = (/** @type {bigint} */ value) => BigInt.asUintN(64, value);
const bits128 = (/** @type {bigint} */ value) => BigInt.asUintN(128, value);

export class Pcg64 {
  #state = 0n;
  #increment;
  /** The upper half of the last 64 bits, for the next 32. @type {number | null} */
  #half = null;

  /** @param {number[]} words 32 bits each */
  constructor(words) {
    const [a, b, c, d] = new BigUint64Array(seedState(words, 8).buffer);
    this.#increment = bits128((((c << 64n) | d) << 1n) | 1n);
    this.#step();
    this.#state = bits128(this.#state + ((a << 64n) | b));
    this.#step();
  }

  #step() {
    this.#state = bits128(this.#state * MULTIPLIER + this.#increment);
  }

  #next64() {
    this.#step();
    const folded = bits64((this.#state >> 64n) ^ this.#state), by = this.#state >> 122n;
    return bits64((folded >> by) | (folded << (64n - by)));
  }

  #next32() {
    if (this.#half !== null) {
      const half = this.#half;
      this.#half = null;
      return half;
    }
    const next = this.#next64();
    this.#half = Number(next >> 32n);
    return Number(next & 0xffffffffn);
  }

  /** As random(): 0 to 1, without 1. */
  random() {
    return Number(this.#next64() >> 11n) / 2 ** 53;
  }

  /**
   * As integers(count): 0 to count - 1. Lemire, https://arxiv.org/abs/1805.10941, algorithm 5.
   * @param {number} count 1 to 2^20
   */
  integer(count) {
    if (count === 1) return 0;
    const threshold = 2 ** 32 % count;
    for (;;) {
      const product = this.#next32() * count; // at most 52 bits
      if (product % 2 ** 32 >= threshold) return Math.floor(product / 2 ** 32);
    }
  }

  /** @template T @param {T[]} values */
  choose(values) {
    return values[this.integer(values.length)];
  }
}
