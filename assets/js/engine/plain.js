// @ts-check
/**
 * The backend without a GPU: one picture after the other, on one thread.
 *
 * A tensor of a picture is (row, column, channel). Every convolution first lays its input, with the operation before it,
 * into a frame of zeros; the matrix product then reads it in place.
 */

import { ACTIVATIONS } from "./graph.js";
import { makeProduct } from "./matrix_product.js";

const FLOAT = 4; // bytes
const ceil = (/** @type {number} */ value, /** @type {number} */ unit) => Math.ceil(value / unit) * unit;

/** The weights of a convolution in panels of 8 columns, (panel, tap, channel in, 8). @param {Float32Array} weight @param {number} cout @param {number} cin @param {number} taps */
function panelsOf(weight, cout, cin, taps) {
  const padded = ceil(cin, 4);
  const packed = new Float32Array(ceil(cout, 8) * padded * taps);
  for (let o = 0; o < cout; o++) {
    for (let i = 0; i < cin; i++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[((Math.floor(o / 8) * taps + tap) * padded + i) * 8 + (o % 8)] = weight[(o * cin + i) * taps + tap];
      }
    }
  }
  return packed;
}

export class PlainBackend {
  name = "plain";

  /** @param {{ simd?: boolean }} [options] */
  static async open({ simd = true } = {}) {
    return new PlainBackend(simd);
  }

  /** @param {boolean} simd */
  constructor(simd) {
    this.simd = simd;
  }

  /** @param {Net.Graph} graph */
  async compile(graph) {
    return new PlainProgram(graph, this.simd);
  }

  close() {}
}

class PlainProgram {
  /** @type {Float32Array[]} */
  #tensors;
  /** Where the weights of each convolution are. @type {Map<Net.Op, { main: number, skip: number }>} */
  #places = new Map();
  /** @type {Float32Array} */
  #heap;

  /** @param {Net.Graph} graph @param {boolean} simd */
  constructor(graph, simd) {
    this.graph = graph;
    this.#tensors = graph.tensors.map(({ channels, side }) => new Float32Array(channels * side * side));
    /** @type {Float32Array[]} */
    const packed = [];
    let used = 0;
    const keep = (/** @type {Float32Array} */ weights) => {
      packed.push(weights);
      used += weights.length;
      return (used - weights.length) * FLOAT;
    };
    let [frame, result] = [0, 0];
    for (const op of graph.ops) {
      if (op.kind !== "conv") continue;
      const main = keep(panelsOf(op.weight, op.cout, op.cin, op.k ** 2));
      const skip = op.skip?.weight ? keep(panelsOf(op.skip.weight, op.cout, op.skip.cin, 1)) : 0;
      this.#places.set(op, { main, skip });
      const side = this.#sideOf(op.inputs);
      frame = Math.max(frame, (side + op.k + 3) ** 2 * ceil(Math.max(op.cin, op.skip?.cin ?? 0), 4));
      result = Math.max(result, ceil(side, 4) * side * ceil(op.cout, 8));
    }
    this.frame = used * FLOAT;
    this.result = this.frame + frame * FLOAT;
    this.resultSkip = this.result + result * FLOAT;
    const { heap, product } = makeProduct(this.resultSkip + result * FLOAT, simd);
    this.#heap = heap;
    this.product = product;
    let at = 0;
    for (const weights of packed) {
      heap.set(weights, at);
      at += weights.length;
    }
  }

  /** @param {Net.Input[]} inputs */
  #sideOf(inputs) {
    return this.graph.tensors[inputs[0].from].side * inputs[0].up;
  }

  /**
   * The output for a batch. @param {Float32Array} x (B, colours, side, side) @param {number} time t / T
   * @param {Net.Asked} asked @param {ArrayLike<number>} rowOf the row in `asked` of every picture
   * @returns {Promise<Float32Array>} (B, colours, side, side)
   */
  async evaluate(x, time, asked, rowOf) {
    const { tensors, input, output, colours, ops, film } = this.graph;
    const rows = film ? applyLinear(film, asked.embed(time)) : asked.embed(time);
    const [first, last] = [tensors[input], tensors[output]];
    const [each, eachOut] = [colours[0] * first.side ** 2, colours[1] * last.side ** 2];
    const result = new Float32Array(rowOf.length * eachOut);
    for (let picture = 0; picture < rowOf.length; picture++) {
      const planes = x.subarray(picture * each, (picture + 1) * each);
      for (let i = 0; i < each; i++) this.#tensors[input][(i % first.side ** 2) * first.channels + Math.floor(i / first.side ** 2)] = planes[i];
      for (const op of ops) this.#run(op, rows, asked.grids, rowOf[picture]);
      const made = result.subarray(picture * eachOut, (picture + 1) * eachOut);
      for (let i = 0; i < eachOut; i++) made[i] = this.#tensors[output][(i % last.side ** 2) * last.channels + Math.floor(i / last.side ** 2)];
    }
    return result;
  }

  destroy() {}

  /** @param {Net.Op} op @param {Float32Array} rows @param {Float32Array[]} grids @param {number} row */
  #run(op, rows, grids, row) {
    const values = rows.subarray(row * this.graph.features, (row + 1) * this.graph.features);
    const into = this.#tensors[op.out];
    if (op.kind === "conv") this.#convolve(op, values, into);
    else if (op.kind === "attention") attend(op, this.#tensors[op.from], into);
    else if (op.kind === "pool") pool(op, this.#tensors[op.from], this.graph.tensors[op.from], into);
    else normGroups(op, this.#tensors[op.from], this.graph.tensors[op.from], into, values);
    if ("grid" in op && op.grid !== undefined) {
      const { channels, side } = this.graph.tensors[op.out];
      const [grid, area] = [grids[op.grid], side ** 2];
      for (let i = 0; i < into.length; i++) into[i] += grid[(row * channels + (i % channels)) * area + Math.floor(i / channels)];
    }
  }

  /** @param {Net.Conv} op @param {Float32Array} values @param {Float32Array} into */
  #convolve(op, values, into) {
    const places = /** @type {{ main: number, skip: number }} */ (this.#places.get(op));
    const { cout, k, spread, bias, gain, film, skip } = op;
    const [side, heap] = [this.#sideOf(op.inputs) / op.stride, this.#heap];
    const [width, act, channels] = [ceil(cout, 8), ACTIVATIONS[op.act], this.graph.tensors[op.out].channels];
    this.#frameUp(op.inputs, op.cin, (k - 1) / 2, op.pre);
    this.#multiply(op.cin, k, op.stride, side, cout, places.main, this.result);
    if (skip?.weight) {
      this.#frameUp(skip.inputs, skip.cin, 0);
      this.#multiply(skip.cin, 1, 1, side, cout, places.skip, this.resultSkip);
    }
    const added = skip && !skip.weight ? this.#tensors[skip.inputs[0].from] : null;
    const each = cout / spread ** 2;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const from = this.result / FLOAT + (y * ceil(side, 4) + x) * width;
        for (let o = 0; o < cout; o++) {
          const c = o % each;
          let value = heap[from + o] + bias[o];
          if (film !== undefined && !op.filmLast) value = value * values[film + c] + values[film + each + c];
          value = act(value);
          if (film !== undefined && op.filmLast) value = value * values[film + c] + values[film + each + c];
          value *= gain;
          if (added) value += added[(y * side + x) * channels + o];
          else if (skip) value += heap[from + (this.resultSkip - this.result) / FLOAT + o] + /** @type {Float32Array} */ (skip.bias)[o];
          const place = Math.floor(o / each);
          into[((y * spread + Math.floor(place / spread)) * side * spread + x * spread + (place % spread)) * channels + c] = value;
        }
      }
    }
  }

  /** Lays the inputs side by side into the frame, with `border` zeros around. @param {Net.Input[]} inputs @param {number} cin @param {number} border @param {Net.Conv["pre"]} [pre] */
  #frameUp(inputs, cin, border, pre) {
    const [side, heap, start, width] = [this.#sideOf(inputs), this.#heap, this.frame / FLOAT, ceil(cin, 4)];
    const across = side + 2 * border;
    heap.fill(0, start, start + (across + 3) * across * width);
    const act = pre ? ACTIVATIONS[pre.act] : null;
    let first = 0;
    for (const { from, up } of inputs) {
      const [{ channels, side: own }, values] = [this.graph.tensors[from], this.#tensors[from]];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const [at, to] = [(Math.floor(y / up) * own + Math.floor(x / up)) * channels, start + ((y + border) * across + x + border) * width + first];
          if (pre && act) for (let c = 0; c < channels; c++) heap[to + c] = act(values[at + c] * pre.scale[first + c] + pre.shift[first + c]);
          else for (let c = 0; c < channels; c++) heap[to + c] = values[at + c];
        }
      }
      first += channels;
    }
  }

  /** @param {number} cin @param {number} k @param {number} stride @param {number} side of the result @param {number} cout @param {number} weights @param {number} to */
  #multiply(cin, k, stride, side, cout, weights, to) {
    const pixel = ceil(cin, 4) * FLOAT;
    const [row, panels] = [(side * stride + k - 1) * pixel, ceil(cout, 8) / 8];
    const blocks = ceil(side, 4) / 4;
    for (let y = 0; y < side; y++) {
      this.product(this.frame + y * stride * row, stride * pixel, weights, to + y * blocks * 4 * panels * 8 * FLOAT, panels * 8 * FLOAT,
        blocks, panels, (k * pixel) / FLOAT, k, row - k * pixel);
    }
  }
}

/** @param {Net.Linear} layer @param {Float32Array} x (rows, cin) @returns {Float32Array} (rows, cout) */
export function applyLinear({ cin, cout, weight, bias }, x) {
  const rows = x.length / cin;
  const y = new Float32Array(rows * cout);
  for (let row = 0; row < rows; row++) {
    const sums = y.subarray(row * cout, (row + 1) * cout);
    sums.set(bias);
    for (let i = 0; i < cin; i++) {
      const [value, at] = [x[row * cin + i], i * cout];
      for (let o = 0; o < cout; o++) sums[o] += value * weight[at + o];
    }
  }
  return y;
}

/** @param {Net.Attention} op @param {Float32Array} from @param {Float32Array} into */
function attend({ heads, dim }, from, into) {
  const [width, own] = [3 * heads * dim, heads * dim];
  const tokens = from.length / width;
  const shares = new Float32Array(tokens);
  into.fill(0);
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < tokens; query++) {
      let most = -Infinity;
      for (let key = 0; key < tokens; key++) {
        let dot = 0;
        for (let i = head * dim; i < (head + 1) * dim; i++) dot += from[query * width + i] * from[key * width + own + i];
        shares[key] = dot;
        most = Math.max(most, dot);
      }
      let total = 0;
      for (let key = 0; key < tokens; key++) total += shares[key] = Math.exp(shares[key] - most);
      for (let key = 0; key < tokens; key++) {
        const share = shares[key] / total;
        for (let i = head * dim; i < (head + 1) * dim; i++) into[query * own + i] += share * from[key * width + 2 * own + i];
      }
    }
  }
}

/** @param {Net.Pool} op @param {Float32Array} from @param {Net.Shape} shape @param {Float32Array} into */
function pool({ size, mode, act }, from, { channels, side }, into) {
  const [own, last] = [side / size, ACTIVATIONS[act]];
  for (let i = 0; i < into.length; i++) {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % own, Math.floor(i / channels / own)];
    let value = mode === "max" ? -Infinity : 0;
    for (let part = 0; part < size * size; part++) {
      const one = from[((y * size + Math.floor(part / size)) * side + x * size + (part % size)) * channels + c];
      value = mode === "max" ? Math.max(value, one) : value + one / size ** 2;
    }
    into[i] = last(value);
  }
}

/** @param {Net.GroupNorm} op @param {Float32Array} from @param {Net.Shape} shape @param {Float32Array} into @param {Float32Array} values */
function normGroups({ groups, scale, shift, act, film }, from, { channels, side }, into, values) {
  const [each, area, last] = [channels / groups, side ** 2, ACTIVATIONS[act]];
  for (let group = 0; group < groups; group++) {
    let [sum, squares] = [0, 0];
    const places = [];
    for (let i = 0; i < area; i++) for (let c = group * each; c < (group + 1) * each; c++) places.push(i * channels + c);
    for (const place of places) sum += from[place];
    const mean = sum / places.length;
    for (const place of places) squares += (from[place] - mean) ** 2;
    const factor = 1 / Math.sqrt(squares / places.length + 1e-5);
    for (const place of places) {
      const c = place % channels;
      const value = last((from[place] - mean) * factor * scale[c] + shift[c]);
      into[place] = film === undefined ? value : value * values[film + c] + values[film + channels + c];
    }
  }
}
