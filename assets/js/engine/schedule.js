// @ts-check
/** Noise schedules in float64, and the levels of a walk; the formulas and their sources: diffusion/core/schedule.py. */

import { EngineError } from "./errors.js";

/** @param {number[]} betas of the levels from 1 on @returns {Net.Schedule} */
function fromBetas(betas) {
  const alpha = Float64Array.of(1, ...betas.map((beta) => 1 - beta));
  const alphaBar = new Float64Array(alpha.length);
  alpha.reduce((product, one, t) => (alphaBar[t] = product * one), 1);
  return { alphaBar, alpha };
}

/** Evenly spaced, as torch.linspace: from both ends to the middle. @param {number} start @param {number} end @param {number} count */
function spaced(start, end, count) {
  const step = (end - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (count === 1 || i < count / 2 ? start + (i ? step * i : 0) : end - step * (count - 1 - i)));
}

/** @type {Record<string, (levels: number) => Net.Schedule>} */
export const SCHEDULES = {
  linear: (levels) => fromBetas(spaced(1e-4, 0.02, levels)),
  cosine(levels) {
    const signal = spaced(0, 1, levels + 1).map((time) => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2);
    return fromBetas(signal.slice(1).map((value, i) => Math.min(1 - value / signal[i], 0.999)));
  },
  course(levels) {
    const alpha = Float64Array.from(spaced(1e-4, 0.02, levels + 1), (beta) => 1 - beta);
    const alphaBar = new Float64Array(alpha.length);
    alpha.reduce((product, one, t) => (alphaBar[t] = product * one), 1);
    alpha[0] = alphaBar[0] = 1;
    return { alphaBar, alpha };
  },
};

/** T, ..., 0: `steps` + 1 of them. @param {number} top T @param {number} steps */
export function levelsOf(top, steps) {
  if (!Number.isInteger(steps) || steps < 1 || steps > top) {
    throw new EngineError("unsupported", `steps must be between 1 and ${top}, not ${steps}`);
  }
  return Array.from({ length: steps + 1 }, (_, i) => top - Math.floor((top * i) / steps));
}
