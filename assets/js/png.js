// @ts-check
/** PNG files and animated ones (APNG). https://www.w3.org/TR/png-3/ Nothing here needs a page. */

/**
 * Pixels row by row: RGBA, or with a palette one index a pixel, where palette.length stands for a transparent one.
 * @typedef {{ width: number, height: number, data: Uint8Array | Uint8ClampedArray, palette?: number[][] }} Picture
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const UP = 2; // a row as its difference from the row above
const COLOUR_TYPE = { rgb: 2, indexed: 3, rgba: 6 };

/** A PNG of the smallest kind that holds it: indexed, RGB or RGBA. @param {Picture} picture */
export const encodePng = (picture) => encodeApng([picture], []);

/**
 * An animated PNG that repeats; a plain one of one picture.
 * @param {Picture[]} pictures of one size and palette @param {number[]} delays milliseconds that each is shown
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function encodeApng(pictures, delays) {
  const [{ width, height, palette }] = pictures;
  const isOpaque = !palette && pictures.every(({ data }) => data.every((value, i) => i % 4 !== 3 || value === 255));
  const type = palette ? COLOUR_TYPE.indexed : isOpaque ? COLOUR_TYPE.rgb : COLOUR_TYPE.rgba;
  const chunks = [chunkOf("IHDR", [...int(width), ...int(height), 8, type, 0, 0, 0])];
  const isAnimated = pictures.length > 1;
  if (isAnimated) chunks.push(chunkOf("acTL", [...int(pictures.length), ...int(0)]));
  if (palette) {
    const colours = palette.length < 256 ? [...palette, [0, 0, 0]] : palette;
    chunks.push(chunkOf("PLTE", colours.flat()));
    if (palette.length < 256) chunks.push(chunkOf("tRNS", [...palette.map(() => 255), 0]));
  }
  let sequence = 0;
  for (const [i, picture] of pictures.entries()) {
    if (isAnimated) {
      const place = [...int(width), ...int(height), ...int(0), ...int(0)];
      chunks.push(chunkOf("fcTL", [...int(sequence++), ...place, ...short(Math.round(delays[i])), ...short(1000), 0, 0]));
    }
    const packed = await deflate(filter(isOpaque ? withoutAlpha(picture.data) : picture.data, height));
    chunks.push(i === 0 ? chunkOf("IDAT", packed) : chunkOf("fdAT", packed, int(sequence++)));
  }
  return join([Uint8Array.from(SIGNATURE), ...chunks, chunkOf("IEND", [])]);
}

/** Rows with the filter that each is packed with: those that are equal to the one above become zeros. @param {ArrayLike<number>} data @param {number} height */
function filter(data, height) {
  const length = data.length / height;
  const rows = new Uint8Array((length + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = y * length, to = y * (length + 1);
    let isRepeated = y > 0;
    for (let x = 0; isRepeated && x < length; x++) isRepeated = data[from + x] === data[from - length + x];
    if (isRepeated) rows[to] = UP;
    else for (let x = 0; x < length; x++) rows[to + 1 + x] = data[from + x];
  }
  return rows;
}

/** @param {ArrayLike<number>} rgba */
function withoutAlpha(rgba) {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    for (let channel = 0; channel < 3; channel++) rgb[to++] = rgba[from + channel];
  }
  return rgb;
}

/** @param {Uint8Array<ArrayBuffer>} bytes -> a stream of zlib */
async function deflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} name @param {ArrayLike<number>} content @param {number[]} before it */
function chunkOf(name, content, before = []) {
  const chunk = new Uint8Array(12 + before.length + content.length);
  chunk.set(int(before.length + content.length));
  chunk.set([...name].map((letter) => letter.charCodeAt(0)), 4);
  chunk.set(before, 8);
  chunk.set(content, 8 + before.length);
  chunk.set(int(crc(chunk.subarray(4, -4))), chunk.length - 4);
  return chunk;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
const crc = (bytes) => ~bytes.reduce((sum, byte) => CRC_TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), -1);

/** Four bytes, the largest first. @param {number} value */
const int = (value) => [24, 16, 8, 0].map((bits) => (value >>> bits) & 255);

/** @param {number} value up to 65,535 */
const short = (value) => int(value).slice(2);

/** @param {Uint8Array[]} parts */
function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
