// @ts-check
/** Weights on their way to this browser, in a sentence for those who wait. */

import { fill } from "./dom.js";

const MEGABYTE = 1e6;
const PAUSE = 1000; // ms between two sentences, which are read aloud too

/**
 * @param {{ fetching: string, working: string }} text @param {(sentence: string) => void} say
 * @returns {import("./local_drawing.js").Hear}
 */
export function sayFetching(text, say) {
  let said = -PAUSE;
  return (label, done, all) => {
    const now = performance.now();
    if (done !== all && now - said < PAUSE) return;
    said = now;
    const [read, size] = [done, Math.max(done, all)].map((bytes) => (bytes / MEGABYTE).toFixed(1));
    say(done === all ? text.working : fill(text.fetching, { label, done: read, all: size }));
  };
}
