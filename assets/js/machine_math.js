// @ts-check
/** The numbers of one sampling step; diffusion/core/samplers.py computes with the same. Nothing here needs a page. */

/**
 * Which step the machine shows: from the frame shown to the next; from the one before where there is none yet.
 * @param {number} shown @param {number} count frames @returns {[number, number | null]}
 */
export function stepAt(shown, count) {
  if (shown + 1 < count) return [shown, shown + 1];
  return shown > 0 ? [shown - 1, shown] : [shown, null];
}

/** The level after the next of `total` even steps from T, of which `step` are done. @param {number} T @param {number} step @param {number} total */
export const levelAfter = (T, step, total) => T - Math.floor((T * Math.min(step + 1, total)) / total);

/**
 * The noise that is in a picture, as bytes that show it in the contrast of the picture itself: eq. 4 of Ho et al. 2020
 * solved for eps. Left out is what lies beyond [-1, 1], as it is in the picture.
 * @param {ArrayLike<number>} x bytes, RGB or RGBA @param {ArrayLike<number>} x0 like x @param {number} abar below 1
 */
export function noiseIn(x, x0, abar) {
  const [signal, noise] = [Math.sqrt(abar), Math.sqrt(1 - abar)];
  return Uint8ClampedArray.from({ length: x.length }, (_, i) => {
    if (x.length % 4 === 0 && i % 4 === 3) return 255;
    const eps = (x[i] / 127.5 - 1 - signal * (x0[i] / 127.5 - 1)) / noise;
    return 127.5 * (eps + 1);
  });
}

/** Noise that was sent as a third of itself, in the contrast of a picture. @param {ArrayLike<number>} rgba */
export const inFullContrast = (rgba) =>
  Uint8ClampedArray.from(rgba, (byte, i) => (i % 4 === 3 ? 255 : 127.5 + 3 * (byte - 127.5)));

/**
 * What a sampler weighs: x_s = a x̂_0 + b x_t + sigma z. DDPM is eq. 7 of Ho et al. 2020 with sigma² = beta, the others
 * eq. 12 of Song et al. 2021; of the multistep ones, x̂_0 stands for a mean of several.
 * @param {string} sampler @param {number} abar of x_t @param {number} after abar of x_s @param {number} eta of ddim
 */
export function weights(sampler, abar, after, eta = 0) {
  const alpha = abar / after;
  if (sampler === "ddpm") {
    return {
      a: (Math.sqrt(after) * (1 - alpha)) / (1 - abar),
      b: (Math.sqrt(alpha) * (1 - after)) / (1 - abar),
      sigma: after < 1 ? Math.sqrt(1 - alpha) : 0,
    };
  }
  const grade = { dpmpp: 0, "sde-dpmpp": 1, sa: 1 }[sampler] ?? eta;
  const variance = (grade ** 2 * (1 - after) * (1 - alpha)) / (1 - abar);
  const b = Math.sqrt(1 - after - variance) / Math.sqrt(1 - abar);
  return { a: Math.sqrt(after) - b * Math.sqrt(abar), b, sigma: Math.sqrt(variance) };
}
