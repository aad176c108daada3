// @ts-check
/**
 * What One step, Paint and Learn ask for, computed by this browser from a plan: the same answers as `predict_once`,
 * `finish`, `predict` and `sample` in diffusion/ui/tabs. In the app answer_here.js calls them, without a server site/.
 */

import { Noise } from "./engine/noise.js";
import { SCHEDULES } from "./engine/schedule.js";
import { contextsOf, drawHere, engineHere, hold, loadPanels } from "./local_drawing.js";
import { distance, mix, predictSprite } from "./noise.js";
import { byChannel, byPixel, floatsOf, pixelsOf, spritesIn } from "./pictures.js";
import { pack, unpack } from "./pixels.js";

/** @typedef {import("./local_drawing.js").Plan} Plan @typedef {import("./local_drawing.js").Hear} Hear */
/** @typedef {(plan: Plan, question: any, hear: Hear) => Promise<any>} Compute */

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

/** The noise that each network of a plan predicts. @param {Plan} plan @param {Float32Array} x @param {number} t @param {Hear} hear */
async function predictHere({ panels, contexts }, x, t, hear) {
  const release = hold(panels);
  try {
    const [engine, found] = [await engineHere(), await loadPanels(panels, hear)];
    const networks = found.map(({ main }) => main);
    return await engine.predict(networks, x, t, contexts.map((asked, i) => contextsOf(asked, networks[i])));
  } finally {
    release();
  }
}

const clamped = (/** @type {number} */ value) => Math.max(-1, Math.min(value, 1));
const rounded = (/** @type {number} */ value) => Math.round(1000 * value) / 1000;
