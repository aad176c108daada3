// @ts-check
/**
 * A network as a list of operations, which a backend (plain.js, webgpu.js) carries out one after the other.
 *
 * Tensors are numbered; each has channels (a multiple of four) and a side, for every picture of the batch. What depends
 * on the time and on what is asked for is not in the list: it enters as "rows", one for each different context.
 */

import { EngineError } from "./errors.js";

export class GraphBuilder {
  /** @type {Net.Shape[]} */
  tensors = [];
  /** @type {Net.Op[]} */
  ops = [];
  /** @type {Set<string>} */
  #used = new Set();

  /** @param {Map<string, Net.Tensor>} weights */
  constructor(weights) {
    this.weights = weights;
  }

  /** The values of a weight; EngineError unless it has this shape. @param {string} name @param {number[]} shape */
  take(name, ...shape) {
    const found = this.weights.get(name);
    if (!found) throw new EngineError("bad-file", `the network lacks ${name}`);
    if (found.shape.join() !== shape.join()) {
      throw new EngineError("bad-file", `${name} is ${found.shape.join(" x ") || "one number"}, not ${shape.join(" x ")}`);
    }
    this.#used.add(name);
    return found.data;
  }

  /** The number of entries of a weight's axis. @param {string} name @param {number} axis */
  size(name, axis) {
    return this.weights.get(name)?.shape[axis] ?? 0;
  }

  /** Raises where the file has more than the network. */
  finish() {
    for (const name of this.weights.keys()) {
      if (!this.#used.has(name)) throw new EngineError("bad-file", `the network has no ${name}`);
    }
  }

  /** @param {number} channels @param {number} side @returns {number} its number */
  tensor(channels, side) {
    return this.tensors.push({ channels: Math.ceil(channels / 4) * 4, side }) - 1;
  }

  /** Weight and bias of a layer. @param {string} name @param {number} cout @param {number} cin */
  layer(name, cout, cin, k = 0) {
    const shape = k ? [cout, cin, k, k] : [cout, cin];
    return { weight: this.take(`${name}.weight`, ...shape), bias: this.take(`${name}.bias`, cout) };
  }

  /** A BatchNorm after training as one scale and one shift a channel. @param {string} name @param {number} channels */
  norm(name, channels) {
    const [gain, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => this.take(`${name}.${part}`, channels));
    const scale = gain.map((value, c) => value / Math.sqrt(variance[c] + 1e-5));
    return { scale, shift: bias.map((value, c) => value - mean[c] * scale[c]) };
  }

  /**
   * Adds a convolution of the inputs, one tensor or several. @param {number | Net.Input[]} inputs
   * @param {Net.Layer} layer @param {number} cout @param {Partial<Net.Conv>} more
   * @returns {number} the tensor that it makes
   */
  conv(inputs, layer, cout, more = {}) {
    const list = typeof inputs === "number" ? [{ from: inputs, up: /** @type {1} */ (1) }] : inputs;
    const { k = 3, stride = 1, spread = 1 } = more;
    const side = (this.tensors[list[0].from].side * list[0].up * spread) / stride;
    const cin = layer.weight.length / (cout * spread * spread) / (k * k);
    const out = this.tensor(cout, side);
    this.ops.push({ kind: "conv", k, stride, spread, act: "none", gain: 1, ...more, inputs: list, out, cin, cout: cout * spread * spread, ...layer });
    return out;
  }
}

/** conv, then the norm: as one convolution. @param {Net.Layer} layer @param {Net.Norm} norm */
export function foldAfter({ weight, bias }, { scale, shift }) {
  const each = weight.length / bias.length;
  return {
    weight: weight.map((value, i) => value * scale[Math.floor(i / each)]),
    bias: bias.map((value, o) => value * scale[o] + shift[o]),
  };
}

/** The norm, then a 1x1 convolution: as one. @param {Net.Layer} layer @param {Net.Norm} norm */
export function foldBefore({ weight, bias }, { scale, shift }) {
  const cin = scale.length;
  return {
    weight: weight.map((value, i) => value * scale[i % cin]),
    bias: bias.map((value, o) => shift.reduce((sum, one, c) => sum + weight[o * cin + c] * one, value)),
  };
}

/** weight (cout, cin) of PyTorch, applied to a vector. @param {{ weight: Float32Array, bias?: Float32Array }} layer @param {Float32Array} x */
export function linear({ weight, bias }, x) {
  const cout = weight.length / x.length;
  const y = new Float32Array(cout);
  for (let o = 0; o < cout; o++) {
    let sum = bias ? bias[o] : 0;
    for (let i = 0; i < x.length; i++) if (x[i]) sum += weight[o * x.length + i] * x[i];
    y[o] = sum;
  }
  return y;
}

export const silu = (/** @type {number} */ x) => x / (1 + Math.exp(-x));

/** The error function to 1.5e-7, Abramowitz & Stegun 1964, 7.1.26. @param {number} x */
export function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
}

export const gelu = (/** @type {number} */ x) => (x / 2) * (1 + erf(x * Math.SQRT1_2));

/** @type {Record<Net.Activation, (x: number) => number>} */
export const ACTIVATIONS = { none: (x) => x, silu, gelu, relu: (x) => Math.max(x, 0) };
