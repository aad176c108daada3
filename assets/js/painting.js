// @ts-check
/** A painting as text, short enough for an address, and addresses that hold one. Nothing here needs a page. */

import { queryFor } from "./link.js";
import { SIZE, base64Of, bytesOf } from "./pixels.js";

const CELLS = SIZE * SIZE;
const MOST_COLOURS = 64; // with a palette; of more, the picture itself
const KEPT = ["lang", "controls", "__theme"]; // of an address, whatever is painted

/** @typedef {{ run: string | null, prompt: string, t: number, seed: number, pixels: Uint8Array }} Drawing */

/** Bits for an index below a number. @param {number} count */
const bitsFor = (count) => Math.max(1, Math.ceil(Math.log2(count)));

/**
 * About 250 characters for ten colours: how many there are, the colours, and an index for each pixel. A picture of more
 * than 64 colours is itself: 1,024 characters.
 * @param {Uint8Array} pixels RGB of 16 x 16
 */
export function writePainting(pixels) {
  const all = Array.from({ length: CELLS }, (_, i) => (pixels[3 * i] << 16) | (pixels[3 * i + 1] << 8) | pixels[3 * i + 2]);
  const colours = [...new Set(all)];
  if (colours.length > MOST_COLOURS) return toText(pixels);
  const bits = bitsFor(colours.length);
  const head = 1 + 3 * colours.length;
  const bytes = new Uint8Array(head + (CELLS * bits) / 8);
  bytes[0] = colours.length;
  colours.forEach((colour, i) => bytes.set([colour >> 16, (colour >> 8) & 255, colour & 255], 1 + 3 * i));
  all.forEach((colour, i) => {
    const index = colours.indexOf(colour);
    for (let bit = 0; bit < bits; bit++) {
      if (index & (1 << bit)) bytes[head + ((i * bits + bit) >> 3)] |= 1 << ((i * bits + bit) & 7);
    }
  });
  return toText(bytes);
}

/** The inverse; null for anything else. @param {string | null} text */
export function readPainting(text) {
  if (!text || !/^[\w-]+$/.test(text)) return null;
  /** @type {Uint8Array} */
  let bytes;
  try {
    bytes = bytesOf(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  if (bytes.length === 3 * CELLS) return bytes;
  const count = bytes[0], bits = bitsFor(count), head = 1 + 3 * count;
  if (!count || count > MOST_COLOURS || bytes.length !== head + (CELLS * bits) / 8) return null;
  const pixels = new Uint8Array(3 * CELLS);
  for (let i = 0; i < CELLS; i++) {
    let index = 0;
    for (let bit = 0; bit < bits; bit++) index |= ((bytes[head + ((i * bits + bit) >> 3)] >> ((i * bits + bit) & 7)) & 1) << bit;
    if (index >= count) return null;
    pixels.set(bytes.subarray(1 + 3 * index, 4 + 3 * index), 3 * i);
  }
  return pixels;
}

/** Letters that an address leaves as they are. @param {Uint8Array} bytes */
const toText = (bytes) => base64Of(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/**
 * What an address asks of a tab, with `first` where it says nothing or what cannot be.
 * @param {string} search @param {string} tab @param {Drawing} first
 */
export function drawingFrom(search, tab, first) {
  const query = queryFor(search.replace("tab=finish", "tab=paint"), tab); // as the tab was once called
  if (!query) return first;
  /** @param {string} name @param {number} least @param {number} most @param {number} usual */
  const whole = (name, least, most, usual) => {
    const value = Number(query.get(name) ?? NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : usual;
  };
  return {
    run: query.get("run") ?? first.run,
    prompt: query.get("prompt") ?? (query.has("sprite") ? "" : first.prompt),
    t: whole("level", 1, 500, first.t),
    seed: whole("seed", 0, 2 ** 32 - 1, first.seed),
    pixels: readPainting(query.get("sprite")) ?? first.pixels,
  };
}

/** The inverse of drawingFrom. @param {string} search of the address until now @param {string} tab @param {Drawing} drawing */
export function searchOf(search, tab, { run, prompt, t, seed, pixels }) {
  const query = new URLSearchParams({ tab, ...(run ? { run } : {}), ...(prompt ? { prompt } : {}) });
  for (const [name, value] of Object.entries({ level: t, seed, sprite: writePainting(pixels) })) query.set(name, String(value));
  const before = new URLSearchParams(search);
  for (const name of KEPT) if (before.has(name)) query.set(name, String(before.get(name)));
  return `?${query}`;
}
