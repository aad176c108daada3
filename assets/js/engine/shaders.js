// @ts-check
/**
 * The compute shaders, written out for each shape, so that the compiler knows every size.
 *
 * A tensor is (picture, channels / 4, row, column) of vec4: pixels of the same four channels lie side by side, and what
 * neighbouring threads read and write does too. Weights are float16 where the device has it, and so are tensors on the
 * way; sums over many channels, norms and attention are float32.
 */

const THREADS = 64;
const SHARED_BYTES = 16_384; // WebGPU's smallest limit

const FUNCTIONS = {
  none: "",
  silu: "fn silu(x: vec4f) -> vec4f { return x / (1 + exp(-x)); }",
  relu: "fn relu(x: vec4f) -> vec4f { return max(x, vec4f()); }",
  // Abramowitz & Stegun 1964, 7.1.26
  gelu: `fn gelu(x: vec4f) -> vec4f {
  let z = abs(x) * ${Math.SQRT1_2};
  let t = 1 / (1 + 0.3275911 * z);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return x * 0.5 * (1 + sign(x) * (1 - tail * exp(-z * z)));
}`,
};

/** @param {string} value @param {Net.Activation} act */
const apply = (value, act) => (act === "none" ? value : `${act}(${value})`);
const times = (/** @type {number} */ count, /** @type {(i: number) => string} */ line) => Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** Declares the buffers one behind the other. @param {[name: string, type: string][]} buffers the last is written */
const declare = (buffers) => [
  "@group(0) @binding(0) var<uniform> batch: u32;",
  ...buffers.map(([name, type], i) => `@group(0) @binding(${i + 1}) var<storage, ${i + 1 === buffers.length ? "read_write" : "read"}> ${name}: array<${type}>;`),
].join("\n");

const begin = (/** @type {Net.Type} */ type) => (type === "f16" ? "enable f16;\n" : "");
const main = (/** @type {string} */ body) => `@compute @workgroup_size(${THREADS}) fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32, @builtin(global_invocation_id) id: vec3u) {
_ = batch; // a buffer that is not read would have no place
${body}
}`;

/** How a convolution is cut into workgroups; the weights are packed for it. @param {Net.Conv} op */
export function tiling(op) {
  const cout4 = Math.ceil(op.cout / 4);
  const across = cout4 === 1 ? 1 : 4; // threads along the channels; the others are along the pixels, four each
  const each = cout4 === 1 ? 1 : 2; // vec4 of channels a thread
  return { cout4, across, each, columns: across * each, pixels: (THREADS / across) * 4, tiles: Math.ceil(cout4 / (across * each)) };
}

/**
 * A convolution as a product of a tile of pixels with a tile of channels. For every four channels that come in, a
 * workgroup lays its pixels and the weights into shared memory; a thread makes four pixels of one row in two times
 * four channels out of them.
 * @param {Net.Conv} op @param {{ channels: number, side: number }[]} tensors @param {{ type: Net.Type, typeOf: (tensor: number) => Net.Type, features: number }} options
 * @returns {Net.Kernel} names: of its buffers, in their order
 */
export function convolution(op, tensors, { type, typeOf, features }) {
  const { k, stride, spread, skip, film, pre } = op;
  const { cout4, across, each, columns, pixels } = tiling(op);
  const side = tensors[op.out].side / spread;
  const outC4 = tensors[op.out].channels / 4;
  const [high, wide] = side >= 16 && pixels === 256 ? [16, 16] : side >= 8 ? [8, 8] : [side, side];
  const pictures = pixels / (high * wide); // in one tile
  const perPicture = (side / high) * (side / wide); // tiles
  const area = side * side;
  const T = type;

  /** @type {[string, string][]} */
  const buffers = [];
  const buffer = (/** @type {string} */ name, /** @type {Net.Type} */ of = "f32", shape = "vec4") => buffers.push([name, shape === "vec4" ? `vec4<${of}>` : shape]);
  op.inputs.forEach(({ from }, i) => buffer(`in${i}`, typeOf(from)));
  buffer("weights", T);
  buffer("constants");
  if (film !== undefined) buffer("rows");
  if (film !== undefined || op.grid !== undefined) buffer("rowOf", "f32", "u32");
  if (op.grid !== undefined) buffer("grid");
  skip?.inputs.forEach(({ from }, i) => buffer(`skip${i}`, typeOf(from)));
  buffer("result", typeOf(op.out));

  /** One product: its inputs, taps and weights. */
  const phase = (/** @type {string} */ name, /** @type {Net.Input[]} */ inputs, /** @type {number} */ cin, /** @type {number} */ taps, /** @type {number} */ steps, /** @type {number} */ from) => {
    const cin4 = Math.ceil(cin / 4);
    const chunk = taps === 3 ? 1 : [4, 2, 1].find((one) => cin4 % one === 0) ?? 1; // vec4 of channels between two barriers
    const [tall, broad] = [(high - 1) * steps + taps, (wide - 1) * steps + taps]; // of the pixels that are read
    const [count, weights] = [pictures * tall * broad, taps * taps * 4 * columns];
    let first = 0;
    const reads = inputs.map(({ from: tensor, up }, i) => {
      const { channels, side: own } = tensors[tensor];
      const start = first;
      first += channels / 4;
      const place = `(b * ${channels / 4}u + c - ${start}u) * ${own * own}u + ${up === 2 ? `(u32(y) / 2u) * ${own}u + u32(x) / 2u` : `u32(y) * ${own}u + u32(x)`}`;
      return `${i ? "else " : ""}${i + 1 < inputs.length ? `if (c < ${first}u) ` : ""}{ v = vec4f(${name}${i}[${place}]); }`;
    });
    const fromSide = side * steps;
    const acc = T === "f16" ? "part" : "acc";
    /** The four pixels times the weights of four channels. */
    const products = times(4, (i) => [
      times(each, (n) => `let w${i}${n} = shared_w[weight + ${i * columns + n}u];`),
      times(4, (j) => times(each, (n) => `${acc}${j}${n} += p${j}[${i}] * w${i}${n};`)),
    ].join("\n"));
    return {
      shared: [chunk * count, chunk * weights],
      weights: from + Math.ceil(cout4 / columns) * cin4 * weights,
      code: `${taps === 3 ? `let corner = (own / ${high * wide}u * ${tall}u + own % ${high * wide}u / ${wide}u * ${steps}u) * ${broad}u + own % ${wide}u * ${steps}u;` : ""}
for (var chunk = 0u; chunk < ${cin4 / chunk}u; chunk++) {
  workgroupBarrier();
  for (var i = thread; i < ${chunk * count}u; i += ${THREADS}u) {
    let c = chunk * ${chunk}u + i / ${count}u;
    let place = i % ${count}u;
    let b = picture + place / ${tall * broad}u;
    let y = i32(top * ${steps}u + place % ${tall * broad}u / ${broad}u) - ${(taps - 1) / 2};
    let x = i32(left * ${steps}u + place % ${broad}u) - ${(taps - 1) / 2};
    var v = vec4f();
    if (b < batch && y >= 0 && y < ${fromSide} && x >= 0 && x < ${fromSide}) {
      ${reads.join("\n")}
      ${name === "in" && pre ? `v = ${apply(`v * constants[${2 * cout4}u + c] + constants[${2 * cout4 + cin4}u + c]`, pre.act)};` : ""}
    }
    shared_x[i] = vec4<${T}>(v);
  }
  for (var i = thread; i < ${chunk * weights}u; i += ${THREADS}u) {
    shared_w[i] = weights[${from}u + (group.y * ${cin4}u + chunk * ${chunk}u) * ${weights}u + i];
  }
  workgroupBarrier();
  ${T === "f16" ? times(4, (j) => times(each, (n) => `var part${j}${n} = vec4h();`)) : ""}
  for (var tap = 0u; tap < ${taps * taps * chunk}u; tap++) {
    let at = ${taps === 3 ? `corner + tap / 3u * ${broad}u + tap % 3u` : `tap * ${count}u + own`};
    ${times(4, (j) => `let p${j} = shared_x[at + ${j * steps}u];`)}
    let weight = tap * ${4 * columns}u + column;
    ${products}
  }
  ${T === "f16" ? times(4, (j) => times(each, (n) => `acc${j}${n} += vec4f(part${j}${n});`)) : ""}
}`,
    };
  };

  const product = phase("in", op.inputs, op.cin, k, stride, 0);
  const second = skip?.weight ? phase("skip", skip.inputs, skip.cin, 1, 1, product.weights) : null;
  const shared = product.shared.map((size, i) => Math.max(size, second?.shared[i] ?? 0));
  const each4 = cout4 / (spread * spread); // vec4 of channels of a pixel that is written
  const filmed = (/** @type {string} */ value) => film === undefined ? value : `${value} * rows[row + c] + rows[row + ${each4}u + c]`;
  /** Code for each of the thread's pixels and vec4 of channels: c4 among all, c among those of a pixel. */
  const forEach = (/** @type {(value: string, j: number) => string} */ line, needsRow = false) => times(4, (j) => `{
  let pixel = own + ${j}u;
  let b = picture + pixel / ${high * wide}u;
  let y = top + pixel % ${high * wide}u / ${wide}u;
  let x = left + pixel % ${wide}u;
  if (b < batch) {
    ${needsRow ? `let row = rowOf[b] * ${features / 4}u + ${(film ?? 0) / 4}u;` : ""}
    ${times(each, (n) => `{
      let c4 = group.y * ${columns}u + column + ${n}u;
      if (c4 < ${cout4}u) {
        let c = c4 % ${each4}u;
        ${line(`acc${j}${n}`, j)}
      }
    }`)}
  }
}`);
  const finish = (/** @type {string} */ acc) => {
    const before = filmed(`(${acc} + constants[c4])`);
    const value = op.filmLast ? filmed(apply(`${acc} + constants[c4]`, op.act)) : apply(before, op.act);
    return op.gain === 1 ? value : `(${value}) * ${op.gain}`;
  };
  const write = (/** @type {string} */ acc) => [
    second ? `var value = ${acc} + constants[${cout4}u + c4];` : `var value = ${finish(acc)};`,
    skip && !second ? `value += vec4f(skip0[(b * ${outC4}u + c4) * ${area}u + y * ${side}u + x]);` : "",
    op.grid === undefined ? "" : `value += grid[(rowOf[b] * ${outC4}u + c4) * ${area}u + y * ${side}u + x];`,
    spread === 1
      ? `result[(b * ${outC4}u + c4) * ${area}u + y * ${side}u + x] = vec4<${typeOf(op.out)}>(value);`
      : `let place = c4 / ${each4}u;
      result[(b * ${outC4}u + c) * ${area * spread * spread}u + (y * ${spread}u + place / ${spread}u) * ${side * spread}u + x * ${spread}u + place % ${spread}u] = vec4<${typeOf(op.out)}>(value);`,
  ].join("\n");

  const used = new Set([op.act, pre?.act ?? "none"]);
  const code = `${begin(T)}${declare(buffers)}
${[...used].map((act) => FUNCTIONS[act]).join("\n")}
var<workgroup> shared_x: array<vec4<${T}>, ${shared[0]}>;
var<workgroup> shared_w: array<vec4<${T}>, ${shared[1]}>;
${main(`
let tile = group.x % ${perPicture}u;
let picture = group.x / ${perPicture}u * ${pictures}u;
let top = tile / ${side / wide}u * ${high}u;
let left = tile % ${side / wide}u * ${wide}u;
let own = thread / ${across}u * 4u; // the first of the thread's pixels
let column = thread % ${across}u * ${each}u; // the first of its vec4 of channels
${times(4, (j) => times(each, (n) => `var acc${j}${n} = vec4f();`))}
${product.code}
${second ? `${forEach((acc) => `${acc} = ${finish(acc)};`, film !== undefined)}\n${second.code}` : ""}
${forEach(write, film !== undefined)}`)}`;
  return {
    code,
    names: buffers.map(([name]) => name),
    groups: (batch) => [Math.ceil(batch / pictures) * perPicture, Math.ceil(cout4 / columns)],
  };
}

/**
 * Attention of 64 or 16 tokens: a thread has one query of one head, a workgroup one head, or four.
 * @param {Net.Attention} op @param {number} tokens @param {Net.Type} type @returns {Net.Kernel}
 */
export function attention({ heads, dim }, tokens, type) {
  const [d4, own] = [dim / 4, THREADS / tokens]; // vec4 of a head; heads of a workgroup
  const isShared = 2 * THREADS * d4 * (type === "f16" ? 8 : 16) <= SHARED_BYTES;
  const at = (/** @type {number} */ part, /** @type {string} */ token) => (/** @type {number} */ i) =>
    `tokens[((b * 3u + ${part}u) * ${heads}u + head) * ${d4 * tokens}u + ${i * tokens}u + ${token}]`;
  const shared = (/** @type {string} */ name, /** @type {number} */ part) => (/** @type {number} */ i) =>
    isShared ? `vec4f(${name}[(thread / ${tokens}u * ${d4}u + ${i}u) * ${tokens}u + j])` : `vec4f(${at(part, "j")(i)})`;
  const [key, value] = [shared("keys", 1), shared("values", 2)];
  return {
    code: `${begin(type)}${declare([["tokens", `vec4<${type}>`], ["result", `vec4<${type}>`]])}
${isShared ? ["keys", "values"].map((name) => `var<workgroup> ${name}: array<vec4<${type}>, ${THREADS * d4}>;`).join("\n") : ""}
${main(`
let b = group.x / ${heads / own}u;
let head = group.x % ${heads / own}u * ${own}u + thread / ${tokens}u;
let query = thread % ${tokens}u;
${isShared ? `${times(d4, (i) => `keys[(thread / ${tokens}u * ${d4}u + ${i}u) * ${tokens}u + query] = ${at(1, "query")(i)};
values[(thread / ${tokens}u * ${d4}u + ${i}u) * ${tokens}u + query] = ${at(2, "query")(i)};`)}
workgroupBarrier();` : ""}
${times(d4, (i) => `let q${i} = vec4f(${at(0, "query")(i)});\nvar sum${i} = vec4f();`)}
var most = -3e38;
var total = 0.0;
for (var j = 0u; j < ${tokens}u; j++) {
  let score = ${Array.from({ length: d4 }, (_, i) => `dot(q${i}, ${key(i)})`).join(" + ")};
  let next = max(most, score);
  let old = exp(most - next);
  let share = exp(score - next);
  most = next;
  total = total * old + share;
  ${times(d4, (i) => `sum${i} = sum${i} * old + share * ${value(i)};`)}
}
${times(d4, (i) => `result[(b * ${heads}u + head) * ${d4 * tokens}u + ${i * tokens}u + query] = vec4<${type}>(sum${i} / total);`)}`)}`,
    names: ["tokens", "result"],
    groups: (batch) => [(batch * heads) / own, 1],
  };
}

/** @param {Net.Pool} op @param {{ channels: number, side: number }} shape of its input @param {Net.Type} type @returns {Net.Kernel} */
export function pool({ size, mode, act, grid }, { channels, side }, type) {
  const own = side / size;
  const count = (channels / 4) * own * own; // vec4 of a picture
  const parts = Array.from({ length: size * size }, (_, i) => `vec4f(source[at + ${Math.floor(i / size) * side + (i % size)}u])`);
  const joined = mode === "max" ? parts.reduce((a, b) => `max(${a}, ${b})`) : `(${parts.join(" + ")}) * ${1 / size ** 2}`;
  /** @type {[string, string][]} */
  const buffers = [["source", `vec4<${type}>`], ...(/** @type {[string, string][]} */ (grid === undefined ? [] : [["rowOf", "u32"], ["grid", "vec4f"]])), ["result", `vec4<${type}>`]];
  return {
    code: `${begin(type)}${declare(buffers)}
${FUNCTIONS[act]}
${main(`
let i = id.x;
if (i >= batch * ${count}u) { return; }
let at = i / ${own * own}u * ${side * side}u + i % ${own * own}u / ${own}u * ${size * side}u + i % ${own}u * ${size}u;
let value = ${apply(joined, act)}${grid === undefined ? "" : ` + grid[rowOf[i / ${count}u] * ${count}u + i % ${count}u]`};
result[i] = vec4<${type}>(value);`)}`,
    names: buffers.map(([name]) => name),
    groups: (batch) => [Math.ceil((batch * count) / THREADS), 1],
  };
}

/** A workgroup has one group of one picture. @param {Net.GroupNorm} op @param {{ channels: number, side: number }} shape @param {Net.Type} type @param {number} features @returns {Net.Kernel} */
export function groupNorm({ groups, act, film }, { channels, side }, type, features) {
  const [area, c4] = [side * side, channels / 4];
  const count = (c4 / groups) * area; // vec4 of a group
  /** @type {[string, string][]} */
  const buffers = [["source", `vec4<${type}>`], ["constants", "vec4f"], ...(/** @type {[string, string][]} */ (film === undefined ? [] : [["rows", "vec4f"], ["rowOf", "u32"]])), ["result", `vec4<${type}>`]];
  const reduce = (/** @type {string} */ to, /** @type {string} */ term) => `
var ${to}_own = 0.0;
for (var i = thread; i < ${count}u; i += ${THREADS}u) { ${term} }
workgroupBarrier();
sums[thread] = ${to}_own;
for (var reach = ${THREADS / 2}u; reach > 0u; reach /= 2u) {
  workgroupBarrier();
  if (thread < reach) { sums[thread] += sums[thread + reach]; }
}
workgroupBarrier();
let ${to} = sums[0] / ${count * 4};`;
  return {
    code: `${begin(type)}${declare(buffers)}
${FUNCTIONS[act]}
var<workgroup> sums: array<f32, ${THREADS}>;
${main(`
let b = group.x / ${groups}u;
let first = group.x % ${groups}u * ${c4 / groups}u;
let start = (b * ${c4}u + first) * ${area}u;
${reduce("mean", "mean_own += dot(vec4f(source[start + i]), vec4f(1));")}
${reduce("variance", "let d = vec4f(source[start + i]) - mean; variance_own += dot(d, d);")}
let factor = inverseSqrt(variance + 1e-5);
for (var i = thread; i < ${count}u; i += ${THREADS}u) {
  let c = first + i / ${area}u;
  var value = ${apply(`(vec4f(source[start + i]) - mean) * factor * constants[c] + constants[${c4}u + c]`, act)};
  ${film === undefined ? "" : `let row = rowOf[b] * ${features / 4}u + ${film / 4}u;
  value = value * rows[row + c] + rows[row + ${c4}u + c];`}
  result[start + i] = vec4<${type}>(value);
}`)}`,
    names: buffers.map(([name]) => name),
    groups: (batch) => [batch * groups, 1],
  };
}

/** rows = bias + embedding times weights; a thread has four of a row. `batch` counts rows. @param {Net.Linear} film @returns {Net.Kernel} */
export function linear({ cin, cout }) {
  return {
    code: `${declare([["embedding", "f32"], ["weights", "vec4f"], ["bias", "vec4f"], ["rows", "vec4f"]])}
${main(`
let i = id.x;
if (i >= batch * ${cout / 4}u) { return; }
let o = i % ${cout / 4}u;
var sum = bias[o];
for (var c = 0u; c < ${cin}u; c++) { sum += embedding[i / ${cout / 4}u * ${cin}u + c] * weights[c * ${cout / 4}u + o]; }
rows[i] = sum;`)}`,
    names: ["embedding", "weights", "bias", "rows"],
    groups: (rows) => [Math.ceil((rows * cout) / 4 / THREADS), 1],
  };
}
