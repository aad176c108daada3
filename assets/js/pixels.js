// @ts-check
/** Bytes and pixels: how pictures travel and what their numbers mean. Nothing here needs a page. */

export const SIZE = 16; // pixels a sprite
const UNIT = 4096; // floats travel as int16, in so many parts of one, as in diffusion/ui/tabs/learn.py

/** The sixteen colours of the sprites and four more, for the pixel editor. */
export const COLOURS = [
  "000000", "ffffff", "fe1b1b", "981010", "34c040", "1f7326", "3868f8", "223e95", "f8d038", "957d22",
  "a86838", "65321b", "f8d0a8", "95806b", "9848e0", "5b2b86", "20c0b0", "a8a8b0", "656569", "e838a8",
];

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** @param {Uint8Array} bytes */
export const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

/** @param {string} hex such as "fe1b1b" @returns {number[]} red, green, blue */
export const rgbOf = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** RGB bytes with an opaque fourth channel, as a canvas takes them. @param {ArrayLike<number>} rgb */
export function rgbaOf(rgb) {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from];
    rgba[to + 1] = rgb[from + 1];
    rgba[to + 2] = rgb[from + 2];
  }
  return rgba;
}

/** The inverse of rgbaOf. @param {ArrayLike<number>} rgba */
export const withoutAlpha = (rgba) =>
  Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]);

/** Bytes 0..255 -> floats -1..1. @param {Uint8Array} bytes */
export const toFloats = (bytes) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);

/** Floats -1..1 -> bytes 0..255; what lies beyond is cut off. @param {Float32Array} x */
export const toBytes = (x) => Uint8ClampedArray.from(x, (value) => 127.5 * (value + 1));

/** Floats -8..8 -> base64 of int16. @param {Float32Array} x */
export const pack = (x) => base64Of(new Uint8Array(Int16Array.from(x, (value) => Math.round(value * UNIT)).buffer));

/** The inverse of pack. @param {string} base64 */
export const unpack = (base64) => Float32Array.from(new Int16Array(bytesOf(base64).buffer), (value) => value / UNIT);
