// @ts-check
/**
 * The sampling loop and its update rules, with the names, equations and sources of diffusion/core/samplers.py.
 *
 * x the noisy pictures, x0 the clean ones, eps the noise, t the present level, s < t the one after the step, z fresh
 * noise: float32 arrays of one length. Coefficients are float64, and every sum is rounded once, where it is stored.
 */

import { EngineError } from "./errors.js";
import { levelsOf } from "./schedule.js";

/** The weighted sum of arrays. @param {[number, Float32Array | null][]} terms */
function sum(...terms) {
  const there = /** @type {[number, Float32Array][]} */ (terms.filter(([weight, array]) => weight && array));
  const result = new Float32Array((terms.find(([, array]) => array)?.[1] ?? []).length);
  for (const [weight, array] of there) for (let i = 0; i < result.length; i++) result[i] += weight * array[i];
  return result;
}

/** @param {Net.StepInputs} m */
function ddpm({ x, eps, z, abarT, alpha }) {
  const scale = 1 / Math.sqrt(alpha);
  return sum([scale, x], [(-scale * (1 - alpha)) / Math.sqrt(1 - abarT), eps], [Math.sqrt(1 - alpha), z]);
}

/** @param {Net.StepInputs} m */
function ddim({ x0, eps, z, eta, abarT, abarS, alpha }) {
  const variance = ((eta ** 2 * (1 - abarS)) / (1 - abarT)) * (1 - alpha);
  return sum([Math.sqrt(abarS), x0], [Math.sqrt(1 - abarS - variance), eps], [Math.sqrt(variance), z]);
}

/** @param {Net.StepInputs} m */
function saSolver(m) {
  if (m.abarS === 1) return m.x0;
  const history = [{ x0: m.x0, abar: m.abarT }, ...m.before];
  let { x } = m;
  if (m.before.length) {
    const from = m.before[0].abar;
    const factor = Math.sqrt(m.abarT) * (1 - Math.exp(-2 * logSnrStep(from, m.abarT)));
    x = sum([1, x], [factor, adamsIntegral(history.slice(0, 3), from, m.abarT)], [-factor, adamsIntegral(m.before, from, m.abarT)]);
  }
  return ddim(withX0(adamsIntegral(history.slice(0, 3), m.abarT, m.abarS), { ...m, x }, 1));
}

/** The mean over the step of the polynomial through the x0 of `history`. @param {Net.Past[]} history */
function adamsIntegral(history, /** @type {number} */ abarT, /** @type {number} */ abarS) {
  const h = logSnrStep(abarT, abarS);
  const share = 1 - Math.exp(-2 * h);
  const u = history.length === 2 ? (h * h) / share : h / share - 0.5;
  const means = [1, u, (h * h) / share - u];
  const at = history.map(({ abar }) => logSnrStep(abarT, abar));
  return sum(...history.map((one, i) => /** @type {[number, Float32Array]} */ ([lagrange(at, i, means), one.x0])));
}

/** Of the polynomial that is 1 at the i-th of three points at most and 0 at the others: its mean, from those of 1, u, u^2. @param {number[]} at @param {number} i @param {number[]} means */
function lagrange(at, i, means) {
  const others = at.filter((_, j) => j !== i);
  const scale = others.reduce((product, other) => product * (at[i] - other), 1);
  const [a = 0, b = 0] = others;
  const mean = [means[0], means[1] - a * means[0], means[2] - (a + b) * means[1] + a * b * means[0]][others.length];
  return mean / scale;
}

/** @param {Net.StepInputs} m */
function midpointX0({ x0, abarT, abarS, before }) {
  if (!before.length || abarS === 1) return x0;
  const ratio = logSnrStep(abarT, abarS) / logSnrStep(before[0].abar, abarT) / 2;
  return sum([1 + ratio, x0], [-ratio, before[0].x0]);
}

/** @param {Float32Array} x0 @param {Net.StepInputs} m @param {number} eta @returns {Net.StepInputs} */
function withX0(x0, m, eta) {
  const scale = 1 / Math.sqrt(1 - m.abarT);
  return { ...m, x0, eps: sum([scale, m.x], [-scale * Math.sqrt(m.abarT), x0]), eta };
}

const logSnrStep = (/** @type {number} */ abarT, /** @type {number} */ abarS) =>
  (Math.log(abarS / (1 - abarS)) - Math.log(abarT / (1 - abarT))) / 2;

/** @type {Record<string, (m: Net.StepInputs) => Float32Array>} */
export const SAMPLERS = {
  ddpm,
  ddim,
  dpmpp: (m) => ddim(withX0(midpointX0(m), m, 0)),
  "sde-dpmpp": (m) => ddim(withX0(midpointX0(m), m, 1)),
  sa: saSolver,
};

/** The clean pictures, if eps is the noise in x. @param {Float32Array} x @param {Float32Array} eps @param {number} abar */
export const clean = (x, eps, abar) => sum([1 / Math.sqrt(abar), x], [-Math.sqrt(1 - abar) / Math.sqrt(abar), eps]);

/** Pictures with noise. @param {Float32Array} x0 @param {Float32Array} eps @param {number} abar */
export const noised = (x0, eps, abar) => sum([Math.sqrt(abar), x0], [Math.sqrt(1 - abar), eps]);

/**
 * Yields `steps` + 1 steps: first the pure noise and its prediction, last the finished pictures.
 * @param {(x: Float32Array, time: number) => Promise<Float32Array>} predict eps in x at t / T
 * @param {Net.Schedule} schedule
 * @param {{ draw(): Float32Array }} noise
 * @param {{ sampler?: string, steps?: number, eta?: number, freshNoise?: boolean, begin?: { x0: Float32Array, level: number } | null }} settings
 *   begin: clean pictures, from which the walk starts, noised to a level
 * @returns {AsyncGenerator<Net.Step>}
 */
export async function* sample(predict, schedule, noise, { sampler = "ddpm", steps = 500, eta = 0, freshNoise = true, begin = null } = {}) {
  const update = SAMPLERS[sampler];
  if (!Object.hasOwn(SAMPLERS, sampler)) throw new EngineError("unsupported", `there is no sampler ${sampler}`);
  const { alphaBar, alpha } = schedule;
  let levels = levelsOf(alphaBar.length - 1, steps);
  let x = noise.draw();
  if (begin) {
    const { x0, level } = begin;
    const below = levels.filter((one) => one < level).length;
    x = noised(x0, x, alphaBar[level]);
    levels = Array.from({ length: below + 1 }, (_, i) => level - Math.floor((level * i) / below));
  }
  /** @type {Net.Past[]} */
  let before = [];
  for (let i = 0; i + 1 < levels.length; i++) {
    const [t, s] = [levels[i], levels[i + 1]];
    const eps = await predict(x, t / (alphaBar.length - 1));
    const x0 = clean(x, eps, alphaBar[t]);
    yield { t, x, x0, eps };
    const [abarT, abarS] = [alphaBar[t], alphaBar[s]];
    const z = s > 0 && freshNoise ? noise.draw() : null;
    x = update({ x, x0, eps, abarT, abarS, alpha: t === s + 1 ? alpha[t] : abarT / abarS, z, eta, before });
    before = [{ x0, abar: abarT }, ...before.slice(0, 2)];
  }
  yield { t: 0, x, x0: x, eps: null };
}
