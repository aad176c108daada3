// @ts-check
/** The One step tab without a server; with one, diffusion/ui/tabs/one_step.py. */

import { Noise } from "../engine/noise.js";
import { SCHEDULES } from "../engine/schedule.js";
import { queryFor } from "../link.js";
import { distance, mix, predictSprite } from "../noise.js";
import { contextsOf, engineHere, loadPanels } from "../local_drawing.js";
import { floatsOf, pixelsOf } from "./pictures.js";

const ASKED = { count: 1, guidance: 1, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openOneStep(site) {
  const bench = site.host("one-step", { one_step: site.answering((drawing) => predictOnce(site, drawing)) });
  const query = queryFor(location.search, "one-step");
  if (query) site.write("one-step", query.get("prompt") ?? "");
  await Promise.all([bench.mount(), site.box("one-step")]);
}

/** As `predict_once` in tabs/one_step.py. @param {import("./site.js").Site} site @param {any} drawing @returns {Promise<any>} */
async function predictOnce({ run, given, hear }, { pixels, t, seed, prompt }) {
  const { plan } = await run.plan(run.epochs.slice(-given.max_epochs), { ...ASKED, seed, prompt }, []);
  const [engine, panels] = [await engineHere(), await loadPanels(plan.panels, hear)];
  const { schedule = "linear", levels = 500 } = plan.panels[0].config;
  const abar = SCHEDULES[schedule](levels).alphaBar[t];
  const { x0, eps, xt, signal, noise } = mix(floatsOf(pixels), new Noise(seed, 1).draw(), abar);
  const networks = panels.map(({ main }) => main);
  const contexts = plan.contexts.map((asked, i) => contextsOf(asked, networks[i]));
  const predicted = await engine.predict(networks, xt, t, contexts);
  const strong = (/** @type {Float32Array} */ one) => pixelsOf(one.map((value) => noise * value));
  const rows = predicted.map((one, i) => {
    const clean = predictSprite(xt, one, signal, noise).map((value) => Math.max(-1, Math.min(value, 1)));
    const errors = { eps_error: rounded(distance(one, eps)), x0_error: rounded(distance(clean, x0)) };
    return { label: plan.panels[i].label, eps: strong(one), x0: pixelsOf(clean), ...errors };
  });
  return { t, x: pixelsOf(xt), eps: strong(eps), rows };
}

/** @param {number} value */
const rounded = (value) => Math.round(1000 * value) / 1000;
