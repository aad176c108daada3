// @ts-check
/**
 * The motion of a player: from frame to frame, each faded into the next. It stands while nobody can see it, in a tab that
 * is not open as well as on a page that is not shown (there a browser asks for no pictures).
 */

import { BACK, BEFORE, FORWARD, LIVE, STAND, durationOf, nextStop } from "./pace.js";

/** @typedef {{ direction: 1 | -1, duration: number, next: number, elapsed: number, length: number }} Trip */

const LONGEST_GAP = 100; // ms between two pictures of a browser that count, so that a busy one skips none of ours
const SHORTEST_GAP = 25; // ms: more pictures a second nobody sees

export class Playing {
  /** @type {Trip | null} */
  #trip = null;
  /** Ends what is waited for: true where it came to its end, false where something else began. @type {((isDone: boolean) => void) | null} */
  #resolve = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = 0; // for the browser's next picture
  #painted = 0; // when, in its time
  isSeen = true; // by somebody who looks at the page
  #isOn = false;
  isPerforming = false; // it moves by itself, not because somebody pressed a button

  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    new IntersectionObserver((entries) => {
      this.isSeen = entries[entries.length - 1].isIntersecting;
      this.#ask();
    }).observe(player.stage);
  }

  get isOn() {
    return this.#isOn;
  }

  /** To the end; from there, first back into the noise. Once more while `isRepeated`. @param {() => boolean} isRepeated */
  async play(isRepeated) {
    const { player } = this;
    this.#switch(true);
    do {
      if (player.isAtEnd && !(await this.#travel(-1, BACK))) return;
      if (!(await this.#travel(1, durationOf(player.frames) / player.speed))) return;
    } while (isRepeated() && (await this.#wait(STAND)));
    this.pause();
  }

  /** What the page opens with: finished sprites stand, go back into the noise and come again, twice; then they stand. */
  async perform() {
    this.#switch(true);
    this.isPerforming = true;
    if (!(await this.#wait(BEFORE))) return;
    for (let time = 0; time < 2; time++) {
      if (!(await this.#travel(-1, BACK)) || !(await this.#travel(1, FORWARD)) || !(await this.#wait(STAND))) return;
    }
    this.pause();
  }

  /** From the first frame to the last, as they come. @returns {Promise<boolean>} whether it came there */
  follow() {
    return this.#travel(1, LIVE);
  }

  pause() {
    this.#end(false);
    this.#switch(false);
  }

  /** @param {boolean} isOn */
  #switch(isOn) {
    this.#isOn = isOn;
    this.isPerforming = false;
    const { text } = this.player;
    const button = this.player.part("play");
    button.textContent = isOn ? "❚❚" : "▶";
    button.setAttribute("aria-label", isOn ? text.pause : text.play);
  }

  /** @param {boolean} isDone */
  #end(isDone) {
    const resolve = this.#resolve;
    [this.#trip, this.#resolve] = [null, null];
    clearTimeout(this.#timer);
    resolve?.(isDone);
  }

  /** @param {number} ms @returns {Promise<boolean>} */
  #wait(ms) {
    this.#end(false);
    this.#timer = setTimeout(() => this.#end(true), ms);
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  /** @param {1 | -1} direction @param {number} duration ms for all frames @returns {Promise<boolean>} */
  #travel(direction, duration) {
    this.#end(false);
    this.#trip = { direction, duration, next: -1, elapsed: 0, length: 0 };
    this.#ask();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  #ask() {
    if (this.#trip && this.isSeen && !this.#asked) {
      this.#painted = 0;
      this.#asked = requestAnimationFrame((now) => this.#tick(now));
    }
  }

  /** @param {number} now */
  #tick(now) {
    const trip = this.#trip;
    this.#asked = 0;
    if (!trip || !this.isSeen) return;
    const passed = this.#painted ? now - this.#painted : 0;
    if (!this.#painted || passed >= SHORTEST_GAP) {
      this.#painted = now;
      this.#move(trip, Math.min(passed, LONGEST_GAP));
    }
    if (this.#trip) this.#asked = requestAnimationFrame((next) => this.#tick(next));
  }

  /** @param {Trip} trip @param {number} passed ms */
  #move(trip, passed) {
    const { player } = this;
    if (trip.next < 0) {
      const stop = nextStop(player.frames, player.shown, trip.direction, trip.duration, player.isComplete);
      if (!stop) return; // it has not come yet
      [trip.next, trip.length, trip.elapsed] = [stop.index, stop.length, 0];
    }
    trip.elapsed += passed;
    if (trip.elapsed < trip.length) {
      player.fade(trip.next, trip.elapsed / trip.length);
      return;
    }
    const index = trip.next;
    trip.next = -1;
    player.show(index);
    const isThere = trip.direction > 0 ? player.isComplete && player.isAtEnd : player.shown === 0;
    if (isThere && this.#trip === trip) this.#end(true);
  }
}
