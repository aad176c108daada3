// @ts-check
/** Walks from noise to sprites on a backend, as diffusion/engine/generation.py and ui/parts/frames.py do on the server. */

import { base64Of } from "../pixels.js";
import { contextUnet } from "./context_unet.js";
import { EngineError } from "./errors.js";
import { Noise } from "./noise.js";
import { readSafetensors } from "./safetensors.js";
import { sample } from "./samplers.js";
import { SCHEDULES } from "./schedule.js";
import { spriteUnet } from "./sprite_unet.js";

const SIDE = 16;
const PICTURE = 3 * SIDE * SIDE;
const DEFAULTS = { // diffusion/engine/request.py
  count: 32, seed: 0, sampler: "sa", steps: 20, guidance: 1, youth: 1, youth_below: 325, eta: 0, fresh_noise: true,
};
const [MAX_SPRITES, MAX_NETWORKS, MAX_WIDTH, MAX_LEVELS] = [64, 6, 512, 10_000];
const MAX_FRAMES = 51; // of one walk: the player fades from one into the next

/** @param {boolean} is @param {string} message */
function require(is, message) {
  if (!is) throw new EngineError("unsupported", message);
}

/**
 * A network ready to be asked. EngineError for files that are none, and for networks that only the server knows.
 * @param {Net.Backend} backend @param {ArrayBuffer | Uint8Array} file of weights @param {any} config as config.json has it
 * @returns {Promise<Net.Network>}
 */
export async function loadNetwork(backend, file, config) {
  const { network = "sprite-unet", width = 64, schedule = "linear", levels = 500 } = config ?? {};
  const variant = config?.vocabulary || network !== "sprite-unet" ? (config?.variant ?? "mended") : "first"; // of before
  const isWhole = (/** @type {unknown} */ value, /** @type {number} */ most) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= most;
  require(isWhole(width, MAX_WIDTH) && width % 8 === 0 && isWhole(levels, MAX_LEVELS) && Object.hasOwn(SCHEDULES, schedule), "config.json is not a run's");
  require(["sprite-unet mended", "sprite-unet first", "context-unet mended"].includes(`${network} ${variant}`), `a browser does not run ${network} (${variant})`);
  const build = network === "sprite-unet" ? spriteUnet : contextUnet;
  const graph = build(readSafetensors(file), { width, variant });
  return { graph, program: await backend.compile(graph), schedule: SCHEDULES[schedule](levels), levels };
}

/**
 * The different contexts of the pictures, and which of them is whose.
 * @param {Float32Array[]} contexts one a picture @param {Net.Network} network
 * @returns {Net.Predict}
 */
function predictor(network, contexts) {
  const places = new Map();
  const different = /** @type {Float32Array[]} */ ([]);
  const rowOf = contexts.map((one) => {
    const key = one.join();
    if (!places.has(key)) places.set(key, different.push(one) - 1);
    return places.get(key);
  });
  const asked = network.graph.ask(different);
  return (x, time) => network.program.evaluate(x, time, asked, rowOf);
}

/** a + weight (b - a). @param {Float32Array} a @param {Float32Array} b @param {number} weight */
const mix = (a, b, weight) => a.map((value, i) => value + weight * (b[i] - value));

/**
 * Guidance as `guide` in diffusion/core/samplers.py. @param {Net.Network} network @param {Float32Array[]} contexts
 * @param {Net.Network | null | undefined} young @param {{ guidance: number, youth: number, youth_below: number }} settings
 * @returns {Net.Predict}
 */
function guide(network, contexts, young, { guidance, youth, youth_below }) {
  const zeros = contexts.map((one) => new Float32Array(one.length));
  const asks = contexts.some((one) => one.some(Boolean));
  const isGuided = asks && guidance !== 1 && guidance !== 0;
  const followed = guidance ? contexts : zeros;
  const main = predictor(network, isGuided ? [...zeros, ...contexts] : followed);
  const other = young && youth !== 1 ? predictor(young, followed) : null;
  const below = youth_below / network.levels;
  return async (x, time) => {
    const twice = new Float32Array(isGuided ? 2 * x.length : 0);
    if (isGuided) {
      twice.set(x);
      twice.set(x, x.length);
    }
    const [both, younger] = await Promise.all([main(isGuided ? twice : x, time), other && time <= below ? other(x, time) : null]);
    const eps = isGuided ? mix(both.subarray(0, x.length), both.subarray(x.length), guidance) : both;
    return younger ? mix(younger, eps, youth) : eps;
  };
}

/** The same noise for several loops in lockstep, drawn once. @param {number} seed @param {number} count @param {number} loops */
function shareNoise(seed, count, loops) {
  const noise = new Noise(seed, count);
  /** @type {Float32Array[]} */
  const drawn = [];
  return Array.from({ length: loops }, () => {
    let next = 0;
    return {
      draw() {
        if (next === drawn.length) drawn.push(noise.draw());
        delete drawn[next - 2]; // the loops are one draw apart at most
        return drawn[next++];
      },
    };
  });
}

/** One context a picture. @param {Net.Network} network @param {Float32Array | Float32Array[] | null | undefined} asked @param {number} count */
function contextsFor({ graph }, asked, count) {
  const list = Array.isArray(asked) ? asked : Array(count).fill(asked ?? new Float32Array(graph.names));
  const fits = list.length === count && list.every((one) => one.length === graph.names && one.every((/** @type {number} */ value) => value >= 0 && value <= 1));
  require(fits, `a context has ${graph.names} weights from 0 to 1 for this network`);
  return list.map((one) => Float32Array.from(one));
}

/**
 * The steps of all networks in lockstep, from the same noise.
 * @param {Net.Network[]} networks @param {(Net.Network | null | undefined)[]} younger of each an earlier epoch, for `youth`
 * @param {Net.Request} request @returns {AsyncGenerator<Net.Step[]>}
 */
export async function* steps(networks, younger, request) {
  const settings = { ...DEFAULTS, ...request };
  const { count, seed } = settings;
  require(networks.length > 0 && networks.length <= MAX_NETWORKS, `1 to ${MAX_NETWORKS} networks walk together`);
  require(Number.isInteger(count) && count > 0 && count <= MAX_SPRITES, `1 to ${MAX_SPRITES} sprites, not ${count}`);
  require(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, `seed must be between 0 and 2^32 - 1, not ${seed}`);
  const { begin } = settings;
  if (begin) {
    const isPicture = begin.x0.length === PICTURE && begin.x0.every(Number.isFinite);
    require(isPicture && networks.every(({ levels }) => Number.isInteger(begin.level) && begin.level > 0 && begin.level <= levels), "no sprite and level to begin with");
  }
  const from = begin && { level: begin.level, x0: Float32Array.from({ length: count * PICTURE }, (_, i) => begin.x0[i % PICTURE]) };
  const noises = shareNoise(seed, count, networks.length);
  const loops = networks.map((network, i) =>
    sample(guide(network, contextsFor(network, settings.contexts?.[i], count), younger[i], settings), network.schedule, noises[i], {
      sampler: settings.sampler, steps: settings.steps, eta: settings.eta, freshNoise: settings.fresh_noise, begin: from,
    }));
  for (;;) {
    const next = await Promise.all(loops.map((loop) => loop.next()));
    if (next.some(({ done }) => done)) return;
    yield next.map(({ value }) => value);
  }
}

/**
 * The frames of a walk, as the server sends them (diffusion/ui/parts/frames.py): the first, the last, and so many between.
 * @param {Net.Network[]} networks @param {(Net.Network | null | undefined)[]} younger @param {Net.Request} request
 * @returns {AsyncGenerator<Record<string, any>>}
 */
export async function* frames(networks, younger, request) {
  const { count = DEFAULTS.count, views = ["x", "x0", "eps"], labels = [], about } = request;
  const total = totalSteps(networks[0], request);
  const run = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const columns = columnsFor(count);
  const stride = Math.ceil(total / (MAX_FRAMES - 1));
  let [step, seq, started] = [0, 0, 0];
  for await (const all of steps(networks, younger, request)) {
    const now = performance.now() / 1000;
    if (!step) started = now;
    if (step % stride === 0 || step === total) {
      yield {
        seq, step, total, t: all[0].t, T: networks[0].levels,
        left: step ? Math.round(((now - started) / step) * (total - step) * 10) / 10 : 0,
        count, columns, rows: Math.ceil(count / columns),
        panels: all.map((one, i) => ({ label: labels[i] ?? "", ...Object.fromEntries(views.map((view) => [view, base64Of(sheetOf(one, view, count, columns))])) })),
        run,
        ...(seq ? {} : about),
      };
      seq += 1;
    }
    step += 1;
  }
}

/** @param {Net.Network} network @param {Net.Request} request */
function totalSteps({ levels }, { steps: wanted = DEFAULTS.steps, begin }) {
  const all = Array.from({ length: wanted }, (_, i) => levels - Math.floor((levels * (i + 1)) / wanted));
  return begin ? all.filter((level) => level < begin.level).length : wanted;
}

/** How many columns a sheet of so many sprites has, as diffusion/sprites.py. @param {number} count */
export const columnsFor = (count) => Math.min(count, [4, 6, 8, 10].find((c) => c * c * 0.6 >= count) ?? Math.ceil(Math.sqrt(count * 1.6)));

/** A sheet of sprites as RGB bytes. @param {Net.Step} step @param {"x" | "x0" | "eps"} view @param {number} count @param {number} columns */
function sheetOf(step, view, count, columns) {
  const [values, scale] = [step[view], view === "eps" ? 1 / 3 : 1];
  const sheet = new Uint8ClampedArray(columns * Math.ceil(count / columns) * PICTURE).fill(255);
  for (let i = 0; i < count; i++) {
    const [top, left] = [Math.floor(i / columns) * SIDE, (i % columns) * SIDE];
    for (let at = 0; at < PICTURE; at++) {
      const [c, y, x] = [Math.floor(at / SIDE ** 2), Math.floor(at / SIDE) % SIDE, at % SIDE];
      const value = values ? Math.fround(values[i * PICTURE + at] * scale) : 0;
      sheet[((top + y) * columns * SIDE + left + x) * 3 + c] = Math.fround(Math.fround(value + 1) * 127.5);
    }
  }
  return new Uint8Array(sheet.buffer);
}

/**
 * The noise that each network predicts in pictures of level t. @param {Net.Network[]} networks
 * @param {Float32Array} x (B, 3, 16, 16) @param {number} t @param {Net.Request["contexts"]} contexts
 */
export function predictNoise(networks, x, t, contexts = []) {
  return Promise.all(networks.map((network, i) =>
    predictor(network, contextsFor(network, contexts[i], x.length / PICTURE))(x, t / network.levels)));
}
