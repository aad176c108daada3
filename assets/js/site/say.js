// @ts-check
/** One sentence at the foot of the window, for what a page with a server says in Gradio's toasts. */

import { find } from "../dom.js";

const STAYS = 8000; // ms

/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** @param {string} sentence empty: nothing any more @param {number} [stays] ms; 0: until the next */
export function say(sentence, stays = STAYS) {
  const place = find(document, "#site-said");
  clearTimeout(waiting);
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence && stays) waiting = setTimeout(() => say(""), stays);
}
