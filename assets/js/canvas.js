// @ts-check
/** Pixels and sprites on a canvas. */

import { pixelRatio } from "./dom.js";
import { SIZE, rgbaOf } from "./pixels.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").View} View */

/** @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function penOf(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new TypeError(canvas.tagName);
  return pen;
}

/** RGB bytes as a canvas of that size. @param {ArrayLike<number>} rgb @param {number} width @param {number} height */
export function drawRgb(rgb, width, height, canvas = document.createElement("canvas")) {
  [canvas.width, canvas.height] = [width, height];
  penOf(canvas).putImageData(new ImageData(rgbaOf(rgb), width, height), 0, 0);
  return canvas;
}

/**
 * A canvas in screen pixels, so that a sprite's pixel is a whole number of them at every zoom; emptied.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 */
export function resize(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) {
    [canvas.width, canvas.height] = [width, height];
    [canvas.style.width, canvas.style.height] = [`${width / pixelRatio()}px`, `${height / pixelRatio()}px`];
  }
  const pen = penOf(canvas, { willReadFrequently: true });
  pen.imageSmoothingEnabled = false;
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** @type {HTMLCanvasElement | undefined} */
let scratch; // the sheet that was asked for last, at native size

/**
 * A panel's sheet, to be used at once.
 * @param {Frame} frame @param {number} panel @param {View} view
 * @returns {CanvasImageSource}
 */
export function sheetOf(frame, panel, view) {
  const sheet = frame.panels[panel][view];
  if (!sheet) throw new TypeError(view);
  if (!(sheet instanceof Uint8Array)) return sheet;
  return (scratch = drawRgb(sheet, frame.columns * SIZE, frame.rows * SIZE, scratch));
}

/**
 * Sprite i of a frame's sheet, as a square.
 * @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {CanvasImageSource} sheet
 * @param {number} i @param {number} x @param {number} y @param {number} side
 */
export function drawSprite(pen, frame, sheet, i, x, y, side) {
  const [left, top] = [(i % frame.columns) * SIZE, Math.floor(i / frame.columns) * SIZE];
  pen.drawImage(sheet, left, top, SIZE, SIZE, x, y, side, side);
}
