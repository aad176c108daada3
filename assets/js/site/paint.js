// @ts-check
/** The Paint tab without a server; with one, diffusion/ui/tabs/paint.py. */

import { fill } from "../dom.js";
import { queryFor } from "../link.js";
import { findBackend } from "./backend.js";
import { drawHere } from "../local_drawing.js";
import { floatsOf, spritesIn } from "./pictures.js";
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

/** As `finish` in tabs/paint.py. @param {import("./site.js").Site} site @param {any} drawing @returns {Promise<any>} */
async function finish({ run, given, hear }, { pixels, t, seed, prompt, all }) {
  const epochs = run.epochs.slice(all ? -given.max_epochs : -1).toReversed();
  const { guidance, variants } = given.paint;
  const count = (await findBackend()) === "plain" ? PLAIN_VARIANTS : variants;
  const asked = { ...SETTINGS, count, seed, prompt, guidance };
  let refusal = "";
  const { plan, left } = await run.plan(epochs, asked, ["x"]).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.message; // it understands none of the words; the paint says something all the same
    return run.plan(epochs, { ...asked, prompt: "" }, ["x"]);
  });
  plan.request.begin = { x0: floatsOf(pixels), level: t };
  let last;
  for await (const frame of drawHere(plan, hear)) last = frame;
  const found = /** @type {any} */ (last);
  const panels = found.panels.map((/** @type {any} */ { label, x }) => ({ label, sprites: spritesIn(x, found) }));
  return { panels, count, note: refusal || (left && fill(given.words.left_out, { words: left })) };
}
