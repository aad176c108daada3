// @ts-check
/**
 * Sprites as files: their names, and a sheet without gaps with its layout. diffusion/store/atlas.py does the same for
 * the command line. Nothing here needs a page.
 */

import { cutOut } from "./alpha.js";
import { findPalette, mapToPalette } from "./palette.js";
import { SIZE, rgbaOf } from "./pixels.js";

/** @typedef {import("./png.js").Picture} Picture */
/** How sprites are saved. colours: all there are, so many in each, or so many in all together. @typedef {{ transparent: boolean, colours: "all" | "each" | "shared", scale: number }} Look */

export const FEW = 16; // colours of a limited palette
const LONGEST_NAME = 40; // characters
const FRAME_MS = 100; // of a sprite in the layout; the form asks for it

/** Letters and digits of ASCII, in lower case, joined by hyphens; empty where there are none. @param {string} text */
export function slugOf(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/^(an?|the)\s+/, "");
  const words = plain.split(/[^a-z0-9]+/).filter(Boolean);
  let slug = "";
  for (const word of words) {
    const longer = slug ? `${slug}-${word}` : word;
    if (longer.length > LONGEST_NAME) break;
    slug = longer;
  }
  return slug || (words[0] ?? "").slice(0, LONGEST_NAME);
}

/** wizard-01, wizard-02, mushroom-03: all different, and in order. @param {string[]} subjects what each sprite shows */
export function nameSprites(subjects) {
  const digits = Math.max(2, String(subjects.length).length);
  return subjects.map((subject, i) => `${slugOf(subject) || "sprite"}-${String(i + 1).padStart(digits, "0")}`);
}

/** As columns_for of diffusion/sprites.py: a sheet a little wider than high. @param {number} count */
export const columnsFor = (count) =>
  Math.min(count, [4, 6, 8, 10].find((columns) => columns * columns * 0.6 >= count) ?? Math.ceil(Math.sqrt(count * 1.6)));

/**
 * Sprites as they are saved, at native size: their background cut out, their colours limited.
 * @param {ArrayLike<number>[]} sprites RGB @param {Look} look @returns {Picture[]} all with a palette, or none
 */
export function dress(sprites, look) {
  const cut = sprites.map((rgb) => (look.transparent ? cutOut(rgb) : rgbaOf(rgb)));
  if (look.colours === "all") return cut.map((data) => ({ width: SIZE, height: SIZE, data }));
  const together = look.colours === "shared" ? findPalette(concat(cut), FEW) : null;
  return cut.map((data) => index(data, together ?? findPalette(data, FEW)));
}

/**
 * Sprites in a palette that is there.
 * @param {ArrayLike<number>[]} sprites RGB @param {boolean} transparent @param {import("./palette.js").Colour[]} palette
 */
export const dressIn = (sprites, transparent, palette) =>
  sprites.map((rgb) => index(transparent ? cutOut(rgb) : rgbaOf(rgb), palette));

/** @param {ArrayLike<number>} rgba @param {import("./palette.js").Colour[]} palette @returns {Picture} */
const index = (rgba, palette) => ({ width: SIZE, height: SIZE, data: mapToPalette(rgba, palette), palette });

/** @param {Uint8ClampedArray[]} parts */
function concat(parts) {
  const whole = new Uint8ClampedArray(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A picture with a palette as RGBA; others as they are. @param {Picture} picture @returns {Picture} */
export function withoutPalette({ width, height, data, palette }) {
  if (!palette) return { width, height, data };
  const rgba = new Uint8ClampedArray(data.length * 4);
  data.forEach((one, i) => {
    if (one < palette.length) rgba.set([...palette[one], 255], 4 * i);
  });
  return { width, height, data: rgba };
}

/** Pictures of one size, row by row without gaps; places that are left over are transparent. @param {Picture[]} pictures @param {number} columns @returns {Picture} */
export function composeSheet(pictures, columns) {
  const isMixed = pictures.some(({ palette }) => palette !== pictures[0].palette);
  const parts = isMixed ? pictures.map(withoutPalette) : pictures;
  const [{ width, height, palette }] = parts;
  const depth = palette ? 1 : 4;
  const rows = Math.ceil(parts.length / columns);
  const data = new Uint8Array(columns * width * rows * height * depth).fill(palette ? palette.length : 0);
  parts.forEach((part, i) => {
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height];
    for (let y = 0; y < height; y++) {
      const row = part.data.subarray(y * width * depth, (y + 1) * width * depth);
      data.set(row, ((top + y) * columns * width + left) * depth);
    }
  });
  return { width: columns * width, height: rows * height, data, palette };
}

/** Every pixel scale x scale times. @param {Picture} picture @param {number} scale @returns {Picture} */
export function enlarge({ width, height, data, palette }, scale) {
  if (scale === 1) return { width, height, data, palette };
  const depth = palette ? 1 : 4;
  const across = width * scale;
  const large = new Uint8Array(across * height * scale * depth);
  for (let y = 0; y < height; y++) {
    const start = y * scale * across * depth;
    for (let x = 0; x < across; x++) {
      const from = (y * width + Math.floor(x / scale)) * depth;
      for (let i = 0; i < depth; i++) large[start + x * depth + i] = data[from + i];
    }
    for (let copy = 1; copy < scale; copy++) {
      large.copyWithin(start + copy * across * depth, start, start + across * depth);
    }
  }
  return { width: across, height: height * scale, data: large, palette };
}

/**
 * Where the sprites are on a sheet, in the form that Aseprite exports ("hash") and game engines read.
 * @param {string[]} names of the sprites @param {number} columns @param {number} scale @param {string} image the sheet's file
 */
export function layoutOf(names, columns, scale, image) {
  const side = SIZE * scale;
  const rows = Math.ceil(names.length / columns);
  const box = { w: side, h: side };
  const frames = names.map((name, i) => [
    `${name}.png`,
    {
      frame: { x: (i % columns) * side, y: Math.floor(i / columns) * side, ...box },
      rotated: false,
      trimmed: false,
      spriteSourceSize: { x: 0, y: 0, ...box },
      sourceSize: box,
      duration: FRAME_MS,
    },
  ]);
  const meta = { app: "Sprite Diffusion", version: "1.0", image, format: "RGBA8888" };
  const size = { w: columns * side, h: rows * side };
  return { frames: Object.fromEntries(frames), meta: { ...meta, size, scale: "1", frameTags: [], layers: [], slices: [] } };
}
