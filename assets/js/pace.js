// @ts-check
/**
 * How fast frames are gone through: time in proportion to what one sees change, most of it below level 200, where sprites
 * appear; and never so fast that anything flashes. Nothing here needs a page.
 */

/** @typedef {import("./types").Frame} Frame */

/**
 * Milliseconds from one picture to the next, at least; one is faded into the other. A pixel then changes its direction
 * five times a second at most, which are two and a half flashes; WCAG 2.3.1 allows three.
 */
export const SHORTEST = 200;
export const FORWARD = 6500; // ms from noise to sprites
export const BACK = 1800; // ms from sprites into the noise
export const LIVE = 2000; // ms from noise to sprites while they are drawn, or as long as that takes
export const BEFORE = 2000; // ms that finished sprites stand before they move by themselves
export const STAND = 3000; // ms that finished sprites stand before it begins again

const NOISY = 0.4; // from this share of all levels upwards one sees only noise
const NOISY_TIME = 0.3; // the share of the time that this part gets

/** Where a frame stands between noise (0) and sprites (1), as one sees it. @param {Frame[]} frames @param {number} index */
export function placeOf(frames, index) {
  const { t, T, per_second } = frames[index];
  if (per_second) return frames.length > 1 ? index / (frames.length - 1) : 1; // epochs of a training
  const share = t / T;
  if (share > NOISY) return (NOISY_TIME * (1 - share)) / (1 - NOISY);
  return 1 - ((1 - NOISY_TIME) * share) / NOISY;
}

/** Milliseconds from the first frame to the last, at the usual speed. @param {Frame[]} frames */
export function durationOf(frames) {
  const { per_second } = frames[0];
  return per_second ? Math.max(SHORTEST, 1000 / per_second) * Math.max(1, frames.length - 1) : FORWARD;
}

/**
 * The frame to fade into next, and in how many milliseconds; null where it is not there yet.
 * @param {Frame[]} frames @param {number} from @param {1 | -1} direction @param {number} duration of all of them
 * @param {boolean} isComplete whether the last frame is there
 * @returns {{ index: number, length: number } | null}
 */
export function nextStop(frames, from, direction, duration, isComplete) {
  const end = direction > 0 ? frames.length - 1 : 0;
  /** @param {number} a @param {number} b */
  const between = (a, b) => Math.abs(placeOf(frames, a) - placeOf(frames, b)) * duration;
  let index = from;
  while (index !== end && between(from, index) < SHORTEST) index += direction;
  if (direction > 0 && !isComplete && index === from) return null;
  if (between(index, end) < SHORTEST) index = end; // no step of its own for what is left
  return { index, length: Math.max(SHORTEST, between(from, index)) };
}

/** The frame that stands nearest to a place. @param {Frame[]} frames @param {number} place 0 to 1 */
export function frameAt(frames, place) {
  let best = 0;
  for (let i = 1; i < frames.length; i++) {
    if (Math.abs(placeOf(frames, i) - place) <= Math.abs(placeOf(frames, best) - place)) best = i;
  }
  return best;
}

/** The frame whose noise level is nearest to one. @param {Frame[]} frames @param {number} level */
export function frameOfLevel(frames, level) {
  let best = 0;
  for (let i = 1; i < frames.length; i++) {
    if (Math.abs(frames[i].t - level) < Math.abs(frames[best].t - level)) best = i;
  }
  return best;
}
