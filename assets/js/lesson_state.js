// @ts-check
/**
 * What the lesson shows, all of it, and the address that holds it, so that a teacher's link opens where the teacher
 * stands: ?tab=learn&step=2&sprite=3&t=120&seed=1. Nothing here needs a page.
 */

/** @typedef {import("./types").LessonState} LessonState */
/** @typedef {{ order: string[], epochs: number[], sprites: string[] }} Offer what the server has: steps, epochs, sprites */

const FIRST_STEP = "film";
/** Knob: least, most; what an address says beyond is left out. @type {Record<string, [number, number]>} */
const RANGES = {
  at: [0, 31], sprite: [0, Infinity], t: [0, 500], seed: [0, 999], model: [0, 99999], asked: [0, 2],
  n: [1, 500], moment: [0, 100], leave: [0, 1], epoch: [0, 31], blend: [0, 100], seen: [1, 5], mistake: [0, 5],
};
/** Step: the knobs that its pictures follow from. @type {Record<string, string[]>} */
const USES = {
  film: ["at", "view"], noise: ["sprite", "t", "seed"], ask: ["sprite", "t", "seed", "model", "asked"],
  leaps: ["n", "moment"], fresh: ["leave", "seed", "moment"], epochs: ["epoch"], blend: ["blend", "seed"],
  train: ["seen"], mistakes: ["mistake"],
};
const KEPT = ["controls", "__theme"]; // of an address, whatever the lesson shows

/** @param {Offer} offer @returns {LessonState} */
export function firstState({ epochs }) {
  return {
    step: FIRST_STEP, at: 0, view: "x", sprite: 0, t: 120, seed: 0, model: epochs.at(-1) ?? 0, asked: 0,
    n: 500, moment: 100, leave: 0, epoch: 0, blend: 0, seen: 1, mistake: 0,
  };
}

/**
 * @param {URLSearchParams | null} query what an address asks of this tab @param {Offer} offer
 * @returns {LessonState}
 */
export function stateFrom(query, offer) {
  const state = firstState(offer);
  if (!query) return state;
  for (const [knob, [least, most]] of Object.entries(RANGES)) {
    const value = Number(query.get(knob) ?? NaN);
    if (Number.isInteger(value) && value >= least && value <= most) state[knob] = value;
  }
  if (state.sprite >= offer.sprites.length) state.sprite = 0;
  if (!offer.epochs.includes(state.model)) state.model = firstState(offer).model;
  if (query.get("view") === "x0") state.view = "x0";
  state.step = offer.order[Number(query.get("step")) - 1] ?? FIRST_STEP;
  return state;
}

/**
 * The inverse of stateFrom.
 * @param {LessonState} state @param {Offer} offer @param {string} search of the address until now
 */
export function queryFrom(state, { order }, search) {
  const query = new URLSearchParams({ tab: "learn", step: String(order.indexOf(state.step) + 1) });
  for (const knob of USES[state.step]) query.set(knob, String(state[knob]));
  const before = new URLSearchParams(search);
  for (const name of KEPT) if (before.has(name)) query.set(name, String(before.get(name)));
  return query;
}

// ---- what is asked of the server for a state ----

/** Sixteen sprites in n steps. @param {LessonState} state */
export const inSteps = ({ n }) => ({ count: 16, steps: n, seed: 0 });

/** Sixteen sprites with fresh noise at every step, or without. @param {LessonState} state @param {boolean} fresh_noise */
export const withNoise = ({ seed }, fresh_noise) => ({ count: 16, steps: 50, seed, fresh_noise });

/** Eight sprites between hero and food. @param {LessonState} state */
export const blended = ({ seed, blend }) => {
  const kinds = [1 - blend / 100, 0, blend / 100, 0, 0];
  return { count: 8, steps: 20, seed, kinds, film: false };
};

/** Where the slider stands in a list of so many. @param {LessonState} state @param {number} length */
export const momentOf = ({ moment }, length) => Math.round((moment / 100) * (length - 1));
