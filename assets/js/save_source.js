// @ts-check
/** The sprites of a player's frames, ready to be saved. */

import { nameSprites, slugOf } from "./atlas.js";
import { penOf, sheetOf } from "./canvas.js";
import { SIZE, withoutAlpha } from "./pixels.js";

/** @typedef {import("./player.js").Player} Player @typedef {import("./types").Frame} Frame @typedef {import("./types").View} View */

const KINDS = ["hero", "creature", "food", "item", "hero"]; // in the order of sprites.KINDS
const FRAME_MS = 100, SHORTEST_MS = 40; // of an animation
const WHOLE_MS = 5000;
const HOLD_MS = 2000; // the last frame
const CHECK_MS = 200; // whether the last frame has come

/** What a player has to save. @param {Player} player @returns {import("./save_dialog.js").Source} */
export const sourceOf = (player) => ({
  hasMoments: () => Boolean(player.current && player.current.t > 0),
  async takeBatch(isMoment) {
    const frame = isMoment ? player.current : await findFinished(player);
    if (!frame) return null;
    const panel = player.painter.panelShown(frame);
    const subjects = subjectsOf(player, frame.count);
    const view = isMoment && frame.t > 0 ? player.view() : "x";
    return { sprites: spritesOf(frame, panel, view), names: nameSprites(subjects), base: baseOf(subjects, player, frame) };
  },
  async takeAnimation() {
    const last = await findFinished(player);
    if (!last) return null;
    const { frames } = player;
    const each = frames[0].per_second ? 1000 / frames[0].per_second : Math.min(FRAME_MS, Math.max(SHORTEST_MS, WHOLE_MS / frames.length));
    return {
      frames: frames.map((frame) => spritesOf(frame, player.painter.panelShown(frame), player.view() in frame.panels[0] ? player.view() : "x")),
      delays: frames.map((_, i) => (i === frames.length - 1 ? HOLD_MS : each)),
      base: baseOf(subjectsOf(player, last.count), player, last),
    };
  },
  async takePicture() {
    const content = await new Promise((resolve) => player.canvas.toBlob(resolve, "image/png"));
    if (!(content instanceof Blob) || !player.current) return null;
    return { name: `${baseOf(subjectsOf(player, player.current.count), player, player.current)}.png`, content };
  },
  settings: () => player.frames[0]?.recipe ?? null,
});

/** The frame of the finished sprites; waits for it while they are drawn. @param {Player} player @returns {Promise<Frame | undefined>} */
export async function findFinished(player) {
  if (player.current?.t === 0) return player.current; // among the epochs of a training, the one that is shown
  while (player.frames.length && !player.log.done) await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  return player.frames.findLast(({ t }) => t === 0) ?? player.frames.at(-1); // of a drawing that was stopped, the newest
}

/**
 * RGB of every sprite.
 * @param {Frame} frame @param {number} panel @param {View} view @returns {Uint8Array[]}
 */
export function spritesOf(frame, panel, view) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [frame.columns * SIZE, frame.rows * SIZE];
  const pen = penOf(canvas, { willReadFrequently: true });
  pen.drawImage(sheetOf(frame, panel, view), 0, 0);
  return Array.from({ length: frame.count }, (_, i) => {
    const place = placeOf(frame, i);
    const [left, top] = [(place % frame.columns) * SIZE, Math.floor(place / frame.columns) * SIZE];
    return withoutAlpha(pen.getImageData(left, top, SIZE, SIZE).data);
  });
}

/** Where sprite i is on its sheet: a frame may show some of them, in an order of its own. @param {Frame} frame @param {number} i */
export const placeOf = (frame, i) => frame.order?.[i] ?? i;

/** What each sprite shows, for its name. @param {Player} player @param {number} count */
export function subjectsOf(player, count) {
  const first = player.frames[0];
  const { prompt = "", kinds = [] } = first?.recipe ?? {};
  const largest = kinds.indexOf(Math.max(...kinds, 0.01));
  const asked = slugOf(prompt) || KINDS[largest] || "sprite";
  return Array.from({ length: count }, (_, i) => first?.names?.[i] || slugOf(first?.words?.[i] ?? "") || asked);
}

/** A name for all of them. @param {string[]} subjects @param {Player} player @param {Frame} frame */
function baseOf(subjects, player, frame) {
  const panel = player.painter.panelShown(frame);
  const epoch = frame.panels.length > 1 || frame.caption ? numberIn(frame.caption ?? frame.panels[panel].label) : "";
  const subject = new Set(subjects).size === 1 ? slugOf(subjects[0]) : "sprites";
  return [subject || "sprites", epoch && `epoch-${epoch}`, frame.t && `level-${frame.t}`].filter(Boolean).join("-");
}

/** @param {string} label such as "epoch 31" */
const numberIn = (label) => /\d+/.exec(label)?.[0] ?? "";
