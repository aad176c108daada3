// @ts-check
/**
 * Drawings that this browser makes, as diffusion/ui/parts/local_drawing.py and site/run.js plan them: one engine for the
 * page, and the networks by the addresses of their weights.
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
 * @property {Record<string, any>} [recipe]
 * @property {string[]} [words] @property {string[]} [names]
 * @property {Record<string, any> | null} [network]
 */
/** @typedef {(label: string, done: number, all: number) => void} Hear bytes of weights that are on their way */

const KEPT = 8; // networks, 10 MB each on the card
const TOLERANCE = 0.01; // between two ways to compute the same noise, whose spread is 1

/** What computes: in the app the graphics card, and else the server; without a server see site/backend.js. */
const choice = {
  /** @type {() => Promise<"webgpu" | "plain">} */
  find: async () => "webgpu",
  /** After a failure of the card: whether this browser goes on without it. @type {() => Promise<boolean>} */
  leave: async () => false,
};

/** @param {typeof choice} other */
export const chooseBy = (other) => Object.assign(choice, other);

/** @type {Promise<import("./engine/engine.js").Engine> | null} */
let opening = null;
/** By address, the latest last. @type {Map<string, Promise<Net.Handle>>} */
const networks = new Map();
/** Addresses in use, each as often as it is. @type {string[]} */
const held = [];
let isTrusted = false; // the card's numbers have been compared

/** The engine, on the graphics card where there is one. */
export const engineHere = () => (opening ??= openHere());

async function openHere() {
  const backend = await choice.find();
  try {
    return await openEngine({ backend });
  } catch (error) {
    if (!(await choice.leave())) throw error;
    return openEngine({ backend: "plain" });
  }
}

/** After an error, the next drawing begins anew. */
export async function restartEngine() {
  const before = opening;
  [opening, isTrusted] = [null, false];
  networks.clear();
  (await before?.catch(() => null))?.close();
}

/** Keeps the networks of these panels, however many others come, until what it returns is called. @param {PlannedPanel[]} panels */
export function hold(panels) {
  const addresses = panels.flatMap(({ weights, younger }) => (younger ? [weights, younger] : [weights]));
  held.push(...addresses);
  return () => {
    for (const one of addresses) held.splice(held.indexOf(one), 1);
  };
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
  const release = hold(plan.panels);
  try {
    yield* walkHere(plan, hear);
  } catch (error) {
    await restartEngine();
    const isGpus = error instanceof EngineError && ["lost", "failed"].includes(error.reason);
    if (!isGpus || !(await choice.leave())) throw error;
    yield* walkHere(plan, hear);
  } finally {
    release();
  }
}

/** @param {Plan} plan @param {Hear} hear @returns {AsyncGenerator<Record<string, any>>} */
async function* walkHere(plan, hear) {
  const engine = await engineHere();
  const found = await loadPanels(plan.panels, hear);
  const { panels, contexts, request, views, ...others } = plan;
  const about = Object.fromEntries(Object.entries(others).filter(([, one]) => one && /** @type {any} */ (one).length !== 0));
  const labels = panels.map(({ label }) => label);
  const dense = contexts.map((rows, i) => contextsOf(rows, found[i].main));
  yield* engine.walk(found.map(({ main }) => main), { ...request, views, about, labels, contexts: dense }, found.map(({ young }) => young));
}

/** @param {SparseRow[]} rows @param {Net.Handle} network */
export function contextsOf(rows, { names }) {
  const dense = rows.map((row) => {
    const context = new Float32Array(names);
    for (const [at, weight] of row) {
      if (at >= names) throw new EngineError("unsupported", "these weights know fewer words");
      context[at] = weight;
    }
    return context;
  });
  return dense.length === 1 ? dense[0] : dense;
}

/**
 * @param {import("./engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
 * @param {(done: number, all: number) => void} hear
 */
async function networkAt(engine, address, config, hear) {
  const network = networks.get(address) ?? fetchNetwork(engine, address, config, hear);
  networks.delete(address);
  networks.set(address, network);
  network.catch(() => networks.delete(address));
  for (const [old, one] of [...networks].slice(0, -KEPT)) {
    if (held.includes(old)) continue;
    networks.delete(old);
    engine.unload(await one);
  }
  return network;
}

/**
 * The address changes with the weights, so what a browser has kept is never out of date.
 * @param {import("./engine/engine.js").Engine} engine @param {string} address @param {Record<string, any>} config
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
  const file = await new Blob(pieces).arrayBuffer();
  const network = await engine.load(file, config);
  if (!isTrusted && (await choice.find()) === "webgpu") await compareWays(engine, network, file, config);
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
