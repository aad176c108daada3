// @ts-check
/** A player's drawings that this browser makes: begun by a plan of the server, ended by Stop or by what comes next. */

import { sayFetching } from "./fetching.js";
import { drawingPlace, findPlace, giveUp } from "./place.js";

/** @typedef {import("./player.js").Player} Player @typedef {import("./local_drawing.js").Plan} Plan */

export class Here {
  #turn = 0; // of the newest plan
  #run = ""; // that is being drawn here

  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    findPlace();
    /** @type {any} */ (globalThis).drawingPlace = drawingPlace;
    const stop = `#${CSS.escape(player.tab)}-stop`;
    document.addEventListener("click", ({ target }) => {
      if (this.#run && target instanceof Element && target.closest(stop)) this.stop();
    });
  }

  /** Frames of another run have come. @param {string} run */
  leaveTo(run) {
    if (run !== this.#run) this.#turn += 1;
  }

  stop() {
    this.#turn += 1;
    this.player.receive({ run: this.#run, ended: true });
  }

  /** @param {string} run @param {Plan | null} plan none where the network is not one for browsers */
  async begin(run, plan) {
    if (!plan) return askServer(this.player);
    const { player } = this;
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn;
    this.#run = run;
    tell(player.tab, true);
    try {
      const { drawHere } = await import("./local_drawing.js");
      const hear = sayFetching(player.text, (sentence) => isCurrent() && player.say(sentence));
      for await (const frame of drawHere(plan, hear)) {
        if (!isCurrent()) break;
        player.receive({ ...frame, run });
      }
    } catch (error) {
      console.warn("this browser could not draw:", error);
      giveUp();
      if (!isCurrent()) return;
      player.say(player.text.handed);
      askServer(player);
    } finally {
      if (isCurrent()) this.#run = "";
      tell(player.tab, false);
    }
  }
}

/** For the same turn, and so with the same seed: what it draws is the same. @param {Player} player */
function askServer(player) {
  /** @type {any} */ (globalThis).askPlace(player.tab, "server"); // tell.js
}

/** @param {string} tab @param {boolean} isOn */
const tell = (tab, isOn) => /** @type {any} */ (globalThis).tellDrawing(tab, isOn);
