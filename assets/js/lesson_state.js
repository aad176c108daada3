// @ts-check
/**
 * What the lesson shows, all of it, and the address that holds it, so that a teacher's link opens where the teacher
 * stands: ?tab=learn&step=2&sprite=3&t=120&seed=1. Nothing here needs a page.
 */

/** @typedef {import("./types").LessonState} LessonState */
/** @typedef {{ order: string[], epochs: number[], sprites: string[] }} Offer what the server has: steps, epochs, sprites */

const FIRST_STEP = "film";
const FINISHED = 999; // of a film, whatever its length
export const MAX_WISH = 140; // characters; two of them make a prompt
/** Knob: least, most; what an address says beyond is left out. @type {Record<string, [number, number]>} */
const RANGES = {
  at: [0, FINISHED], sprite: [0, Infinity], t: [0, 500], model: [0, 99999], asked: [0, 2], n: [1, 500], moment: [0, 100],
  leave: [0, 1], epoch: [0, 31], blend: [0, 100], first: [0, 4], mistake: [0, 5],
};
/** Step: which noise it has. Each address calls its own "seed". @type {Record<string, string>} */
const SEEDS = { noise: "seed", ask: "seed", fresh: "fresh_seed", blend: "blend_seed" };
const WISHES = ["from", "to"];
/** Step: the knobs that its pictures follow from. @type {Record<string, string[]>} */
const USES = {
  film: ["at", "view"], noise: ["sprite", "t", "seed"], ask: ["sprite", "t", "seed", "model", "asked"],
  leaps: ["n", "moment"], fresh: ["leave", "fresh_seed", "moment"], epochs: ["epoch"],
  blend: ["blend", "blend_seed", ...WISHES], train: ["first"], mistakes: ["mistake"],
};
const KEPT = ["controls", "__theme"]; // of an address, whatever the lesson shows

/** @param {Offer} offer @returns {LessonState} */
export function firstState({ epochs }) {
  return {
    step: FIRST_STEP, at: FINISHED, view: "x", sprite: 0, t: 120, seed: 0, fresh_seed: 0, blend_seed: 0,
    model: epochs.at(-1) ?? 0, asked: 0, n: 500, moment: 100, leave: 0, epoch: 0, blend: 0, from: "", to: "", first: 0,
    mistake: 0,
  };
}

/**
 * @param {URLSearchParams | null} query what an address asks of this tab @param {Offer} offer
 * @returns {LessonState}
 */
export function stateFrom(query, offer) {
  const state = firstState(offer);
  if (!query) return state;
  /** @param {string} name @param {number} least @param {number} most */
  const read = (name, least, most) => {
    const value = Number(query.get(name) ?? NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : null;
  };
  for (const [knob, [least, most]] of Object.entries(RANGES)) state[knob] = read(knob, least, most) ?? state[knob];
  if (state.sprite >= offer.sprites.length) state.sprite = 0;
  if (!offer.epochs.includes(state.model)) state.model = firstState(offer).model;
  if (query.get("view") === "x0") state.view = "x0";
  for (const wish of WISHES) state[wish] = (query.get(wish) ?? "").slice(0, MAX_WISH);
  const seen = read("seen", 1, 5); // of earlier links, which counted from 1
  if (seen !== null) state.first = seen - 1;
  state.step = offer.order[Number(query.get("step")) - 1] ?? FIRST_STEP;
  const seed = seedOf(state.step);
  state[seed] = read("seed", 0, 999) ?? state[seed];
  return state;
}

/** The knob that is a step's noise. @param {string} step */
export const seedOf = (step) => SEEDS[step] ?? "seed";

/**
 * The inverse of stateFrom.
 * @param {LessonState} state @param {Offer} offer @param {string} search of the address until now
 */
export function queryFrom(state, { order }, search) {
  const query = new URLSearchParams({ tab: "learn", step: String(order.indexOf(state.step) + 1) });
  for (const knob of USES[state.step]) {
    const isUsual = (knob === "at" && state.at === FINISHED) || (WISHES.includes(knob) && !state[knob]);
    if (!isUsual) query.set(knob === seedOf(state.step) ? "seed" : knob, String(state[knob]));
  }
  const before = new URLSearchParams(search);
  for (const name of KEPT) if (before.has(name)) query.set(name, String(before.get(name)));
  return query;
}

// ---- what is asked of the server for a state ----

/** Sixteen sprites in n steps. @param {LessonState} state */
export const inSteps = ({ n }) => ({ count: 16, steps: n, seed: 0 });

/** Sixteen sprites with fresh noise at every step, or without. @param {LessonState} state @param {boolean} fresh_noise */
export const withNoise = ({ fresh_seed }, fresh_noise) => ({ count: 16, steps: 50, seed: fresh_seed, fresh_noise });

/** Whether it is asked for what the page begins with. @param {LessonState} state */
export const hasUsualWishes = ({ from, to }) => !from && !to;

/**
 * Eight sprites between two wishes.
 * @param {LessonState} state @param {{ from: string, to: string }} usual what the page begins with
 */
export const blended = ({ blend_seed, blend, from, to }, usual) => ({
  count: 8, steps: 20, seed: blend_seed, film: false, wishes: [from || usual.from, to || usual.to], blend,
});

/** The kinds of hero and food, between which the page begins. @param {LessonState} state */
export const heroToFood = ({ blend }) => [1 - blend / 100, 0, blend / 100, 0, 0];

/** Where the slider stands in a list of so many. @param {LessonState} state @param {number} length */
export const momentOf = ({ moment }, length) => Math.round((moment / 100) * (length - 1));

/** The frame that is shown of a film of so many. @param {LessonState} state @param {number} length */
export const frameOf = ({ at }, length) => Math.max(0, Math.min(at, length - 1));
