// @ts-check
/**
 * The shipped reel (diffusion/devtools/reel.py): a header's length, the header as JSON, then the pictures of its frames.
 * Fetched once for all players and the lesson.
 */

import { SIZE, rgbaOf } from "./pixels.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Strings} Strings */
/** @typedef {Uint8ClampedArray | Uint8Array} Bytes RGB */
/** @typedef {{ trajectory: Promise<Frame>[], learning: Promise<Frame[]> }} Reel */

/** @type {Promise<Reel> | undefined} */
let reel;

/**
 * @param {string} url @param {Strings} strings
 * @returns {Promise<Reel>} from noise to sprites, each frame as soon as it is unpacked, the finished one first; and one frame an epoch of training
 */
export const fetchReel = (url, strings) => (reel ??= unpackReel(url, strings));

/** The sprites of the reel that a tab opens with, the clearest first: of 32, each too small to be looked at. */
const PICK = [17, 11, 29, 3, 16, 4, 26, 15, 21, 31, 12, 5, 23, 18, 30, 27, 22, 2];
const NARROW = 600; // page pixels

/** @param {Frame} frame of the reel @param {string} tab @returns {Frame} with as many of them as there is room for, large */
export function pickSprites(frame, tab) {
  const most = tab === "compare" ? 16 : 18; // what Compare draws unless told otherwise
  const order = PICK.filter((i) => i < frame.count).slice(0, window.innerWidth < NARROW ? 12 : most);
  return { ...frame, count: order.length, order };
}

/**
 * The reel was made in English; its epochs in the words of this page.
 * @param {string | undefined} label @param {Strings} strings
 */
export const translateLabel = (label, strings) =>
  label?.replace(/^epoch (\d+)$/, (_, epoch) => strings.epoch_number.replace("{epoch}", epoch));

/**
 * What is in the file. A picture's number is what stands for it in a panel; it is made again once, with those it needs.
 * @param {ArrayBuffer} file @returns {{ header: any, picture: (number: number) => Promise<Bytes> }}
 */
export function readReel(file) {
  const length = new DataView(file).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length)));
  let start = 4 + length;
  const streams = header.pictures.map((/** @type {number[]} */ [size]) => new Uint8Array(file, (start += size) - size, size));
  /** @type {Promise<Bytes>[]} */
  const pictures = [];
  /** @param {number} number @returns {Promise<Bytes>} */
  const picture = (number) => (pictures[number] ??= decode(number));
  /** @param {number} number @returns {Promise<Bytes>} */
  const decode = async (number) => {
    const [, quantum, base, ...pairs] = /** @type {number[]} */ (header.pictures[number]);
    const apart = new Int8Array(await inflate(streams[number]));
    const references = await Promise.all(pairs.filter((_, i) => i % 2 === 0).map(picture));
    return addUp(apart, quantum, base, references, pairs.filter((_, i) => i % 2));
  };
  return { header, picture };
}

/** @param {Uint8Array<ArrayBuffer>} stream of zlib */
const inflate = (stream) =>
  new Response(new Blob([stream]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();

/**
 * RGB bytes from what differs from a guess; diffusion/devtools/reel_pictures.py says how.
 * @param {Int8Array} apart @param {number} quantum @param {number} base
 * @param {Bytes[]} references @param {number[]} weights
 */
function addUp(apart, quantum, base, references, weights) {
  const guess = new Int32Array(apart.length).fill(base + 128);
  references.forEach((reference, which) => {
    const weight = weights[which];
    for (let i = 0; i < guess.length; i++) guess[i] += weight * reference[i];
  });
  const bytes = quantum === 1 ? new Uint8Array(apart.length) : new Uint8ClampedArray(apart.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.max(0, Math.min(guess[i] >> 8, 255)) + quantum * apart[i];
  return bytes;
}

/** @param {string} url @param {Strings} strings @returns {Promise<Reel>} */
async function unpackReel(url, strings) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const { header, picture } = readReel(await answer.arrayBuffer());

  /** @param {any} frame @returns {Promise<Frame>} */
  const unpack = async (frame) => {
    /** @param {number} number */
    const unpackPicture = async (number) =>
      createImageBitmap(new ImageData(rgbaOf(await picture(number)), frame.columns * SIZE, frame.rows * SIZE));
    /** @param {any} panel */
    const unpackPanel = async ({ label, ...views }) => {
      const unpacked = await Promise.all(Object.entries(views).map(async ([view, number]) => [view, await unpackPicture(number)]));
      return { label: translateLabel(label, strings), ...Object.fromEntries(unpacked) };
    };
    const panels = await Promise.all(frame.panels.map(unpackPanel));
    return { ...frame, caption: translateLabel(frame.caption, strings), panels };
  };
  const finished = unpack(header.film.at(-1)); // nothing else is unpacked before it
  const others = header.film.slice(0, -1).map((/** @type {any} */ frame) => finished.then(() => unpack(frame)));
  return { trajectory: [...others, finished], learning: finished.then(() => Promise.all(header.learning.map(unpack))) };
}
