// @ts-check
/**
 * The matrix product of the plain backend: WebAssembly with SIMD, assembled here, or JavaScript where that is missing.
 *
 * The product is C = A B for blocks of 4 rows of A and panels of 8 columns of B. A row of A lies in `parts` pieces of
 * `k` numbers, each `jump` bytes behind the end of the last: so a 3x3 convolution reads its picture in place.
 */

/** @param {number} value @returns {number[]} LEB128, signed */
const leb = (value) => {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40);
  return isLast ? [low] : [low | 0x80, ...leb(rest)];
};
/** @param {number} value @returns {number[]} LEB128, unsigned */
const count = (value) => (value < 128 ? [value] : [(value & 0x7f) | 0x80, ...count(value >> 7)]);

function assemble() {
  // Parameters in the order of Product; then locals.
  const [a, lda, b, c, ldc, blocks, panels, k, parts, jump] = Array(10).keys();
  const [rowA, rowC, block, part, left, bAt] = [10, 11, 12, 13, 14, 15];
  const rows = [16, 17, 18, 19];
  const sums = [20, 21, 22, 23, 24, 25, 26, 27];
  const [b0, b1, splat] = [28, 29, 30];
  const get = (/** @type {number} */ local) => [0x20, local];
  const set = (/** @type {number} */ local) => [0x21, local];
  const i32 = (/** @type {number} */ value) => [0x41, ...leb(value)];
  const [ADD, MULTIPLY] = [[0x6a], [0x6c]];
  const move = (/** @type {number} */ local, /** @type {number[]} */ by) => [...get(local), ...by, ...ADD, ...set(local)];
  const copy = (/** @type {number} */ to, /** @type {number} */ from) => [...get(from), ...set(to)];
  /** Repeats until the counter has gone down to 0. */
  const repeat = (/** @type {number} */ counter, /** @type {number} */ by, /** @type {number[]} */ body) =>
    [0x03, 0x40, ...body, ...get(counter), ...i32(by), 0x6b, 0x22, counter, 0x0d, 0, 0x0b];
  const load = (/** @type {number} */ code, /** @type {number} */ offset) => [0xfd, code, 2, ...count(offset)];
  const step = (/** @type {number} */ i) => [
    ...get(bAt), ...load(0x00, 32 * i), ...set(b0),
    ...get(bAt), ...load(0x00, 32 * i + 16), ...set(b1),
    ...rows.flatMap((row, r) => [
      ...get(row), ...load(0x09, 4 * i), ...set(splat),
      ...[b0, b1].flatMap((one, half) => [
        ...get(sums[2 * r + half]), ...get(splat), ...get(one), 0xfd, 0xe6, 1, 0xfd, 0xe4, 1, ...set(sums[2 * r + half]), // += splat * one
      ]),
    ]),
  ];
  const inner = [...[0, 1, 2, 3].flatMap(step), ...rows.flatMap((row) => move(row, i32(16))), ...move(bAt, i32(128))];
  const block4 = [
    ...copy(rows[0], rowA), ...[1, 2, 3].flatMap((r) => [...get(rows[r - 1]), ...get(lda), ...ADD, ...set(rows[r])]),
    ...sums.flatMap((one) => [0xfd, 0x0c, ...Array(16).fill(0), ...set(one)]),
    ...copy(bAt, b), ...copy(part, parts),
    ...repeat(part, 1, [...copy(left, k), ...repeat(left, 4, inner), ...rows.flatMap((row) => move(row, get(jump)))]),
    ...[0, 1, 2, 3].flatMap((r) => [
      ...get(rowC), ...get(sums[2 * r]), 0xfd, 0x0b, 2, 0,
      ...get(rowC), ...get(sums[2 * r + 1]), 0xfd, 0x0b, 2, 16,
      ...move(rowC, get(ldc)),
    ]),
    ...move(rowA, [...get(lda), ...i32(4), ...MULTIPLY]),
  ];
  const body = [
    ...repeat(panels, 1, [
      ...copy(rowA, a), ...copy(rowC, c), ...copy(block, blocks),
      ...repeat(block, 1, block4),
      ...copy(b, bAt), ...move(c, i32(32)),
    ]),
    0x0b,
  ];
  const locals = [2, ...[10, 0x7f], ...[11, 0x7b]]; // 10 of i32, 11 of v128
  const section = (/** @type {number} */ id, /** @type {number[]} */ bytes) => [id, ...count(bytes.length), ...bytes];
  const name = (/** @type {string} */ text) => [text.length, ...new TextEncoder().encode(text)];
  const code = [...locals, ...body];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 10, ...Array(10).fill(0x7f), 0]),
    ...section(2, [1, ...name("m"), ...name("m"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("f"), 0, 0]),
    ...section(10, [1, ...count(code.length), ...code]),
  ]);
}

/** @type {WebAssembly.Module | null | undefined} */
let module;

/**
 * Memory of so many bytes, and the product in it. @param {number} bytes @param {boolean} [simd] false: in JavaScript
 * @returns {{ heap: Float32Array, product: Net.Product }}
 */
export function makeProduct(bytes, simd = true) {
  try {
    module ??= new WebAssembly.Module(assemble());
  } catch {
    module = null; // no SIMD
  }
  if (!module || !simd) {
    const heap = new Float32Array(bytes / 4);
    return { heap, product: (...places) => multiply(heap, ...places) };
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) || 1 });
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  return { heap: new Float32Array(memory.buffer), product: /** @type {Net.Product} */ (exports.f) };
}

/** @param {Float32Array} heap @param {Parameters<Net.Product>} places */
function multiply(heap, ...[a, lda, b, c, ldc, blocks, panels, k, parts, jump]) {
  const sums = new Float64Array(8);
  for (let panel = 0; panel < panels; panel++) {
    for (let row = 0; row < 4 * blocks; row++) {
      let [from, at] = [(a + row * lda) / 4, b / 4 + panel * k * parts * 8];
      sums.fill(0);
      for (let part = 0; part < parts; part++, from += jump / 4) {
        for (let i = 0; i < k; i++, from++, at += 8) {
          const value = heap[from];
          for (let j = 0; j < 8; j++) sums[j] += value * heap[at + j];
        }
      }
      heap.set(sums, (c + row * ldc) / 4 + panel * 8);
    }
  }
}
