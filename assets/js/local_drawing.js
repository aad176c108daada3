// @ts-check
/**
 * Drawings that this browser makes itself, as diffusion/ui/parts/local_drawing.py plans them: one engine for the page,
 * and the networks by the addresses of their weights.
 */

import { openEngine } from "./engine/engine.js";
import { EngineError } from "./engine/errors.js";

/** @typedef {{ label: string, weights: string, younger: string | null, config: Record<string, any> }} PlannedPanel */
/** @typedef {[at: number, weight: number][]} SparseRow of a context: the places that are not 0 */
/**
 * @typedef {object} Plan
 * @property {PlannedPanel[]} panels
 * @property {Net.Request} request
 * @property {SparseRow[][]} contexts of each panel: one row for all sprites, or one for each
 * @property {("x" | "x0" | "eps")[]} views
 * @property {Record<string, any>} recipe
 * @property {string[]} words @property {string[]} names
 * @property {Record<string, any> | null} network
 */

const TOLERANCE = 0.01; // between two ways to compute the same noise, whose spread is 1
const KEPT = 8; // networks, 10 MB each on the card

/** @type {Promise<import("./engine/engine.js").Engine> | null} */
let opening = null;
/** By address, the latest last. @type {Map<string, Promise<Net.Handle>>} */
const networks = new Map();
let isTrusted = false; // its numbers have been compared

/**
 * The frames of a plan, as the server sends them. EngineError where this browser cannot: then the server has to.
 * @param {Plan} plan @param {(label: string) => void} fetching hears which weights are on their way
 * @param {Net.Options["backend"]} [backend] @returns {AsyncGenerator<Record<string, any>>}
 */
export async function* drawHere(plan, fetching, backend = "webgpu") {
  opening ??= openEngine({ backend });
  try {
    const engine = await opening;
    const found = /** @type {{ main: Net.Handle, young: Net.Handle | null }[]} */ ([]);
    for (const { label, weights, younger, config } of plan.panels) {
      const load = (/** @type {string} */ address) => networkAt(engine, address, config, () => fetching(label));
      found.push({ main: await load(weights), young: younger ? await load(younger) : null });
    }
    const { request, views, recipe, words, network } = plan;
    const contexts = plan.contexts.map((rows, i) => {
      const dense = rows.map((row) => denseRow(row, found[i].main.names));
      return dense.length === 1 ? dense[0] : dense;
    });
    const labels = plan.panels.map(({ label }) => label);
    const asked = { ...request, contexts, labels, views, recipe, words, names: plan.names, network };
    yield* engine.walk(found.map(({ main }) => main), asked, found.map(({ young }) => young));
  } catch (error) {
    (await opening.catch(() => null))?.close();
    [opening, isTrusted] = [null, false];
    networks.clear();
    throw error;
  }
}

/**
 * @param {import("./engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
 * @param {() => void} fetching @returns {Promise<Net.Handle>}
 */
async function networkAt(engine, address, config, fetching) {
  const network = networks.get(address) ?? fetchNetwork(engine, address, config, fetching);
  networks.delete(address);
  networks.set(address, network);
  for (const [old, one] of [...networks].slice(0, -KEPT)) {
    networks.delete(old);
    engine.unload(await one);
  }
  return network;
}

/**
 * @param {import("./engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
 * @param {() => void} fetching
 */
async function fetchNetwork(engine, address, config, fetching) {
  fetching();
  const answer = await fetch(new URL(address, document.baseURI));
  if (!answer.ok) throw new EngineError("bad-file", `${address}: ${answer.status}`);
  const file = await answer.arrayBuffer();
  const network = await engine.load(file, config);
  if (!isTrusted) await compareWays(engine, network, file, config);
  isTrusted = true;
  return network;
}

/**
 * The first network of a graphics card is asked once, and so is the plain path: a driver that computes wrongly draws
 * nothing. @param {import("./engine/engine.js").Engine} engine @param {Net.Handle} network @param {ArrayBuffer} file
 * @param {Record<string, any>} config
 */
async function compareWays(engine, network, file, config) {
  const plain = await openEngine({ backend: "plain" });
  try {
    const x = Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => Math.sin(i * i)); // of no network's making
    const level = Math.round(network.levels / 2);
    const [[ours], [right]] = await Promise.all([
      engine.predict([network], x, level),
      plain.predict([await plain.load(file, config)], x, level),
    ]);
    const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i])), 0);
    if (!(worst < TOLERANCE)) throw new EngineError("failed", `this graphics card is off by ${worst}`);
  } finally {
    plain.close();
  }
}

/** @param {SparseRow} row @param {number} names */
function denseRow(row, names) {
  const dense = new Float32Array(names);
  for (const [at, weight] of row) {
    if (at >= names) throw new EngineError("unsupported", "these weights know fewer words");
    dense[at] = weight;
  }
  return dense;
}
