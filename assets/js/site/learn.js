// @ts-check
/** The Learn tab without a server; with one, diffusion/ui/tabs/learn.py. */

import { pack, unpack } from "../pixels.js";
import { contextsOf, drawHere, engineHere, loadPanels } from "../local_drawing.js";
import { byChannel, byPixel } from "./pictures.js";

const MOMENTS = 26; // of a walk that is shown, the first and the last among them
const NOTHING = { prompt: "", guidance: 1, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openLearn(site) {
  const host = site.host("learn", {
    ask_noise: site.answering((sent) => askNoise(site, sent)),
    ask_walk: site.answering((sent) => askWalk(site, sent)),
    suggest_wishes: async ({ text }) => {
      const { suggestions = [], names = [], examples = [] } = await site.run.read(text);
      const texts = suggestions.map((/** @type {{ text: string }} */ one) => one.text);
      return { texts: texts.length ? texts : [...names, ...examples] };
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
async function askWalk({ run, hear, given }, { epoch, film = true, wishes, blend, ...sent }) {
  const asked = { ...NOTHING, sampler: "ddpm", ...sent };
  if (wishes) Object.assign(asked, { prompt: await run.blend(wishes, blend / 100), guidance: given.blend.guidance });
  const { plan } = await run.plan([epoch], asked, ["x"]);
  const wanted = new Set(Array.from({ length: MOMENTS }, (_, i) => Math.floor((asked.steps * i) / (MOMENTS - 1))));
  const shown = [];
  for await (const frame of drawHere(plan, hear)) {
    if (film ? wanted.has(frame.step) : frame.t === 0) shown.push(frame);
  }
  const { columns, rows } = shown[0];
  const sheets = shown.map(({ panels }) => panels[0].x);
  return { t: shown.map(({ t }) => t), sheets, columns, rows, prompt: asked.prompt };
}
