// @ts-check
/** One sprite on a canvas of its own. */

import { drawRgb, penOf } from "./canvas.js";
import { SIZE } from "./pixels.js";

/** @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} rgb @param {number} scale canvas pixels a sprite pixel */
export function paintSprite(canvas, rgb, scale) {
  canvas.width = canvas.height = SIZE * scale;
  const pen = penOf(canvas);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(drawRgb(rgb, SIZE, SIZE), 0, 0, canvas.width, canvas.height);
  return canvas;
}
