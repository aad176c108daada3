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

/** @type {HTMLCanvasElement | undefined} */
let mixture;

/**
 * Between two frames, to be used at once.
 * @param {Frame} frame @param {Frame} next @param {number} share of the second, 0 to 1
 * @param {number} panel @param {View} view
 */
export function mixedSheetOf(frame, next, share, panel, view) {
  mixture ??= document.createElement("canvas");
  const [width, height] = [frame.columns * SIZE, frame.rows * SIZE];
  if (mixture.width !== width || mixture.height !== height) [mixture.width, mixture.height] = [width, height];
  const pen = penOf(mixture);
  pen.globalAlpha = 1;
  pen.drawImage(sheetOf(frame, panel, view), 0, 0);
  pen.globalAlpha = share;
  pen.drawImage(sheetOf(next, panel, view), 0, 0);
  return mixture;
}

/**
 * Sprite i of a frame's sheet, as a square.
 * @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {CanvasImageSource} sheet
 * @param {number} i @param {number} x @param {number} y @param {number} side
 */
export function drawSprite(pen, frame, sheet, i, x, y, side) {
  const place = frame.order?.[i] ?? i;
  const [left, top] = [(place % frame.columns) * SIZE, Math.floor(place / frame.columns) * SIZE];
  pen.drawImage(sheet, left, top, SIZE, SIZE, x, y, side, side);
}

const PAD = 0.5; // sprite pixels between a sprite and the edge of its tile
const ROUND = 6; // page pixels

/**
 * Sprite i on a tile of its own; bare without colours for that.
 * @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {CanvasImageSource} sheet @param {number} i
 * @param {number[]} corner @param {number} scale screen pixels a sprite pixel @param {{ fill: string, edge: string } | null} tile
 */
export function drawTile(pen, frame, sheet, i, [x, y], scale, tile) {
  if (tile) {
    pen.fillStyle = tile.fill;
    pen.strokeStyle = tile.edge;
    pen.lineWidth = pixelRatio();
    outline(pen, [x, y], scale, Math.round(PAD * scale) + pixelRatio() / 2, ROUND);
    pen.fill();
    pen.stroke();
  }
  drawSprite(pen, frame, sheet, i, x, y, SIZE * scale);
}

/** Around a tile. @param {CanvasRenderingContext2D} pen @param {number[]} corner @param {number} scale @param {string} colour */
export function drawRing(pen, corner, scale, colour) {
  const ratio = pixelRatio();
  pen.strokeStyle = colour;
  pen.lineWidth = 2 * ratio;
  outline(pen, corner, scale, Math.round(PAD * scale) + ratio, ROUND);
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {number[]} corner @param {number} scale @param {number} away @param {number} round */
function outline(pen, [x, y], scale, away, round) {
  const side = SIZE * scale + 2 * away;
  pen.beginPath();
  pen.roundRect(x - away, y - away, side, side, round * pixelRatio());
}
