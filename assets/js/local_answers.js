// @ts-check
/**
 * What One step, Paint and Learn ask for, computed by this browser from a plan: the same answers as `predict_once`,
 * `finish`, `predict` and `sample` in diffusion/ui/tabs. The page without a server plans by itself (site/).
 */

import { Noise } from "./engine/noise.js";
import { SCHEDULES } from "./engine/schedule.js";
import { contextsOf, drawHere, engineHere, loadPanels } from "./local_drawing.js";
import { distance, mix, predictSprite } from "./noise.js";
import { byChannel, byPixel, floatsOf, pixelsOf, spritesIn } from "./pictures.js";
import { pack, unpack } from "./pixels.js";
import { drawingPlace, giveUp } from "./place.js";

/** @typedef {import("./local_drawing.js").Plan} Plan @typedef {import("./local_drawing.js").Hear} Hear */
/** @typedef {(plan: Plan, question: any, hear: Hear) => Promise<any>} Compute */
/** @typedef {Record<string, (question: any) => Promise<any>>} Server its functions */

const MOMENTS = 26; // of a walk that is shown, the first and the last among them

/** @type {Compute} */
export async function predictOnce(plan, { pixels, t, seed }, hear) {
  const { schedule = "linear", levels = 500 } = plan.panels[0].config;
  const { x0, eps, xt, signal, noise } = mix(floatsOf(pixels), new Noise(seed, 1).draw(), SCHEDULES[schedule](levels).alphaBar[t]);
  const predicted = await predictHere(plan, xt, t, hear);
  const strong = (/** @type {Float32Array} */ one) => pixelsOf(one.map((value) => noise * value));
  const rows = predicted.map((one, i) => {
    const clean = predictSprite(xt, one, signal, noise);
    const errors = { eps_error: rounded(distance(one, eps)), x0_error: rounded(distance(clean.map(clamped), x0)) };
    return { label: plan.panels[i].label, eps: strong(one), x0: pixelsOf(clean), ...errors };
  });
  return { t, x: pixelsOf(xt), eps: strong(eps), rows };
}

/** @type {Compute} */
export async function finishPainting(plan, { pixels, t }, hear) {
  plan.request.begin = { x0: floatsOf(pixels), level: t };
  let last;
  for await (const frame of drawHere(plan, hear)) last = frame;
  const found = /** @type {any} */ (last);
  const panels = found.panels.map((/** @type {any} */ { label, x }) => ({ label, sprites: spritesIn(x, found) }));
  return { panels, count: found.count };
}

/** @type {Compute} */
export async function predictNoise(plan, { x, t }, hear) {
  const [eps] = await predictHere(plan, byChannel(unpack(x)), t, hear);
  return { eps: pack(byPixel(eps)) };
}

/** @type {Compute} */
export async function walk(plan, { film = true }, hear) {
  const { steps } = plan.request;
  const wanted = new Set(Array.from({ length: MOMENTS }, (_, i) => Math.floor(((steps ?? 0) * i) / (MOMENTS - 1))));
  const shown = [];
  for await (const frame of drawHere(plan, hear)) {
    if (film ? wanted.has(frame.step) : frame.t === 0) shown.push(frame);
  }
  const { columns, rows } = shown[0];
  return { t: shown.map(({ t }) => t), sheets: shown.map(({ panels }) => panels[0].x), columns, rows };
}

/**
 * A server whose functions let this browser compute where it draws: they then answer with a plan, and with all of the
 * answer that needs no network. What fails here, the server computes.
 * @param {Server} server @param {Record<string, Compute>} computes by the names of functions
 * @param {Hear} [hear] @returns {Server}
 */
export function answerHere(server, computes, hear = () => {}) {
  const answer = async (/** @type {string} */ name, /** @type {any} */ question) => {
    if ((await drawingPlace()) !== "browser") return server[name](question);
    const { plan, ...answered } = await server[name]({ ...question, place: "browser" });
    if (!plan) return answered;
    try {
      return { ...answered, ...(await computes[name](plan, question, hear)) };
    } catch (error) {
      console.warn("this browser could not compute:", error);
      giveUp();
      return server[name](question);
    }
  };
  const names = Object.keys(computes);
  return Object.fromEntries(names.map((name) => [name, (/** @type {any} */ question) => answer(name, question)]));
}

/** The noise that each network of a plan predicts. @param {Plan} plan @param {Float32Array} x @param {number} t @param {Hear} hear */
async function predictHere({ panels, contexts }, x, t, hear) {
  const [engine, found] = [await engineHere(), await loadPanels(panels, hear)];
  const networks = found.map(({ main }) => main);
  return engine.predict(networks, x, t, contexts.map((asked, i) => contextsOf(asked, networks[i])));
}

const clamped = (/** @type {number} */ value) => Math.max(-1, Math.min(value, 1));
const rounded = (/** @type {number} */ value) => Math.round(1000 * value) / 1000;
