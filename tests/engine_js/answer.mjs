/** Answers Python's questions about the engine in the browser: in Node, line by line, and in a page. */

import { EngineError } from "../../assets/js/engine/errors.js";
import { LocalEngine } from "../../assets/js/engine/local.js";
import { openEngine } from "../../assets/js/engine/engine.js";
import { MersenneTwister, Noise, mixSeed } from "../../assets/js/engine/noise.js";
import { readSafetensors } from "../../assets/js/engine/safetensors.js";
import { sample } from "../../assets/js/engine/samplers.js";
import { SCHEDULES, levelsOf } from "../../assets/js/engine/schedule.js";
import { loadNetwork } from "../../assets/js/engine/walk.js";
import { floatToHalf } from "../../assets/js/engine/webgpu.js";

const TYPES = { Float32Array, Float64Array, Uint32Array, Uint8Array };
const inNode = Boolean(globalThis.process?.versions?.node);

/** Arrays of numbers travel as base64. */
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (!value || typeof value !== "object") return value;
  if (value.type in TYPES) {
    const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    return new TYPES[value.type](bytes.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, decode(one)]));
}

function encode(value) {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { type: value.constructor.name, base64: btoa(text) };
  }
  if (Array.isArray(value)) return value.map(encode);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encode(one)]));
}

/** Engines on this thread, or in a worker, by their options. */
const engines = new Map();
function engineFor({ worker = false, ...options }) {
  const key = JSON.stringify([worker, options]);
  if (!engines.has(key)) engines.set(key, worker ? openEngine(options) : LocalEngine.open(options));
  return engines.get(key);
}

/** A local engine names a network by its number, the page's by a handle. */
const named = (engine, networks) => (engine instanceof LocalEngine ? networks.map((one) => one && one.id) : networks);

async function collect(engine, networks, request, younger, most) {
  const frames = [];
  for await (const frame of engine.walk(named(engine, networks), request, named(engine, younger))) {
    frames.push(frame);
    if (frames.length === most) break;
  }
  return frames;
}

const CALLS = {
  noise: (seed, count, draws) => {
    const noise = new Noise(seed, count);
    return Array.from({ length: draws }, () => noise.draw());
  },
  seeds: (list) => list.map((words) => mixSeed(words)),
  bits: (seed, count) => {
    const generator = new MersenneTwister(seed);
    return Uint32Array.from({ length: count }, () => generator.bits());
  },
  halves: (values) => Uint32Array.from(values, floatToHalf),
  read: (file) => Object.fromEntries([...readSafetensors(file)].map(([name, { data }]) => [name, data])),
  schedule: (name, levels) => SCHEDULES[name](levels),
  levels: (top, steps) => levelsOf(top, steps),
  /** A walk with a network that Python has too: eps = tanh(x) (1 - t / 2). */
  async sample(seed, settings) {
    const predict = async (x, time) => x.map((value) => Math.tanh(value) * (1 - time / 2));
    const found = [];
    for await (const { t, x, x0 } of sample(predict, SCHEDULES.linear(500), new Noise(seed, 2), settings)) found.push({ t, x, x0 });
    return found;
  },
  /** One evaluation of a graph that Python has made. */
  async graph(options, graph, x, embedding, grids, rowOf) {
    const { backend } = await engineFor(options);
    const program = await backend.compile(graph);
    const asked = { rows: Math.max(...rowOf) + 1, grids, embed: () => embedding };
    const result = await program.evaluate(x, 0, asked, rowOf);
    program.destroy();
    return result;
  },
  load: async (options, file, config) => (await engineFor(options)).load(file, config),
  refuse: async (options, file, config) => loadNetwork((await engineFor(options)).backend, file, config).then(() => null),
  predict: async (options, networks, x, t, contexts) => {
    const engine = await engineFor(options);
    return engine.predict(named(engine, networks), x, t, contexts);
  },
  walk: async (options, networks, request, younger = [], most = Infinity) =>
    collect(await engineFor(options), networks, request, younger, most),
  describe: async (options) => (await engineFor(options)).describe(),
  /** A walk whose device goes away after the first frame; what is seen of it, and of what comes after. */
  async lose(options, file, config, request) {
    const engine = await openEngine(options);
    const network = await engine.load(file, config);
    const seen = [];
    const told = (error) => seen.push(error instanceof EngineError ? error.reason : String(error));
    try {
      for await (const frame of engine.walk([network], request)) {
        seen.push(frame.seq);
        await engine.lose();
      }
    } catch (error) {
      told(error);
    }
    await engine.predict([network], new Float32Array(768), 1).catch(told);
    engine.close();
    await engine.describe().catch(told);
    return seen;
  },
};

/** @param {string} question as JSON: the call and its arguments */
export async function answer(question) {
  const [call, ...values] = decode(JSON.parse(question));
  try {
    return JSON.stringify({ value: encode((await CALLS[call](...values)) ?? null) });
  } catch (error) {
    return JSON.stringify({ error: { ...EngineError.toPlain(error), stack: error.stack } });
  }
}

if (inNode) {
  const { createInterface } = await import("node:readline");
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${await answer(line)}\n`);
}
