// @ts-check
/** Brings a player together with what saves, enlarges and keeps its sprites. */

import { nameSprites } from "./atlas.js";
import { Closeup } from "./closeup.js";
import { SaveDialog } from "./save_dialog.js";
import { findFinished, sourceOf, spritesOf, subjectsOf } from "./save_source.js";
import { Tray } from "./tray.js";

/** @typedef {import("./player.js").Player} Player @typedef {import("./closeup.js").Epoch} Epoch */

/** @param {Player} player */
export function wireSaving(player) {
  const { root, canvas, text } = player;
  const dialog = new SaveDialog(root, text);
  const closeup = new Closeup(root, text);
  new Tray(root, text, closeup, dialog);
  player.part("save").addEventListener("click", () => {
    if (player.frames.length) dialog.open(sourceOf(player));
  });
  /** @param {number} index */
  const enlarge = (index) => {
    if (!player.frames.length) return;
    player.pause();
    closeup.open(galleryOf(player), Math.max(0, index));
  };
  player.part("closeup-open").addEventListener("click", () => enlarge(player.chosen));
  canvas.addEventListener("dblclick", () => enlarge(player.chosen));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    enlarge(player.chosen);
  });
}

/** The finished sprites of a player, each in all its epochs. @param {Player} player @returns {import("./closeup.js").Gallery} */
function galleryOf(player) {
  const count = player.current?.count ?? 0;
  const subjects = subjectsOf(player, count);
  const names = nameSprites(subjects);
  const first = player.frames[0];
  return {
    count,
    async take(index) {
      const { epochs, shown } = await epochsOf(player, index);
      const words = first.words?.[index] ?? first.recipe?.prompt ?? "";
      return { epochs, shown, words, name: names[index] };
    },
  };
}

/** @param {Player} player @param {number} index of a sprite */
async function epochsOf(player, index) {
  const frame = await findFinished(player);
  if (!frame) throw new TypeError("no frame");
  if (frame.caption) { // the epochs of a training are frames
    const epochs = player.frames.map((one) => ({ label: one.caption ?? "", rgb: spritesOf(one, 0, "x")[index] }));
    return { epochs, shown: player.frames.indexOf(frame) };
  }
  const panel = player.painter.panelShown(frame);
  const epochs = frame.panels.map(({ label }, i) => ({ label, rgb: spritesOf(frame, i, "x")[index] }));
  return { epochs, shown: panel };
}
