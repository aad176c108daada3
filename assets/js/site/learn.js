// @ts-check
/** The Learn tab without a server; with one, diffusion/ui/tabs/learn.py. */

import { fill } from "../dom.js";
import { pack, unpack } from "../pixels.js";
import { contextsOf, drawHere, engineHere, loadPanels, restartEngine } from "./drawing.js";
import { byChannel, byPixel } from "./pictures.js";

const MOMENTS = 26; // of a walk that is shown, the first and the last among them
const NOTHING = { prompt: "", guidance: 1, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openLearn(site) {
  const { given, run } = site;
  /** @param {(sent: any) => Promise<any>} act */
  const answering = (act) => async (/** @type {any} */ sent) => {
    try {
      return await act(sent);
    } catch (error) {
      if (error instanceof RangeError) return { mistake: error.message };
      await restartEngine();
      return { mistake: fill(given.words.failed, { reason: error instanceof Error ? error.message : error }) };
    }
  };
  const host = site.host("learn", {
    ask_noise: answering((sent) => askNoise(site, sent)),
    ask_walk: answering((sent) => askWalk(site, sent)),
    suggest_wishes: async ({ text }) => {
      const { suggestions, names, examples } = (await run.prompts()).read(text);
      return { texts: suggestions.length ? suggestions.map((one) => one.text) : [...names, ...examples] };
    },
  });
  await host.mount();
}

/** As `predict` in tabs/learn.py. @param {import("./site.js").Site} site @param {any} sent */
async function askNoise({ run, hear }, { x, t, epoch }) {
  const { plan } = await run.plan([epoch], { ...NOTHING, count: 1, seed: 0 }, []);
  const [engine, [{ main }]] = [await engineHere(), await loadPanels(plan.panels, hear)];
  const [eps] = await engine.predict([main], byChannel(unpack(x)), t, [contextsOf(plan.contexts[0], main)]);
  return { eps: pack(byPixel(eps)) };
}

/** As `sample` in tabs/learn.py. @param {import("./site.js").Site} site @param {any} sent */
async function askWalk(site, { epoch, film = true, wishes, blend, ...sent }) {
  const { run, hear, given } = site;
  const asked = { ...NOTHING, sampler: "ddpm", ...sent };
  if (wishes) Object.assign(asked, { prompt: await blendOf(site, wishes, blend / 100), guidance: given.blend.guidance });
  const { plan } = await run.plan([epoch], asked, ["x"]);
  const wanted = new Set(Array.from({ length: MOMENTS }, (_, i) => Math.floor((asked.steps * i) / (MOMENTS - 1))));
  const shown = [];
  for await (const frame of drawHere(plan, hear)) {
    if (film ? wanted.has(frame.step) : frame.t === 0) shown.push(frame);
  }
  const { columns, rows } = shown[0];
  return { t: shown.map(({ t }) => t), sheets: shown.map(({ panels }) => panels[0].x), columns, rows, prompt: asked.prompt };
}

/** As `blend_prompts` in tabs/learn.py. @param {import("./site.js").Site} site @param {string[]} wishes @param {number} share of the second */
async function blendOf({ run, given }, [one, other], share) {
  const prompts = await run.prompts();
  /** @type {Record<string, number>} */
  const blended = {};
  for (const [text, weight] of /** @type {[string, number][]} */ ([[one, 1 - share], [other, share]])) {
    const { words, missing } = prompts.ask(text);
    if (missing.length) throw new RangeError(fill(given.words.not_understood, { text: missing.join(", ") }));
    for (const word of words) blended[word.name] = (blended[word.name] ?? 0) + weight * word.weight;
  }
  const rounded = Object.entries(blended).map(([name, weight]) => ({ name, weight: Math.round(1000 * weight) / 1000 }));
  return prompts.write(rounded.filter(({ weight }) => weight > 0));
}
