// @ts-check
/** The Paint tab without a server; with one, diffusion/ui/tabs/paint.py. */

import { fill } from "../dom.js";
import { queryFor } from "../link.js";
import { finishPainting } from "../local_answers.js";
import { findBackend } from "./backend.js";
import { Refusal } from "./run.js";

const PLAIN_VARIANTS = 4; // where there is no WebGPU
const SETTINGS = { sampler: "sa", steps: 20, youth: 1, surprise: false, kinds: [0, 0, 0, 0, 0] };

/** @param {import("./site.js").Site} site */
export async function openPaint(site) {
  const bench = site.host("paint", { finish_painting: site.answering((drawing) => finish(site, drawing)) });
  const query = queryFor(location.search, "paint");
  if (query) site.write("paint", query.get("prompt") ?? (query.has("sprite") ? "" : bench.props.prompt));
  await Promise.all([bench.mount(), site.box("paint")]);
}

/** @param {import("./site.js").Site} site @param {any} drawing @returns {Promise<any>} */
async function finish({ run, given, hear }, drawing) {
  const epochs = run.epochs.slice(drawing.all ? -given.max_epochs : -1).toReversed();
  const { guidance, variants } = given.paint;
  const count = (await findBackend()) === "plain" ? PLAIN_VARIANTS : variants;
  const asked = { ...SETTINGS, count, seed: drawing.seed, prompt: drawing.prompt, guidance };
  let refusal = "";
  const { plan, left } = await run.plan(epochs, asked, ["x"]).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.message; // it understands none of the words; the paint says something all the same
    return run.plan(epochs, { ...asked, prompt: "" }, ["x"]);
  });
  const note = refusal || (left && fill(given.words.left_out, { words: left }));
  return { ...(await finishPainting(plan, drawing, hear)), note };
}
