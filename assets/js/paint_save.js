// @ts-check
/** One sprite as a PNG file. */

import { paintSprite } from "./sprite_canvas.js";

/** @param {Uint8Array} rgb of one sprite @param {number} scale @returns {Promise<Blob>} */
export const pngOf = (rgb, scale) =>
  new Promise((resolve, reject) => {
    const canvas = paintSprite(document.createElement("canvas"), rgb, scale);
    canvas.toBlob((png) => (png ? resolve(png) : reject(new TypeError("toBlob"))), "image/png");
  });

/** @param {Blob} content @param {string} name of the file */
export function saveBlob(content, name) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
