// @ts-check
/**
 * The backend on the visitor's GPU. The weights of a network lie in one buffer; what is computed on the way lies in
 * buffers that all networks of one form share; an evaluation is one submission, and only its result comes back.
 */

import { EngineError } from "./errors.js";
import * as shaders from "./shaders.js";

const ALIGNED = 256; // bytes; where a binding may begin
const MAX_ASKED = 4; // of a network, whose buffers are kept
const STORAGE = 0x80, UNIFORM = 0x40, COPY_TO = 0x8, COPY_FROM = 0x4, MAP_READ = 0x1; // GPUBufferUsage

export class WebGpuBackend {
  name = "webgpu";
  /** @type {Map<string, Promise<any>>} pipelines by their code */
  #pipelines = new Map();
  /** @type {Map<string, Arena>} */
  #arenas = new Map();
  counts = { evaluations: 0, dispatches: 0, bytesUp: 0, bytesDown: 0 };

  /** EngineError "no-webgpu" where there is none. @param {{ float16?: boolean }} [options] float16: where the adapter has it */
  static async open({ float16 = false } = {}) {
    const gpu = /** @type {any} */ (globalThis.navigator)?.gpu;
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
    if (!adapter) throw new EngineError("no-webgpu", "there is no WebGPU here");
    const type = float16 && adapter.features.has("shader-f16") ? "f16" : "f32";
    const device = await adapter.requestDevice({ requiredFeatures: type === "f16" ? ["shader-f16"] : [] }).catch((/** @type {Error} */ error) => {
      throw new EngineError("no-webgpu", `the GPU cannot be used: ${error.message}`);
    });
    return new WebGpuBackend(adapter, device, type);
  }

  /** @param {any} adapter @param {any} device @param {Net.Type} type */
  constructor(adapter, device, type) {
    this.adapter = adapter;
    this.device = device;
    this.type = type;
    /** The reason why nothing works any more. @type {EngineError | null} */
    this.failure = null;
    /** Rejects once the device is gone. @type {Promise<never>} */
    this.lost = new Promise((_, reject) => {
      const fail = (/** @type {EngineError} */ error) => reject((this.failure ??= error));
      device.lost.then(({ message = "" }) => fail(new EngineError("lost", `the GPU is gone: ${message}`)));
      device.addEventListener("uncapturederror", (/** @type {any} */ { error }) => fail(new EngineError("failed", error.message)));
    });
    this.lost.catch(() => {}); // who waits for something is told there
  }

  describe() {
    const { vendor = "", architecture = "", description = "" } = this.adapter.info ?? {};
    return { adapter: [vendor, architecture, description].filter(Boolean).join(" "), type: this.type, ...this.counts };
  }

  close() {
    this.device.destroy();
  }

  /** Waits for a promise, or for the end of the device. @template T @param {Promise<T>} promise @returns {Promise<T>} */
  async wait(promise) {
    if (this.failure) throw this.failure;
    try {
      return await Promise.race([promise, this.lost]);
    } catch (error) {
      await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, 50))]); // the loss is told after what it broke
      throw this.failure ?? error;
    }
  }

  /** @param {number} size in bytes @param {number} usage */
  buffer(size, usage) {
    return this.device.createBuffer({ size: Math.max(Math.ceil(size / 16) * 16, 16), usage });
  }

  /** A buffer with these numbers. @param {Float32Array | Uint32Array | Uint16Array} values */
  filled(values, usage = STORAGE) {
    const buffer = this.buffer(values.byteLength, usage | COPY_TO);
    this.write(buffer, values);
    return buffer;
  }

  /** @param {any} buffer @param {Float32Array | Uint32Array | Uint16Array} values */
  write(buffer, values) {
    if (this.failure) throw this.failure;
    this.device.queue.writeBuffer(buffer, 0, values);
    this.counts.bytesUp += values.byteLength;
  }

  /** @param {string} code */
  pipeline(code) {
    const make = () => {
      const module = this.device.createShaderModule({ code });
      return this.device.createComputePipelineAsync({ layout: "auto", compute: { module, entryPoint: "main" } });
    };
    const found = this.#pipelines.get(code) ?? make();
    this.#pipelines.set(code, found);
    return found;
  }

  /** The buffers of all networks of this form. @param {Net.Graph} graph */
  arena(graph) {
    const form = JSON.stringify([graph.tensors, graph.input, graph.output, graph.ops.map((op) => readsOf(op).concat(op.out))]);
    const found = this.#arenas.get(form) ?? new Arena(this, graph);
    this.#arenas.set(form, found);
    return found;
  }

  /** @param {Net.Graph} graph */
  async compile(graph) {
    if (this.failure) throw this.failure;
    const program = new WebGpuProgram(this, graph);
    await this.wait(program.prepare());
    return program;
  }
}

/** The tensors that an operation reads. @param {Net.Op} op */
function readsOf(op) {
  return op.kind === "conv" ? [...op.inputs, ...(op.skip?.inputs ?? [])].map(({ from }) => from) : [op.from];
}

/** The buffers of the tensors; one that is read no more is written again. */
class Arena {
  /** Of each tensor, the number of its buffer. @type {number[]} */
  #places = [];
  /** Bytes of each buffer and picture. @type {number[]} */
  #sizes = [];
  /** @type {any[]} */
  #buffers = [];
  capacity = 0; // pictures

  /** @param {WebGpuBackend} backend @param {Net.Graph} graph */
  constructor(backend, { tensors, ops, input, output }) {
    this.backend = backend;
    const typeOf = (/** @type {number} */ tensor) => (tensor === input || tensor === output ? "f32" : backend.type);
    /** @type {number[]} */
    const free = [];
    const give = (/** @type {number} */ tensor, isOwn = false) => {
      const { channels, side } = tensors[tensor];
      const size = channels * side * side * (typeOf(tensor) === "f16" ? 2 : 4);
      const fits = isOwn ? -1 : free.findIndex((place) => this.#sizes[place] >= size);
      this.#places[tensor] = fits < 0 ? this.#sizes.push(size) - 1 : free.splice(fits, 1)[0];
    };
    give(input, true);
    const last = new Map(ops.flatMap((op, at) => readsOf(op).map((tensor) => /** @type {[number, number]} */ ([tensor, at]))));
    ops.forEach((op, at) => {
      give(op.out, op.out === output);
      for (const tensor of new Set(readsOf(op))) if (last.get(tensor) === at && tensor !== input) free.push(this.#places[tensor]);
      free.sort((a, b) => this.#sizes[a] - this.#sizes[b]);
    });
  }

  /** @param {number} batch */
  reserve(batch) {
    if (batch <= this.capacity) return;
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers = this.#sizes.map((size) => this.backend.buffer(size * batch, STORAGE | COPY_TO | COPY_FROM));
    this.capacity = batch;
  }

  /** @param {number} tensor */
  of(tensor) {
    return this.#buffers[this.#places[tensor]];
  }
}

class WebGpuProgram {
  /** The operations, ready to run. @type {(Net.Kernel & { pipeline: any, op: Net.Op, weights?: any, constants?: any })[]} */
  #stages = [];
  /** What belongs to a walk, the latest last. @type {Map<Net.Asked, { batch: number, capacity: number, groups: any[], buffers: Record<string, any>, film: any }>} */
  #walks = new Map();

  /** @param {WebGpuBackend} backend @param {Net.Graph} graph */
  constructor(backend, graph) {
    this.backend = backend;
    this.graph = graph;
    this.arena = backend.arena(graph);
  }

  async prepare() {
    const { backend, graph } = this;
    /** @type {(tensor: number) => Net.Type} */
    const typeOf = (tensor) => (tensor === graph.input || tensor === graph.output ? "f32" : backend.type);
    const [weights, constants] = [new Packer(backend.type), new Packer("f32")];
    const kernels = graph.ops.map((op) => {
      if (op.kind === "conv") {
        const kernel = shaders.convolution(op, graph.tensors, { type: backend.type, typeOf, features: graph.features });
        return { op, ...kernel, weights: weights.add(packConvolution(op)), constants: constants.add(packConstants(op, graph.tensors)) };
      }
      const shape = graph.tensors[op.from];
      if (op.kind === "attention") {
        return { op, ...shaders.attention(op, shape.side ** 2, backend.type) };
      }
      if (op.kind === "pool") return { op, ...shaders.pool(op, shape, backend.type) };
      if ((shape.channels / op.groups) % 4) throw new EngineError("unsupported", `no norm of ${op.groups} groups for ${shape.channels} channels`);
      return { op, ...shaders.groupNorm(op, shape, backend.type, graph.features), constants: constants.add(Float32Array.of(...op.scale, ...op.shift)) };
    });
    const [film, ...pipelines] = await Promise.all([
      graph.film ? backend.pipeline(shaders.linear(graph.film).code) : null,
      ...kernels.map(({ code }) => backend.pipeline(code)),
    ]);
    this.film = film && graph.film && {
      pipeline: film, groups: shaders.linear(graph.film).groups,
      weights: backend.filled(graph.film.weight), bias: backend.filled(graph.film.bias),
    };
    this.weights = backend.filled(weights.pack());
    this.constants = backend.filled(constants.pack());
    this.#stages = kernels.map((kernel, i) => ({
      ...kernel,
      pipeline: pipelines[i],
      ...("weights" in kernel ? { weights: { buffer: this.weights, ...kernel.weights } } : {}),
      ...("constants" in kernel ? { constants: { buffer: this.constants, ...kernel.constants } } : {}),
    }));
  }

  /** @param {Net.Asked} asked @param {ArrayLike<number>} rowOf */
  #begin(asked, rowOf) {
    const { backend, graph, arena } = this;
    const batch = rowOf.length;
    arena.reserve(batch);
    let walk = this.#walks.get(asked);
    this.#walks.delete(asked);
    if (!walk) {
      for (const old of [...this.#walks.keys()].slice(0, Math.max(0, this.#walks.size + 1 - MAX_ASKED))) this.#forget(old);
      const { channels, side } = graph.tensors[graph.output];
      const rows = backend.buffer(asked.rows * graph.features * 4, STORAGE | COPY_TO);
      const buffers = {
        batch: backend.filled(Uint32Array.of(batch, 0, 0, 0), UNIFORM),
        rowCount: backend.filled(Uint32Array.of(asked.rows, 0, 0, 0), UNIFORM),
        rowOf: backend.filled(Uint32Array.from(rowOf)),
        rows,
        embedding: graph.film ? backend.buffer(asked.rows * graph.film.cin * 4, STORAGE | COPY_TO) : rows,
        back: backend.buffer(batch * channels * side * side * 4, MAP_READ | COPY_TO),
        ...Object.fromEntries(asked.grids.map((grid, i) => [`grid${i}`, backend.filled(interleave(grid, graph.gridShapes[i].channels, graph.gridShapes[i].side ** 2))])),
      };
      walk = { batch, capacity: 0, groups: [], buffers, film: null };
    }
    this.#walks.set(asked, walk);
    if (walk.capacity !== arena.capacity) this.#bind(walk);
    return walk;
  }

  /** @param {{ capacity: number, groups: any[], buffers: Record<string, any>, film: any }} walk */
  #bind(walk) {
    const { backend, arena, film } = this;
    const group = (/** @type {any} */ pipeline, /** @type {any[]} */ resources) => backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: resources.map((one, binding) => ({ binding, resource: one.buffer ? one : { buffer: one } })),
    });
    walk.groups = this.#stages.map(({ pipeline, op, names, weights, constants }) => {
      const find = (/** @type {string} */ name) => {
        if (name === "weights") return weights;
        if (name === "constants") return constants;
        if (name === "result") return arena.of(op.out);
        if (name === "grid" && "grid" in op) return walk.buffers[`grid${op.grid}`];
        if (name === "rows" || name === "rowOf") return walk.buffers[name];
        if (op.kind !== "conv") return arena.of(op.from);
        const inputs = name.startsWith("skip") ? op.skip?.inputs : op.inputs;
        return arena.of(/** @type {Net.Input[]} */ (inputs)[Number(name.at(-1))].from);
      };
      return group(pipeline, [walk.buffers.batch, ...names.map(find)]);
    });
    if (film) walk.film = group(film.pipeline, [walk.buffers.rowCount, walk.buffers.embedding, film.weights, film.bias, walk.buffers.rows]);
    walk.capacity = arena.capacity;
  }

  /** @param {Net.Asked} asked */
  #forget(asked) {
    for (const buffer of Object.values(this.#walks.get(asked)?.buffers ?? {})) buffer.destroy();
    this.#walks.delete(asked);
  }

  /** As PlainProgram.evaluate. @param {Float32Array} x @param {number} time @param {Net.Asked} asked @param {ArrayLike<number>} rowOf @returns {Promise<Float32Array>} */
  async evaluate(x, time, asked, rowOf) {
    const { backend, graph, arena, film } = this;
    const { device, counts } = backend;
    const { batch, groups, buffers, film: filmGroup } = this.#begin(asked, rowOf);
    backend.write(arena.of(graph.input), interleave(x, graph.colours[0], graph.tensors[graph.input].side ** 2));
    backend.write(buffers.embedding, asked.embed(time));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const dispatch = (/** @type {any} */ pipeline, /** @type {any} */ group, /** @type {[number, number]} */ size) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...size);
      counts.dispatches += 1;
    };
    if (film) dispatch(film.pipeline, filmGroup, film.groups(asked.rows));
    this.#stages.forEach((stage, i) => dispatch(stage.pipeline, groups[i], stage.groups(batch)));
    pass.end();
    const { channels, side } = graph.tensors[graph.output];
    const bytes = batch * channels * side * side * 4;
    encoder.copyBufferToBuffer(arena.of(graph.output), 0, buffers.back, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await backend.wait(buffers.back.mapAsync(MAP_READ, 0, bytes));
    const result = separate(new Float32Array(buffers.back.getMappedRange(0, bytes)), graph.colours[1], side * side);
    buffers.back.unmap();
    counts.evaluations += 1;
    counts.bytesDown += bytes;
    return result;
  }

  destroy() {
    for (const asked of [...this.#walks.keys()]) this.#forget(asked);
    for (const buffer of [this.weights, this.constants, this.film?.weights, this.film?.bias]) buffer?.destroy();
  }
}

/** Arrays one behind the other, each where a binding may begin. */
class Packer {
  /** @type {{ offset: number, values: Float32Array }[]} */
  #parts = [];
  #bytes = 0;

  /** @param {Net.Type} type */
  constructor(type) {
    this.type = type;
    this.size = type === "f16" ? 2 : 4;
  }

  /** @param {Float32Array} values */
  add(values) {
    const part = { offset: this.#bytes, size: values.length * this.size };
    this.#parts.push({ offset: this.#bytes, values });
    this.#bytes += Math.ceil(part.size / ALIGNED) * ALIGNED;
    return part;
  }

  pack() {
    const all = this.type === "f16" ? new Uint16Array(this.#bytes / 2) : new Float32Array(this.#bytes / 4);
    for (const { offset, values } of this.#parts) all.set(this.type === "f16" ? Uint16Array.from(values, floatToHalf) : values, offset / this.size);
    return all;
  }
}

/** The weights of a convolution, and of its shortcut, in the order in which shaders.js reads them. @param {Net.Conv} op */
function packConvolution(op) {
  const { columns, tiles } = shaders.tiling(op);
  const pack = (/** @type {Float32Array} */ weight, /** @type {number} */ cin, /** @type {number} */ taps) => {
    const cin4 = Math.ceil(cin / 4);
    const packed = new Float32Array(tiles * columns * 4 * cin4 * 4 * taps);
    for (let o = 0; o < op.cout; o++) {
      for (let i = 0; i < cin; i++) {
        for (let tap = 0; tap < taps; tap++) {
          const [tile, column] = [Math.floor(o / (4 * columns)), o % (4 * columns)];
          packed[(((tile * cin4 + Math.floor(i / 4)) * taps + tap) * 4 + (i % 4)) * columns * 4 + column] = weight[(o * cin + i) * taps + tap];
        }
      }
    }
    return packed;
  };
  const main = pack(op.weight, op.cin, op.k ** 2);
  const second = op.skip?.weight ? pack(op.skip.weight, op.skip.cin, 1) : new Float32Array();
  const both = new Float32Array(main.length + second.length);
  both.set(main);
  both.set(second, main.length);
  return both;
}

/** Bias, the shortcut's bias, scale and shift of the norm before. @param {Net.Conv} op @param {{ channels: number }[]} tensors */
function packConstants(op, tensors) {
  const [cout, cin] = [Math.ceil(op.cout / 4) * 4, op.inputs.reduce((sum, { from }) => sum + tensors[from].channels, 0)];
  const all = new Float32Array(2 * cout + 2 * cin);
  all.set(op.bias);
  if (op.skip?.bias) all.set(op.skip.bias, cout);
  if (op.pre) {
    all.set(op.pre.scale, 2 * cout);
    all.set(op.pre.shift, 2 * cout + cin);
  }
  return all;
}

/** (count, channels, area) -> (count, channels / 4, area, 4), filled up with zeros. @param {Float32Array} planes @param {number} channels @param {number} area */
function interleave(planes, channels, area) {
  const c4 = Math.ceil(channels / 4);
  const pixels = new Float32Array((planes.length / channels) * c4 * 4);
  eachPlace(planes.length, channels, area, (i, place) => (pixels[place] = planes[i]));
  return pixels;
}

/** The inverse of interleave. @param {Float32Array} pixels @param {number} channels @param {number} area */
function separate(pixels, channels, area) {
  const planes = new Float32Array((pixels.length / Math.ceil(channels / 4) / 4) * channels);
  eachPlace(planes.length, channels, area, (i, place) => (planes[i] = pixels[place]));
  return planes;
}

/** @param {number} length @param {number} channels @param {number} area @param {(i: number, place: number) => void} move */
function eachPlace(length, channels, area, move) {
  const c4 = Math.ceil(channels / 4);
  for (let plane = 0; plane < length / area; plane++) {
    const c = plane % channels;
    const start = (Math.floor(plane / channels) * c4 + Math.floor(c / 4)) * area * 4 + (c % 4);
    for (let i = 0; i < area; i++) move(plane * area + i, start + 4 * i);
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest float16, as its 16 bits. @param {number} value */
export function floatToHalf(value) {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const size = Math.min(Math.abs(value), 65504);
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const fraction = Math.round((size / 2 ** exponent - 1) * 1024);
  return sign | Math.min(((exponent + 15) << 10) + fraction, 0x7bff);
}
