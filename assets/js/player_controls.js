// @ts-check
/** The player's buttons, slider and keys; and that it rests when somebody touches anything. */

import { share } from "./player_address.js";

/** @typedef {import("./player.js").Player} Player */

const SCRUB = 1000; // the slider's end

/** @param {Player} player */
export function wireControls(player) {
  const { part, root, scrub } = player;
  part("play").addEventListener("click", () => player.toggle());
  part("back").addEventListener("click", () => player.seek(player.shown - 1));
  part("forward").addEventListener("click", () => player.seek(player.shown + 1));
  const loop = part("loop");
  loop.addEventListener("click", () => {
    loop.setAttribute("aria-pressed", String(loop.getAttribute("aria-pressed") !== "true"));
  });
  part("speed").addEventListener("change", () => {
    if (!player.playing.isOn) return;
    player.pause();
    player.play();
  });
  scrub.addEventListener("input", () => player.seekPlace(Number(scrub.value) / SCRUB));
  part("views").addEventListener("change", () => player.frames.length && player.show(player.shown));
  part("share").addEventListener("click", () => share(player));
  root.addEventListener("keydown", (event) => press(player, event));
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, (event) => restAt(player, event), true);
  new ResizeObserver(() => player.repaint()).observe(root);
}

/** @param {Player} player @param {KeyboardEvent} event */
function press(player, event) {
  const target = /** @type {Element} */ (event.target);
  const own = target.closest("select, input[type=radio], input[type=range]:not([data-part=scrub])");
  if (own || event.altKey || event.ctrlKey || event.metaKey) return;
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => player.seek(player.shown - 1),
    ArrowRight: () => player.seek(player.shown + 1),
    Home: () => player.seek(0),
    End: () => player.rest(),
  };
  if (!target.closest("button")) keys[" "] = () => player.toggle();
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}

/** What moves by itself ends at the first touch: its own controls go on from there, anything else leaves it finished. @param {Player} player @param {Event} event */
function restAt(player, event) {
  if (!player.playing.isPerforming) return;
  const target = /** @type {Element} */ (event.target);
  if (target.closest?.("[data-part=play]") || /** @type {KeyboardEvent} */ (event).key === " ") return;
  if (player.root.contains(target) && target !== player.canvas) player.pause();
  else player.rest();
}
