// @ts-check
/** Where to go on with what a step of the lesson shows. Nothing here needs a page. */

import { hasUsualWishes, heroToFood } from "./lesson_state.js";
import { queryOf } from "./link.js";

/** @typedef {[name: string, address: string, className?: string]} Link */
/** @typedef {Pick<import("./lesson.js").Lesson, "state" | "props" | "text">} Source */

const ALL_STEPS = 500; // of DDPM: one for each level, as the texts say
const GUIDANCE = 2; // of a blend, as diffusion/devtools/lesson.py

/** @param {Source & { answers?: import("./lesson_answers.js").Answers }} lesson @returns {Link[]} */
export function linksFrom({ state, props, text, answers }) {
  const { run, last, epochs, tutorial } = props;
  /** @param {Record<string, any>} settings @returns {Link[]} */
  const watch = (settings) => {
    if (!run) return [];
    const request = { epochs: [`${run}/${last}`], sampler: "ddpm", count: 16, seed: 0, tab: "watch", ...settings };
    return [[text.watch, `?${queryOf(request)}`]];
  };
  /** @type {Link[]} */
  const asInTutorial = tutorial ? [[text.tutorial, tutorial]] : [];
  const compared = (epochs ?? []).map((/** @type {number} */ epoch) => `${run}/${epoch}`);
  const comparison = { tab: "compare", epochs: compared, sampler: "ddpm", steps: 50, count: 16, seed: 0 };
  const blendOf = () => {
    const asked = { steps: 20, count: 8, seed: state.blend_seed, guidance: GUIDANCE };
    if (hasUsualWishes(state)) return watch({ ...asked, kinds: heroToFood(state) });
    const prompt = answers?.blend()?.prompt; // known once it is drawn
    return prompt ? watch({ ...asked, prompt }) : [];
  };
  /** @type {Record<string, () => Link[]>} */
  const links = {
    film: () => [...watch({ count: 32, steps: ALL_STEPS }), ...asInTutorial],
    ask: () => [[text.one_step, "?tab=one-step"]],
    leaps: () => watch({ steps: state.n }),
    fresh: () => watch({ steps: 50, seed: state.fresh_seed, fresh_noise: !state.leave }),
    epochs: () => [[text.compare, compared.length > 1 ? `?${queryOf(comparison)}` : "?tab=compare"], ...asInTutorial],
    blend: blendOf,
    train: () => (text.train_tab ? [[text.train_tab, "?tab=train", "lesson-main"]] : []),
  };
  return links[state.step]?.() ?? [];
}
