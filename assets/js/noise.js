// @ts-check
/** The arithmetic of the lesson: x_t = sqrt(abar) x0 + sqrt(1 - abar) eps, and back. Nothing here needs a page. */

import { SIZE } from "./pixels.js";

/**
 * Gaussian noise by Box and Muller's formula, from the generator Mulberry32: the same for the same seed.
 * @param {number} seed
 */
export function noiseOf(seed, length = SIZE * SIZE * 3) {
  let a = (seed + 1) * 0x9e3779b9;
  const random = () => {
    a = (a + 0x6d2b79f5) | 0;
    let b = Math.imul(a ^ (a >>> 15), 1 | a);
    b = (b + Math.imul(b ^ (b >>> 7), 61 | b)) ^ b;
    return ((b ^ (b >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

/**
 * A sprite x0 with noise eps, at a level whose share of signal is abar.
 * @param {Float32Array} x0 @param {Float32Array} eps @param {number} abar
 */
export function mix(x0, eps, abar) {
  const [signal, noise] = [Math.sqrt(abar), Math.sqrt(1 - abar)];
  return { x0, eps, signal, noise, xt: x0.map((value, i) => signal * value + noise * eps[i]) };
}

/**
 * The sprite behind x_t, if eps is its noise.
 * @param {Float32Array} xt @param {Float32Array} eps @param {number} signal @param {number} noise
 */
export const predictSprite = (xt, eps, signal, noise) => xt.map((value, i) => (value - noise * eps[i]) / signal);

/** How far two are apart, root mean square. @param {Float32Array} a @param {Float32Array} b */
export const distance = (a, b) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
