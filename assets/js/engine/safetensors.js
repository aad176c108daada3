// @ts-check
/** Reads safetensors: 8 bytes with the header's length, the header as JSON, then the tensors' bytes, little-endian. */

import { EngineError } from "./errors.js";

const MAX_HEADER = 2 ** 20; // bytes
const MAX_FILE = 2 ** 28;
const MAX_TENSORS = 4096;
const BYTES = { F16: 2, F32: 4 };
const SKIPPED = new Set(["I64"]); // counters of BatchNorm; nothing is computed from them

/** @type {Float32Array | undefined} */
let allHalves;

/**
 * The tensors by their names, in float32. EngineError "bad-file" for anything else than a whole file of finite numbers.
 * @param {ArrayBuffer | Uint8Array} file @returns {Map<string, Net.Tensor>}
 */
export function readSafetensors(file) {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
  const refuse = (/** @type {string} */ why) => new EngineError("bad-file", `these are no weights: ${why}`);
  if (bytes.length < 10 || bytes.length > MAX_FILE) throw refuse(`a file of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) || length > Math.min(MAX_HEADER, bytes.length - 8)) throw refuse("its header is cut short");
  /** @type {any} */
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw refuse("its header cannot be read");
  }
  const isObject = header && typeof header === "object" && !Array.isArray(header);
  if (!isObject || Object.keys(header).length > MAX_TENSORS) throw refuse("its header lists no tensors");
  const halves = (allHalves ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half)));
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__" || SKIPPED.has(entry?.dtype)) continue;
    const { dtype, shape, data_offsets: place } = entry ?? {};
    const size = BYTES[/** @type {keyof BYTES} */ (dtype)];
    const isCounts = (/** @type {unknown} */ list) => Array.isArray(list) && list.length <= 8 && list.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!Object.hasOwn(BYTES, dtype) || !isCounts(shape) || !isCounts(place) || place.length !== 2) throw refuse(`${name} has no known form`);
    const count = shape.reduce((/** @type {number} */ product, /** @type {number} */ n) => product * n, 1);
    const [start, end] = place;
    if (end - start !== count * size || 8 + length + end > bytes.length) throw refuse(`${name} lies outside of the file`);
    const data = new Float32Array(count);
    const from = 8 + length + start;
    if (size === 4) for (let i = 0; i < count; i++) data[i] = view.getFloat32(from + 4 * i, true);
    else for (let i = 0; i < count; i++) data[i] = halves[view.getUint16(from + 2 * i, true)];
    if (!data.every(Number.isFinite)) throw refuse(`${name} holds values that are not finite`);
    tensors.set(name, { shape, data });
  }
  return tensors;
}

/** @param {number} half 16 bits */
export function halfToFloat(half) {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  const size = exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24;
  return (half & 0x8000 ? -1 : 1) * (exponent < 31 ? size : fraction ? NaN : Infinity);
}
