// @ts-check
/**
 * The painter of the Watch tab: all sprites of one epoch, as large as the screen allows. The reel holds several epochs,
 * and a slider goes through them; a trajectory and the epochs of a training run hold one.
 */

import { mountMachine } from "./machine.js";
import { Player } from "./player.js";

/** @typedef {import("./types").Frame} Frame */

/** @param {import("./types").Host} host */
export const mount = (host) => mountMachine(new Player(host, (player) => new WatchPainter(player)), host.props.machine);

class WatchPainter {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.epoch = player.part("epoch", HTMLInputElement);
    this.epoch.addEventListener("input", () => {
      player.root.dataset.moved = "yes";
      if (!player.current) return;
      this.#nameEpoch(player.current);
      this.paint(player.current);
    });
    const gridNow = () => player.fitGrid(player.current?.count ?? 1);
    player.words.wire(gridNow);
    player.canvas.addEventListener("click", (event) => {
      const index = player.spriteUnder(event, gridNow());
      if (index >= 0) player.choose(index);
    });
  }

  /** @param {Frame} frame */
  paint(frame) {
    const grid = this.player.fitGrid(frame.count);
    this.player.drawAll(this.player.resize(grid), frame, this.panelShown(frame), grid);
  }

  /** @param {Frame} frame */
  begin(frame) {
    this.epoch.max = String(frame.panels.length - 1);
    this.epoch.value = this.epoch.max;
    this.player.root.dataset.panels = String(frame.panels.length);
    this.#nameEpoch(frame);
  }

  /** @param {Frame} frame */
  panelShown(frame) {
    return Math.min(Number(this.epoch.value), frame.panels.length - 1);
  }

  /** @param {Frame} frame */
  #nameEpoch(frame) {
    const { label } = frame.panels[this.panelShown(frame)];
    this.player.part("epoch-name").textContent = label;
    this.epoch.setAttribute("aria-valuetext", label);
  }
}
