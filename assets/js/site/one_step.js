// @ts-check
/** The One step tab without a server; with one, diffusion/ui/tabs/one_step.py. */

import { queryFor } from "../link.js";
import { predictOnce } from "../local_answers.js";

const ASKED = { count: 1, guidance: 1, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openOneStep(site) {
  const { run, given, hear } = site;
  const answer = async (/** @type {any} */ drawing) => {
    const { seed, prompt } = drawing;
    const { plan } = await run.plan(run.epochs.slice(-given.max_epochs), { ...ASKED, seed, prompt }, []);
    return predictOnce(plan, drawing, hear);
  };
  const bench = site.host("one-step", { one_step: site.answering(answer) });
  const query = queryFor(location.search, "one-step");
  if (query) site.write("one-step", query.get("prompt") ?? "");
  await Promise.all([bench.mount(), site.box("one-step")]);
}
