// @ts-check
/** The Learn tab: puts a lesson on the page, and wires its knobs, buttons and keys. */

import { drawRgb } from "./canvas.js";
import { addButton, find } from "./dom.js";
import { Lesson } from "./lesson.js";
import { ACTS } from "./lesson_play.js";
import { wirePresenting } from "./lesson_present.js";
import { wireWishes } from "./lesson_wishes.js";
import { SIZE, bytesOf } from "./pixels.js";

const OPENED = 1; // the move of the last step that its link is
const STEPS_TO_TRY = [2, 5, 10, 20, 50, 500];

/** @param {import("./types").Host} host */
export function mount(host) {
  const lesson = new Lesson(host);
  nameParts(lesson);
  addStepButtons(lesson);
  addChoices(lesson);
  wireButtons(lesson);
  wireKnobs(lesson);
  wireKeys(lesson);
  wireWishes(lesson);
  lightSymbols(lesson);
  lesson.stop();
  wirePresenting(lesson);
  new ResizeObserver(() => lesson.root.clientWidth && lesson.show()).observe(lesson.root);
  return lesson;
}

/** @param {Lesson} lesson */
function nameParts({ root, part, text }) {
  /** @param {string} name @param {(node: HTMLElement, key: string) => void} put */
  const each = (name, put) => {
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${name}]`))) {
      put(node, node.dataset[name] ?? "");
    }
  };
  each("text", (node, key) => (node.textContent = text[key]));
  each("word", (node, key) => (node.textContent = text.knobs[key]));
  each("picture", (node, key) => (node.textContent = text.pictures[key]));
  each("label", (node, key) => node.setAttribute("aria-label", text.knobs[key]));
  find(root, "nav").setAttribute("aria-label", text.bar);
  part("play").title = text.play_hint;
}

/** @param {Lesson} lesson */
function addStepButtons(lesson) {
  const { part, text, steps, lessonSteps } = lesson;
  steps.forEach((step, i) => {
    const button = addButton(part("steps").appendChild(document.createElement("li")), () => lesson.go(step));
    button.innerHTML = '<b></b> <span class="lesson-caption"></span> <span class="lesson-done player-announce"></span>';
    find(button, "b").textContent = i < lessonSteps.length ? String(i + 1) : "+";
    find(button, ".lesson-caption").textContent = text.steps[step].name;
  });
}

/** Sprites, epochs, numbers of steps and mistakes to choose from. @param {Lesson} lesson */
function addChoices(lesson) {
  const { part, text, props } = lesson;
  props.sprites.forEach((/** @type {string} */ sprite, /** @type {number} */ i) => {
    const button = addButton(part("gallery"), () => {
      lesson.stop();
      lesson.set({ sprite: i });
      lesson.progress.add(0);
    });
    button.setAttribute("aria-label", `${text.knobs.sprite} ${i + 1}`);
    button.append(drawRgb(bytesOf(sprite), SIZE, SIZE));
  });
  addRadios(part("ask-epochs"), "model", props.epochs);
  addRadios(part("leap-steps"), "n", STEPS_TO_TRY);
  props.mistakes.forEach((/** @type {string} */ name, /** @type {number} */ i) => {
    const button = addButton(part("mistakes"), () => {
      lesson.stop();
      lesson.set({ mistake: i });
    });
    button.textContent = `${i + 1} ${text.mistakes[name].name}`;
  });
}

/** @param {HTMLElement} place @param {string} knob @param {number[]} values */
function addRadios(place, knob, values) {
  for (const value of values) {
    const label = place.appendChild(document.createElement("label"));
    const input = label.appendChild(document.createElement("input"));
    Object.assign(input, { type: "radio", name: `lesson-${place.dataset.part}`, value });
    input.dataset.knob = knob;
    label.append(` ${value}`);
  }
}

/** @param {Lesson} lesson */
function wireButtons(lesson) {
  const { part, root, steps } = lesson;
  part("back").addEventListener("click", () => lesson.go(steps[lesson.place - 1]));
  part("next").addEventListener("click", () => lesson.go(steps[lesson.place + 1]));
  part("play").addEventListener("click", () => lesson.toggle());
  root.addEventListener("click", ({ target }) => {
    if (/** @type {Element} */ (target).closest("a.lesson-main")) lesson.progress.add(OPENED);
    const button = /** @type {Element} */ (target).closest("[data-act]");
    if (!(button instanceof HTMLElement)) return;
    lesson.stop();
    ACTS[button.dataset.act ?? ""](lesson);
  });
}

/** @param {Lesson} lesson */
function wireKnobs(lesson) {
  for (const kind of ["pointerdown", "keydown", "input"]) {
    lesson.root.addEventListener(kind, () => (lesson.touched = true), { capture: true });
  }
  lesson.root.addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const knob = input === lesson.part("film") ? "at" : input.dataset.knob; // the film has as many frames as the reel
    if (!knob) return;
    lesson.stop();
    lesson.set({ [knob]: knob === "view" ? input.value : Number(input.value) });
    lesson.progress.addMoved(knob);
  });
}

/** @param {Lesson} lesson */
function wireKeys(lesson) {
  const { root, steps } = lesson;
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    const here = target === document.body || root.contains(target);
    if (!here || !root.clientWidth || event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.closest("input, select, textarea, pre")) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => lesson.go(steps[lesson.place - 1]),
      ArrowRight: () => lesson.go(steps[lesson.place + 1]),
    };
    if (!target.closest("button, a")) keys[" "] = () => lesson.toggle();
    if (!keys[event.key]) return;
    lesson.touched = true;
    event.preventDefault();
    keys[event.key]();
  });
}

/** Point at a symbol or at a picture, and what belongs to it lights up in formula, legend and pictures. @param {Lesson} lesson */
function lightSymbols(lesson) {
  lesson.element.addEventListener("pointerover", ({ target }) => {
    const node = target instanceof Element && target.closest("[data-sym], [data-means], [data-draws]");
    const named = node && (node.getAttribute("data-sym") ?? node.getAttribute("data-means") ?? node.getAttribute("data-draws"));
    for (const lit of lesson.all(".lit")) lit.classList.remove("lit");
    for (const name of (named || "").split(" ").filter(Boolean)) {
      const same = `[data-sym="${name}"], [data-means="${name}"], [data-draws~="${name}"]`;
      for (const one of lesson.all(same)) one.classList.add("lit");
    }
  });
}
