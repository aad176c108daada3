// @ts-check
/** The address of what a player shows, and the way back. */

import { queryOf } from "./link.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {{ level?: number, at?: number }} Moment A noise level; in addresses of earlier versions a frame's number. */

/** @param {Player} player */
export async function share(player) {
  const { current, frames, isReel, tab, text, painter } = player;
  const level = current && current.t > 0 ? { level: current.t } : {};
  const recipe = isReel ? {} : frames[0]?.recipe;
  const state = { tab, ...recipe, view: player.view(), ...level, ...painter.place?.() };
  const link = `${location.origin}${location.pathname}?${queryOf(state)}`;
  history.replaceState(history.state, "", link);
  try {
    await navigator.clipboard.writeText(link);
    player.say(text.copied);
  } catch {
    player.status.textContent = text.in_address; // no clipboard without https; the address bar has it
  }
}

/** @param {Player} player @param {URLSearchParams | null} query @returns {Moment | null} where it stands */
export function restore(player, query) {
  if (!query) return null;
  const view = CSS.escape(query.get("view") ?? "x");
  const radio = /** @type {HTMLInputElement | null} */ (player.part("views").querySelector(`input[value="${view}"]`));
  if (radio) radio.checked = true;
  player.painter.restore?.(query);
  for (const name of ["level", "at"]) {
    const value = query.get(name) ?? "";
    if (/^\d{1,5}$/.test(value)) return { [name]: Number(value) };
  }
  return null;
}
