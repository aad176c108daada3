// @ts-check
/** Sprites as files, made in the browser: PNGs in a ZIP, a sheet and its layout, animations. */

import { FEW, columnsFor, composeSheet, dress, dressIn, enlarge, layoutOf, withoutPalette } from "./atlas.js";
import { cutOut } from "./alpha.js";
import { findPalette } from "./palette.js";
import { rgbaOf } from "./pixels.js";
import { encodeApng, encodePng } from "./png.js";

/** @typedef {import("./atlas.js").Look} Look @typedef {import("./png.js").Picture} Picture */
/** Sprites, RGB, with a name each; `base` names what holds them all. @typedef {{ sprites: Uint8Array[], names: string[], base: string }} Batch */
/** frames: the sprites of each moment, RGB. delays: in milliseconds. @typedef {{ frames: Uint8Array[][], delays: number[], base: string }} Animation */
/** @typedef {{ name: string, content: Blob }} File */

const STORED = /** @type {{ level: 0 }} */ ({ level: 0 }); // PNGs are packed already

/** @type {Record<string, (batch: Batch, look: Look) => Promise<File>>} */
export const SAVE = { sprites: zipSprites, sheet: saveSheet, layout: zipSheet };

/** One PNG each; of one sprite no ZIP around it. @param {Batch} batch @param {Look} look */
async function zipSprites({ sprites, names, base }, look) {
  const pictures = dress(sprites, look);
  const pngs = await Promise.all(pictures.map((picture) => encodePng(enlarge(picture, look.scale))));
  if (pngs.length === 1) return fileOf(`${names[0]}.png`, "image/png", pngs[0]);
  return zip(`${base}-sprites.zip`, Object.fromEntries(pngs.map((png, i) => [`${names[i]}.png`, png])));
}

/** @param {Batch} batch @param {Look} look */
async function saveSheet({ sprites, base }, look) {
  return fileOf(`${base}-sheet.png`, "image/png", await pngOfSheet(sprites, look));
}

/** A sheet with its layout beside it. @param {Batch} batch @param {Look} look */
async function zipSheet({ sprites, names, base }, look) {
  const layout = layoutOf(names, columnsFor(sprites.length), look.scale, `${base}-sheet.png`);
  const json = new TextEncoder().encode(JSON.stringify(layout, null, 1) + "\n");
  const png = await pngOfSheet(sprites, look);
  return zip(`${base}-sheet.zip`, { [`${base}-sheet.png`]: png, [`${base}-sheet.json`]: json });
}

/** @param {Uint8Array[]} sprites @param {Look} look */
const pngOfSheet = (sprites, look) =>
  encodePng(enlarge(composeSheet(dress(sprites, look), columnsFor(sprites.length)), look.scale));

/** One sprite as a PNG, to be copied or saved. @param {Uint8Array} sprite RGB @param {Look} look */
export async function pngOfSprite(sprite, look) {
  const [picture] = dress([sprite], look);
  return new Blob([await encodePng(enlarge(picture, look.scale))], { type: "image/png" });
}

/**
 * The sheets of an animation. A limited palette is that of its last frame, so that all of it has these colours.
 * @param {Animation} animation @param {Look} look @returns {Picture[]}
 */
function dressAnimation({ frames }, look) {
  const columns = columnsFor(frames[0].length);
  if (look.colours === "all") {
    return frames.map((sprites) => enlarge(composeSheet(dress(sprites, { ...look, colours: "all" }), columns), look.scale));
  }
  const last = frames[frames.length - 1].map((rgb) => (look.transparent ? cutOut(rgb) : rgbaOf(rgb)));
  const palette = findPalette(last.flatMap((rgba) => [...rgba]), FEW);
  return frames.map((sprites) => enlarge(composeSheet(dressIn(sprites, look.transparent, palette), columns), look.scale));
}

/** @param {Animation} animation @param {Look} look */
export async function saveApng(animation, look) {
  const content = await encodeApng(dressAnimation(animation, look), animation.delays);
  return fileOf(`${animation.base}.apng`, "image/apng", content);
}

/** @param {Animation} animation @param {Look} look */
export async function saveGif(animation, look) {
  const { GIFEncoder, quantize, applyPalette } = await import("../vendor/gifenc.js");
  const gif = GIFEncoder();
  for (const [i, sheet] of dressAnimation(animation, { ...look, scale: 1 }).entries()) {
    let { data, palette } = sheet;
    if (!palette) {
      const rgba = withoutPalette(sheet).data;
      palette = /** @type {number[][]} */ (quantize(rgba, 255));
      const indices = /** @type {Uint8Array} */ (applyPalette(rgba, palette));
      data = indices.map((one, at) => (rgba[4 * at + 3] ? one : /** @type {number[][]} */ (palette).length));
    }
    const large = enlarge({ ...sheet, data, palette }, look.scale);
    gif.writeFrame(large.data, large.width, large.height, {
      palette: [...palette, [0, 0, 0]],
      delay: animation.delays[i],
      transparent: look.transparent,
      transparentIndex: palette.length,
      dispose: look.transparent ? 2 : 0, // each frame begins with an empty canvas
    });
    if (i % 4 === 0) await new Promise((resolve) => setTimeout(resolve)); // the page goes on
  }
  gif.finish();
  return fileOf(`${animation.base}.gif`, "image/gif", gif.bytes());
}

/** @param {string} name @param {Record<string, Uint8Array>} files */
async function zip(name, files) {
  const { zipSync } = await import("../vendor/fflate.js");
  const entries = Object.entries(files).map(([file, content]) => [file, [content, STORED]]);
  return fileOf(name, "application/zip", zipSync(Object.fromEntries(entries), {}));
}

/** @param {string} name @param {string} type @param {Uint8Array<ArrayBuffer>} content @returns {File} */
const fileOf = (name, type, content) => ({ name, content: new Blob([content], { type }) });

/** @param {File} file */
export function download({ name, content }) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
