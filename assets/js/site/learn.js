// @ts-check
/** The Learn tab without a server; with one, diffusion/ui/tabs/learn.py. */

import { predictNoise, walk } from "../local_answers.js";

const NOTHING = { prompt: "", guidance: 1, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openLearn(site) {
  const { run, hear } = site;
  const host = site.host("learn", {
    ask_noise: site.answering(async (sent) => {
      const { plan } = await run.plan([sent.epoch], { ...NOTHING, count: 1, seed: 0 }, []);
      return predictNoise(plan, sent, hear);
    }),
    ask_walk: site.answering((sent) => askWalk(site, sent)),
    suggest_wishes: async ({ text }) => {
      const { suggestions = [], names = [], examples = [] } = await run.read(text);
      const texts = suggestions.map((/** @type {{ text: string }} */ one) => one.text);
      return { texts: texts.length ? texts : [...names, ...examples] };
    },
  });
  await host.mount();
}

/** @param {import("./site.js").Site} site @param {any} sent */
async function askWalk({ run, hear, given }, sent) {
  const { epoch, film, wishes, blend, ...settings } = sent;
  const asked = { ...NOTHING, sampler: "ddpm", ...settings };
  if (wishes) Object.assign(asked, { prompt: await run.blend(wishes, blend / 100), guidance: given.blend.guidance });
  const { plan } = await run.plan([epoch], asked, ["x"]);
  return { ...(await walk(plan, { film }, hear)), prompt: asked.prompt };
}
