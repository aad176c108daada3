// @ts-check
/**
 * The painter of the Watch tab: all sprites of one epoch, as large as the stage allows. The slider of training goes
 * through the epochs of the reel, or through those of the run that drew the sprites: the same sprites are drawn again
 * with an epoch that they were not drawn with yet. It is the page's one control of the epoch.
 */

import { addButton } from "./dom.js";
import { mountMachine } from "./machine.js";
import { Player } from "./player.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Host} Host */

const MAX_TICKS = 10;

/** @param {Host} host */
export const mount = (host) => mountMachine(new Player(host, (player) => new WatchPainter(player, host)), host.props.machine);

class WatchPainter {
  /** By the slider's value. @type {number[]} */
  #epochs = [];
  /** The frames of the sprites that are shown, by the epoch that drew them. @type {Map<number, Frame[]>} */
  #drawn = new Map();
  #key = ""; // what they have in common
  /** The epochs of every run that was asked about. @type {Map<string, Promise<number[]>>} */
  #ofRun = new Map();
  /** Which of the reel's epochs an address wants. @type {string | null} */
  #wanted = null;

  /** @param {Player} player @param {Host} host */
  constructor(player, { server }) {
    this.player = player;
    this.server = server;
    this.epoch = player.part("epoch", HTMLInputElement);
    this.epoch.addEventListener("input", () => this.#move());
    this.epoch.addEventListener("change", () => this.#settle());
    const gridNow = () => player.fitGrid(player.current?.count ?? 1);
    player.words.wire(gridNow);
    player.canvas.addEventListener("click", (event) => {
      const index = player.spriteUnder(event, gridNow());
      if (index >= 0) player.choose(index);
    });
    if (player.tab === "watch") this.#placeAside();
  }

  /** What others put beside the stage stands below it and the controls, so that these stay next to each other. */
  #placeAside() {
    const aside = this.player.part("aside");
    this.player.root.closest(".workbench")?.after(aside);
  }

  // ---- what the player asks ----

  /** @param {Frame} frame */
  paint(frame) {
    const { player } = this;
    const grid = player.fitGrid(frame.count);
    const pen = player.resize(grid);
    player.drawAll(pen, frame, this.panelShown(frame), grid);
    if (!player.fixedScale && player.tab === "watch") player.mark(pen, grid);
  }

  /** @param {Frame} frame the first of a run, or the reel's last */
  begin(frame) {
    const { player } = this;
    if (player.tab !== "watch") return;
    if (player.isReel) {
      this.#offer(frame.panels.map(epochOf), Number(this.#wanted ?? frame.panels.length - 1));
      return;
    }
    const { epochs, ...request } = frame.recipe ?? { epochs: [] };
    const run = runOf(String(epochs[0]));
    const key = JSON.stringify([run, request]);
    if (key !== this.#key) this.#drawn.clear();
    this.#key = key;
    this.#offerRun(run, epochOf(frame.panels[0]));
  }

  /** @param {Frame} frame */
  panelShown(frame) {
    return frame.panels.length > 1 ? Math.min(Number(this.epoch.value), frame.panels.length - 1) : 0;
  }

  /** @param {Frame[]} frames */
  keep(frames) {
    if (frames.length && this.player.tab === "watch") this.#drawn.set(epochOf(frames[0].panels[0]), frames);
  }

  /** @returns {Record<string, string>} */
  place() {
    return this.player.isReel ? { epoch: this.epoch.value } : {};
  }

  /** @param {URLSearchParams} query */
  restore(query) {
    this.#wanted = query.get("epoch");
  }

  // ---- the slider of training ----

  /** @param {string} run @param {number} epoch that is shown */
  async #offerRun(run, epoch) {
    if (!this.#ofRun.has(run)) this.#ofRun.set(run, Promise.resolve(this.server.epochs(run)));
    if (!this.#epochs.includes(epoch)) this.#offer([epoch], 0);
    else this.#offer(this.#epochs, this.#epochs.indexOf(epoch));
    const found = (await this.#ofRun.get(run)?.catch(() => null)) ?? [epoch];
    const frame = this.player.frames[0];
    if (this.player.isReel || !frame?.recipe || runOf(frame.recipe.epochs[0]) !== run) return; // others are shown by now
    const shown = epochOf(frame.panels[0]);
    this.#offer(found, Math.max(0, found.indexOf(shown)));
  }

  /** @param {number[]} epochs @param {number} place of the one that is shown */
  #offer(epochs, place) {
    const isSame = epochs.join() === this.#epochs.join();
    this.#epochs = epochs;
    this.epoch.max = String(epochs.length - 1);
    this.epoch.value = String(Math.min(place, epochs.length - 1));
    this.epoch.disabled = epochs.length < 2;
    if (!isSame) this.#drawTicks();
    this.#name();
  }

  #drawTicks() {
    const place = this.player.part("ticks");
    const last = this.#epochs.length - 1;
    const every = Math.ceil((last + 1) / MAX_TICKS);
    place.replaceChildren();
    this.#epochs.forEach((epoch, i) => {
      if (i !== last && (i % every || last - i < every)) return;
      const tick = addButton(place, () => {
        this.epoch.value = String(i);
        this.#move();
        this.#settle();
      });
      tick.tabIndex = -1; // the slider beside it does the same for those who use no pointer
      tick.textContent = String(epoch);
      tick.style.insetInlineStart = `${last ? (100 * i) / last : 100}%`;
    });
  }

  get #chosen() {
    return this.#epochs[Number(this.epoch.value)];
  }

  #name() {
    const label = this.player.text.epoch_number.replace("{epoch}", String(this.#chosen));
    this.player.part("epoch-name").textContent = label;
    this.epoch.setAttribute("aria-valuetext", label);
    [...this.player.part("ticks").children].forEach((tick) => {
      tick.toggleAttribute("data-chosen", tick.textContent === String(this.#chosen));
    });
  }

  /** The finished sprites of that epoch, if they are here. */
  #move() {
    const { player } = this;
    this.#name();
    const frames = this.#drawn.get(this.#chosen);
    if (player.isReel) player.rest();
    else if (frames) {
      player.open(frames, frames.length - 1);
      player.rest();
    }
  }

  /** The server is told the epoch, and draws the same sprites with it where it has not yet. */
  #settle() {
    const { player } = this;
    setEpoch(this.#chosen);
    if (player.isReel || this.#drawn.has(this.#chosen)) return;
    player.isQuiet = true;
    requestAnimationFrame(() => document.getElementById("watch-again")?.click()); // once Gradio knows the epoch
  }
}

/** @param {import("./types").Panel} panel */
const epochOf = ({ label }) => Number(/\d+/.exec(label)?.[0]);

/** @param {string} ref such as "sprites/31" */
const runOf = (ref) => ref.replace(/\/[^/]*$/, "");

/** @param {number} epoch for Gradio's control, which nobody sees */
function setEpoch(epoch) {
  const input = /** @type {HTMLInputElement | null} */ (document.querySelector("#watch-epoch input"));
  if (!input) return;
  input.value = String(epoch);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
