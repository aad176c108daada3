// @ts-check
/** Questions to the server that follow from what a visitor moves. Nothing here needs a page. */

/** One question travels at a time. What changes meanwhile is asked about next, and only as it is then. */
export class Newest {
  #isTravelling = false;
  #isStale = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  /** @param {() => Promise<void>} ask about the state as it is now; it handles its own errors */
  constructor(ask) {
    this.ask = ask;
  }

  /** After a while without another call. @param {number} pause milliseconds */
  soon(pause) {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.now(), pause);
  }

  async now() {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#isStale = true;
    if (this.#isTravelling) return;
    this.#isTravelling = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.ask();
    }
    this.#isTravelling = false;
  }

  /** Whether an answer that comes now is about an older state. */
  get isStale() {
    return this.#isStale || this.#waiting !== undefined;
  }
}
