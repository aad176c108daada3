// @ts-check
/** An uploaded picture as one sprite. */

import { penOf } from "./canvas.js";
import { SIZE, withoutAlpha } from "./pixels.js";

/**
 * Any picture as the RGB bytes of one sprite, in the middle of white. An enlarged sprite becomes itself again.
 * @param {File} file @returns {Promise<{ pixels: Uint8Array, width: number, height: number }>} with the size that it had
 */
export async function readSprite(file) {
  const picture = await createImageBitmap(file);
  const { width, height } = picture;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = penOf(canvas);
  pen.fillStyle = "white";
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.imageSmoothingEnabled = width % SIZE !== 0;
  pen.imageSmoothingQuality = "high";
  const scale = SIZE / Math.max(width, height);
  pen.drawImage(picture, (SIZE - width * scale) / 2, (SIZE - height * scale) / 2, width * scale, height * scale);
  return { pixels: withoutAlpha(pen.getImageData(0, 0, SIZE, SIZE).data), width, height };
}
