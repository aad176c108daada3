// @ts-check
/** The two boxes of step 7: what is asked for at each end of the slider, with suggestions from the run's vocabulary. */

import { addButton } from "./dom.js";
import { MAX_WISH } from "./lesson_state.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

const PAUSE = 250; // ms without a key, after which suggestions are asked for
const ASKED = 3; // the move of the step

/** @param {Lesson} lesson */
export function wireWishes(lesson) {
  const { part, props, text } = lesson;
  const boxes = /** @type {HTMLInputElement[]} */ (lesson.all("[data-wish]"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  for (const box of boxes) {
    box.maxLength = MAX_WISH;
    const take = () => {
      if (box.value.trim() === lesson.wishes[wishOf(box)]) return;
      lesson.stop();
      lesson.set({ [box.dataset.wish ?? ""]: box.value.trim() });
      lesson.progress.add(ASKED);
    };
    box.addEventListener("change", take);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) take();
    });
    const read = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => suggest(lesson, box), PAUSE);
    };
    box.addEventListener("input", read);
    box.addEventListener("focus", read);
  }
  for (const [from, to] of /** @type {[string, string][]} */ (props.pairs)) {
    const button = addButton(part("pairs"), () => {
      lesson.stop();
      const { hero, food } = text.knobs;
      const isUsual = from === hero && to === food;
      lesson.set(isUsual ? { from: "", to: "" } : { from, to });
      lesson.progress.add(ASKED);
    });
    button.textContent = `${from} ↔ ${to}`;
  }
  part("pairs").hidden = !props.pairs.length;
}

/** What the boxes hold; the one that is typed in is left alone. @param {Lesson} lesson */
export function showWishes(lesson) {
  for (const box of /** @type {HTMLInputElement[]} */ (lesson.all("[data-wish]"))) {
    if (box !== document.activeElement) box.value = lesson.wishes[wishOf(box)];
  }
}

/** @param {HTMLInputElement} box */
const wishOf = (box) => (box.dataset.wish === "to" ? "to" : "from");

/** @param {Lesson} lesson @param {HTMLInputElement} box */
async function suggest(lesson, box) {
  const text = box.value;
  const answer = await lesson.server.suggest_wishes({ text }).catch(() => null);
  if (!answer?.texts || box.value !== text) return; // without a server the box stands as it is
  lesson.part("wishes").replaceChildren(
    ...answer.texts.map((/** @type {string} */ value) => Object.assign(document.createElement("option"), { value })),
  );
}
