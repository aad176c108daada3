// @ts-check
/** What a player shows as files, made in the browser: GIF, PNG, ZIP, and the request that makes it again as JSON. */

import { drawSprite, penOf } from "./canvas.js";
import { SIZE } from "./pixels.js";

/** @typedef {import("./player.js").Player} Player @typedef {import("./types").Frame} Frame */

const GIF_SCALE = 3; // picture pixels a sprite pixel
const LAST_FRAME_MS = 1500;

/** @type {Record<string, (player: Player, frame: Frame, name: string) => void | Promise<void>>} */
const SAVE = {
  gif: saveGif,
  zip: saveZip,
  async sheet(player, frame, name) {
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [frame.columns * SIZE, frame.rows * SIZE];
    penOf(copy).drawImage(player.sheet(frame, player.painter.panelShown(frame)), 0, 0);
    download(await pngOf(copy), `${name}-native.png`);
  },
  async picture(player, _, name) {
    download(await pngOf(player.canvas), `${name}.png`);
  },
  recipe(player, _, name) {
    const { recipe } = player.frames[0];
    if (!recipe) throw new Error(player.text.no_recipe);
    download(new Blob([JSON.stringify(recipe, null, 2) + "\n"], { type: "application/json" }), `${name}.json`);
  },
};

/** @param {Player} player @param {string} kind a key of SAVE */
export async function save(player, kind) {
  const frame = player.current;
  if (!frame) return;
  player.pause();
  const label = frame.panels[player.painter.panelShown(frame)].label.replace(/[^\p{L}\p{N}]+/gu, "-");
  try {
    await SAVE[kind](player, frame, `sprites-${label}-${player.view()}-level-${frame.t}`);
  } catch (problem) {
    player.say(`${player.text.failed}: ${problem instanceof Error ? problem.message : problem}`);
  }
}

/** @param {Blob} content @param {string} name */
function download(content, name) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const pngOf = (canvas) =>
  new Promise((resolve, reject) => canvas.toBlob((png) => (png ? resolve(png) : reject(new TypeError("toBlob"))), "image/png"));

/** All frames. @param {Player} player @param {Frame} _ @param {string} name */
async function saveGif(player, _, name) {
  const { GIFEncoder, quantize, applyPalette } = await import("../vendor/gifenc.js");
  const gif = GIFEncoder();
  const { frames, canvas } = player;
  const back = player.shown;
  player.fixedScale = GIF_SCALE;
  try {
    for (let i = 0; i < frames.length; i++) {
      player.painter.paint(frames[i]);
      const { data, width, height } = penOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 3; at < data.length; at += 4) {
        if (!data[at]) data.fill(255, at - 3, at + 1); // gaps are white, as on the page
      }
      const palette = quantize(data, 256);
      const delay = i === frames.length - 1 ? LAST_FRAME_MS : player.frameTime();
      gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
      player.status.textContent = player.text.gif.replace("{done}", i + 1).replace("{total}", frames.length);
      if (i % 4 === 0) await new Promise(requestAnimationFrame);
    }
  } finally {
    player.fixedScale = null;
    player.show(back);
  }
  gif.finish();
  download(new Blob([gif.bytes()], { type: "image/gif" }), `${name}.gif`);
}

/** Every sprite as a PNG. @param {Player} player @param {Frame} frame @param {string} name */
async function saveZip(player, frame, name) {
  const { zipSync } = await import("../vendor/fflate.js");
  const one = document.createElement("canvas");
  one.width = one.height = SIZE;
  /** @type {Record<string, [Uint8Array, { level: 0 }]>} */
  const files = {};
  for (let i = 0; i < frame.count; i++) {
    drawSprite(penOf(one), frame, player.sheet(frame, player.painter.panelShown(frame)), i, 0, 0, SIZE);
    const png = await (await pngOf(one)).arrayBuffer();
    files[`${name}-${String(i + 1).padStart(2, "0")}.png`] = [new Uint8Array(png), { level: 0 }];
  }
  download(new Blob([zipSync(files, {})], { type: "application/zip" }), `${name}.zip`);
}
