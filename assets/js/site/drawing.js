// @ts-check
/** Drawings that this browser makes: one engine for the page, and the networks by the addresses of their weights. */

import { openEngine } from "../engine/engine.js";
import { EngineError } from "../engine/errors.js";
import { findBackend, leaveGpu } from "./backend.js";

/** @typedef {{ label: string, weights: string, younger: string | null, config: Record<string, any> }} PlannedPanel */
/** @typedef {[at: number, weight: number][]} SparseRow of a context: the places that are not 0 */
/**
 * @typedef {object} Plan
 * @property {PlannedPanel[]} panels
 * @property {Net.Request} request
 * @property {SparseRow[][]} contexts of each panel: one row for all sprites, or one for each
 * @property {("x" | "x0" | "eps")[]} views
 * @property {Record<string, any>} [recipe]
 * @property {string[]} [words] @property {string[]} [names]
 */
/** @typedef {(label: string, done: number, all: number) => void} Hear bytes of weights that are on their way */

const KEPT = 8; // networks
const MAX_FRAMES = 50; // of more steps, not every one is shown
const PER_SECOND = 30;

/** @type {Promise<import("../engine/engine.js").Engine> | null} */
let opening = null;
/** By address, the latest last. @type {Map<string, Promise<Net.Handle>>} */
const networks = new Map();

/** The engine, on the graphics card where there is one. */
export const engineHere = () => (opening ??= openHere());

async function openHere() {
  const backend = await findBackend();
  try {
    return await openEngine({ backend });
  } catch (error) {
    if (!(await leaveGpu())) throw error;
    return openEngine({ backend: "plain" });
  }
}

/** After an error, the next drawing begins anew. */
export async function restartEngine() {
  const before = opening;
  opening = null;
  networks.clear();
  (await before?.catch(() => null))?.close();
}

/** @param {PlannedPanel[]} panels @param {Hear} hear @returns {Promise<{ main: Net.Handle, young: Net.Handle | null }[]>} */
export async function loadPanels(panels, hear) {
  const engine = await engineHere();
  const found = [];
  for (const { label, weights, younger, config } of panels) {
    const load = (/** @type {string} */ address) => networkAt(engine, address, config, (done, all) => hear(label, done, all));
    found.push({ main: await load(weights), young: younger ? await load(younger) : null });
  }
  return found;
}

/**
 * The frames of a plan, as the server sends them. Where the graphics card fails, the processor draws them all again: the
 * same noise gives the same sprites.
 * @param {Plan} plan @param {Hear} hear @returns {AsyncGenerator<Record<string, any>>}
 */
export async function* drawHere(plan, hear) {
  try {
    yield* walkHere(plan, hear);
  } catch (error) {
    await restartEngine();
    const isGpus = error instanceof EngineError && ["lost", "failed"].includes(error.reason);
    if (!isGpus || !(await leaveGpu())) throw error;
    yield* walkHere(plan, hear);
  }
}

/** @param {Plan} plan @param {Hear} hear @returns {AsyncGenerator<Record<string, any>>} */
async function* walkHere(plan, hear) {
  const engine = await engineHere();
  const found = await loadPanels(plan.panels, hear);
  const { request, views, recipe, words, names } = plan;
  const labels = plan.panels.map(({ label }) => label);
  const contexts = plan.contexts.map((rows, i) => contextsOf(rows, found[i].main));
  const per_second = (request.steps ?? 0) > MAX_FRAMES ? PER_SECOND : Infinity;
  const asked = { ...request, contexts, labels, views, per_second };
  const walk = engine.walk(found.map(({ main }) => main), asked, found.map(({ young }) => young));
  for await (const frame of walk) yield frame.seq ? frame : { ...frame, recipe, ...(words?.length ? { words } : {}), names };
}

/** @param {SparseRow[]} rows @param {Net.Handle} network */
export function contextsOf(rows, { names }) {
  const dense = rows.map((row) => {
    const context = new Float32Array(names);
    for (const [at, weight] of row) context[at] = weight;
    return context;
  });
  return dense.length === 1 ? dense[0] : dense;
}

/**
 * @param {import("../engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
 * @param {(done: number, all: number) => void} hear
 */
async function networkAt(engine, address, config, hear) {
  const network = networks.get(address) ?? fetchNetwork(engine, address, config, hear);
  networks.delete(address);
  networks.set(address, network);
  network.catch(() => networks.delete(address));
  for (const [old, one] of [...networks].slice(0, -KEPT)) {
    networks.delete(old);
    engine.unload(await one);
  }
  return network;
}

/**
 * The address changes with the weights, so what a browser has kept is never out of date.
 * @param {import("../engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
 * @param {(done: number, all: number) => void} hear
 */
async function fetchNetwork(engine, address, config, hear) {
  const answer = await fetch(new URL(address, document.baseURI), { cache: "force-cache" });
  if (!answer.ok || !answer.body) throw new EngineError("bad-file", `${address}: ${answer.status}`);
  const all = Number(answer.headers.get("content-length")) || 0;
  const pieces = [];
  let done = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { value } = await reader.read();
    if (!value) break;
    pieces.push(value);
    hear((done += value.length), all);
  }
  hear(done, done); // which a compressed answer does not say
  return engine.load(await new Blob(pieces).arrayBuffer(), config);
}
