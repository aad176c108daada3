// @ts-check
/** What each step of the lesson paints. */

import { fill } from "./dom.js";
import { ALL_STEPS, viewOf } from "./lesson_stage.js";
import { frameOf, inSteps, momentOf, withNoise } from "./lesson_state.js";
import { distance, predictSprite } from "./noise.js";

/** @typedef {import("./lesson.js").Lesson} Lesson @typedef {import("./lesson_stage.js").Stage} Stage */

const ROW = { mistakes: 0, with_z: 12, without_z: 14, blend: 16 }; // of 8 sprites, in the shipped pictures
const SIXTEEN = { count: 16, columns: 4 };

/** @param {unknown} value */
const number = (value) => Number(value).toFixed(2);

/** @type {Record<string, (stage: Stage, lesson: Lesson) => void>} */
export const PAINT = {
  film(stage, { state, text, answers }) {
    const frame = stage.frameAt(frameOf(state, answers.frames));
    if (!frame) return;
    stage.grid("film", viewOf(frame.panels.at(-1), state.view), fill(text.pictures.sheet, { t: frame.t }));
    stage.read("film", frame.t ? fill(text.readings.level, { t: frame.t }) : text.readings.finished);
  },

  noise(stage, lesson) {
    const { x0, eps, signal, noise, xt } = lesson.mixture();
    stage.tile("clean", x0.map((value) => signal * value));
    stage.tile("noise", eps.map((value) => noise * value));
    stage.tile("mixture", xt);
    stage.read("signal", `× ${number(signal)}`);
    stage.read("noise", `× ${number(noise)}`);
    stage.press("gallery", lesson.state.sprite);
  },

  ask(stage, lesson) {
    const { state, answers, text } = lesson;
    state.t = Math.max(1, state.t);
    const { x0, eps, signal, noise, xt } = lesson.mixture();
    stage.tile("asked", xt);
    stage.tile("truth", x0);
    const isSharp = state.asked > 0 && answers.hasPredicted();
    const known = state.asked > 0 ? answers.predicted : undefined;
    stage.tile("guess", known ? known.map((value) => noise * value) : null);
    stage.tile("behind", known && state.asked > 1 ? predictSprite(xt, known, signal, noise) : null);
    for (const name of ["guess", "behind"]) stage.canvases[name].classList.toggle("stale", Boolean(known && !isSharp));
    stage.read("times", `× ${number(noise)}`);
    stage.read("over", `÷ ${number(signal)}`);
    if (!state.asked) stage.read("ask", text.readings.not_asked);
    else if (isSharp && known) stage.read("ask", fill(text.readings.noise_error, { error: number(distance(known, eps)) }));
    stage.button("subtract").disabled = !state.asked;
  },

  leaps(stage, { state, answers, text, props }) {
    const first = stage.frameAt(0);
    if (!first) return;
    stage.grid("leap", viewOf(first.panels.at(-1), "x0"), text.pictures.leap, SIXTEEN);
    const label = fill(text.pictures.many, { n: state.n });
    if (state.n === ALL_STEPS) {
      const frame = stage.frameAt(momentOf(state, answers.frames));
      stage.grid("many", viewOf(frame?.panels.at(-1), "x"), label, SIXTEEN);
    } else {
      stage.walk("many", answers.walk(inSteps(state)), label, SIXTEEN);
    }
    stage.read("many", label);
    const { by_steps } = props.measured;
    const [one, many] = [by_steps[1], by_steps[state.n]];
    const template = one && many ? text.readings.leaps : many ? text.readings.leaps_many : "";
    stage.read("leaps", fill(template, { one: number(one?.mean), n: state.n, many: number(many?.mean) }));
  },

  fresh(stage, { state, answers, text, props }) {
    for (const name of /** @type {const} */ (["with_z", "without_z"])) {
      const label = text.pictures[name];
      const fresh = name === "with_z";
      const first = 8 * ROW[name];
      if (!fresh && !state.leave) stage.grid(name, null, label, SIXTEEN);
      else if (answers.isShipped) stage.grid(name, answers.shipped, label, { ...SIXTEEN, first });
      else stage.walk(name, answers.walk(withNoise(state, fresh)), label, SIXTEEN, answers.shipped, first);
    }
    stage.read("without_z", state.leave ? text.pictures.without_z : "");
    const button = stage.button("leave");
    button.textContent = state.leave ? text.knobs.put : text.knobs.leave;
    button.setAttribute("aria-pressed", String(state.leave === 1));
    const { ours, theirs } = props.measured.fresh ?? {};
    const values = theirs && { ours: number(ours.mean), theirs: number(theirs.mean) };
    stage.read("fresh", values && state.leave ? fill(text.readings.fresh, values) : "");
  },

  epochs(stage, { state, text, props }) {
    stage.epoch("epochs", state.epoch);
    const known = Object.keys(props.quality.epochs).map(Number).filter((epoch) => epoch <= state.epoch);
    if (!known.length) return stage.read("epochs", "");
    const epoch = Math.max(...known);
    const { mean, spread } = props.quality.epochs[epoch];
    const real = number(props.quality.real?.mean);
    stage.read("epochs", fill(text.readings.distance, { epoch, mean: number(mean), spread: number(spread), real }));
  },

  blend(stage, lesson) {
    const { state, answers, text } = lesson;
    const { from, to } = lesson.wishes;
    const label = fill(text.pictures.blend, { from, to, one: 100 - state.blend, other: state.blend });
    const layout = { count: 8, columns: 4 };
    const first = 8 * (ROW.blend + Math.round(state.blend / 5));
    const walk = answers.isShipped ? null : answers.blend();
    if (answers.isShipped) stage.grid("blend", answers.shipped, label, { ...layout, first });
    else stage.walk("blend", walk, label, layout, answers.shipped, first);
    stage.read("blend", answers.isShipped || walk ? label : fill(text.readings.drawing, { label }));
  },

  train(stage, { state, text, props }) {
    stage.epoch("train", state.first);
    const { sprites, pace } = props.facts;
    const seconds = pace[state.first];
    const values = { sprites: (sprites * (state.first + 1)).toLocaleString(), minutes: Math.max(1, Math.round(seconds / 60)) };
    stage.read("train", seconds ? fill(text.readings.seen, values) : "");
  },

  mistakes(stage, lesson) {
    const { state, answers, text, props, part } = lesson;
    const name = props.mistakes[state.mistake];
    part("mistake-name").textContent = text.mistakes[name].name;
    part("mistake-text").textContent = text.mistakes[name].text;
    part("mistake-measured").textContent = props.sentences[name] ?? "";
    stage.press("mistakes", state.mistake);
    lesson.showCode(props.code[`mistakes.${name}`]);
    const columns = part("mistakes").clientWidth < 400 ? 4 : 8;
    ["theirs", "ours"].forEach((whose, i) => {
      const first = 8 * (ROW.mistakes + 2 * state.mistake + i);
      stage.grid(whose, answers.shipped, text.pictures[whose], { count: 8, columns, first, stacked: 2 });
    });
  },
};
