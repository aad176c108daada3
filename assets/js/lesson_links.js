// @ts-check
/** Where to go on with what a step of the lesson shows. Nothing here needs a page. */

import { blended } from "./lesson_state.js";
import { queryOf } from "./link.js";

/** @typedef {[name: string, address: string, className?: string]} Link */
/** @typedef {Pick<import("./lesson.js").Lesson, "state" | "props" | "text">} Source */

/** @param {Source} lesson @returns {Link[]} */
export function linksFrom({ state, props, text }) {
  /** @param {Record<string, any>} settings @returns {Link} */
  const watch = (settings) => {
    const request = { epochs: [`${props.run}/${props.last}`], sampler: "ddpm", count: 16, tab: "watch", ...settings };
    return [text.watch, `?${queryOf(request)}`];
  };
  /** @type {Record<string, () => Link>} */
  const links = {
    film: () => watch({ count: 32 }),
    ask: () => [text.one_step, "?tab=one-step"],
    leaps: () => watch({ steps: state.n, seed: 0 }),
    fresh: () => watch({ steps: 50, seed: state.seed, fresh_noise: !state.leave }),
    epochs: () => [text.compare, "?tab=compare"],
    blend: () => watch({ steps: 20, count: 8, seed: state.seed, kinds: blended(state).kinds }),
    train: () => [text.train_tab, "?tab=train", "lesson-main"],
  };
  const link = links[state.step]?.();
  return link ? [link] : [];
}
