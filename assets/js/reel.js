// @ts-check
/**
 * The shipped reel (diffusion/devtools/reel.py): a header's length, the header as JSON, then the pictures it points to.
 * Fetched once for all players and the lesson.
 */

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Strings} Strings */
/** @typedef {{ trajectory: Promise<Frame>[], learning: Promise<Frame[]> }} Reel */

/** @type {Promise<Reel> | undefined} */
let reel;

/**
 * @param {string} url @param {Strings} strings
 * @returns {Promise<Reel>} from noise to sprites, each frame as soon as it is unpacked; and one frame an epoch of training
 */
export const fetchReel = (url, strings) => (reel ??= unpackReel(url, strings));

/**
 * The reel was made in English; its epochs in the words of this page.
 * @param {string | undefined} label @param {Strings} strings
 */
export const translateLabel = (label, strings) =>
  label?.replace(/^epoch (\d+)$/, (_, epoch) => strings.epoch_number.replace("{epoch}", epoch));

/** @param {ArrayBuffer} file @returns {{ header: any, pictures: number }} the header, and where the pictures begin */
export function readHeader(file) {
  const length = new DataView(file).getUint32(0, true);
  return { header: JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length))), pictures: 4 + length };
}

/** @param {string} url @param {Strings} strings @returns {Promise<Reel>} */
async function unpackReel(url, strings) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const file = await answer.arrayBuffer();
  const { header, pictures } = readHeader(file);

  /** @param {[number, number]} place */
  const unpackPicture = ([start, size]) => createImageBitmap(new Blob([new Uint8Array(file, pictures + start, size)]));
  /** @param {any} panel */
  const unpackPanel = async ({ label, ...views }) => {
    const unpacked = await Promise.all(Object.entries(views).map(async ([view, place]) => [view, await unpackPicture(place)]));
    return { label: translateLabel(label, strings), ...Object.fromEntries(unpacked) };
  };
  /** @param {any} frame @returns {Promise<Frame>} */
  const unpack = async (frame) => ({
    ...frame,
    caption: translateLabel(frame.caption, strings),
    panels: await Promise.all(frame.panels.map(unpackPanel)),
  });
  return { trajectory: header.film.map(unpack), learning: Promise.all(header.learning.map(unpack)) };
}
