// @ts-check
/** The buttons of a tab that draws: New ones, Stop, and Enter in the prompt. The player gets its frames. */

import { fill } from "../dom.js";
import { drawHere } from "../local_drawing.js";
import { say } from "./say.js";

/** @typedef {import("../local_drawing.js").Plan} Plan */

export class Drawer {
  #turn = 0;
  /** @type {string | null} */
  #run = null;

  /**
   * @param {string} tab @param {import("./site.js").Site} site @param {import("./host.js").PartHost} host of its player
   * @param {() => Promise<{ plan: Plan, left: string }>} makePlan what the controls ask for; a Refusal where that is nothing
   */
  constructor(tab, site, host, makePlan) {
    this.tab = tab;
    this.site = site;
    this.host = host;
    this.makePlan = makePlan;
    document.getElementById(`${tab}-stop`)?.addEventListener("click", () => this.stop());
  }

  stop() {
    this.#turn += 1;
    if (this.#run) this.host.set("value", { run: this.#run, ended: true });
    this.#run = null;
  }

  async draw() {
    this.stop();
    const turn = this.#turn;
    const tell = /** @type {any} */ (globalThis).tellDrawing; // tell.js
    tell(this.tab, true);
    try {
      const { plan, left } = await this.makePlan();
      await this.#play(plan, turn, left && fill(this.site.given.words.left_out, { words: left }));
    } catch (error) {
      say(await this.site.explain(error));
    } finally {
      tell(this.tab, false);
    }
  }

  /** @param {Plan} plan @param {number} turn @param {string} note to be said once it begins */
  async #play(plan, turn, note) {
    for await (const frame of drawHere(plan, this.site.hear)) {
      if (turn !== this.#turn) return;
      if (note && !frame.seq) say(note);
      this.#run = frame.run;
      this.host.set("value", frame);
    }
    this.#run = null;
  }
}
