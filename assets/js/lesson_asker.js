// @ts-check
/**
 * Asks the server for what a picture needs, one question at a time: of all that was wanted while the last one was under
 * way, only what the newest picture wants is asked. Nothing here needs a page.
 */

/** @typedef {Record<string, any>} Question */

const MAX_ANSWERS = 60;

export class Asker {
  /** Question as JSON: its answer. @type {Map<string, any>} */
  #answers = new Map();
  /** What the newest picture needs and is not there. @type {Map<string, [act: string, question: Question]>} */
  #wanted = new Map();
  /** @type {Promise<void> | null} */
  #underWay = null;
  #failed = ""; // the question that is not asked again by itself

  /**
   * @param {Record<string, (question: Question) => Promise<any>>} server
   * @param {(mistake: string | null) => void} onAnswer called after every answer, which may want more
   * @param {string} offline the mistake where no answer comes
   */
  constructor(server, onAnswer, offline) {
    this.server = server;
    this.onAnswer = onAnswer;
    this.offline = offline;
  }

  get isAsking() {
    return Boolean(this.#underWay);
  }

  /** A new picture is painted: what an earlier one wanted no longer counts. */
  begin() {
    this.#wanted.clear();
  }

  /** The answer, or null and the picture wants it. @param {string} act a server function @param {Question} question */
  get(act, question) {
    const key = JSON.stringify([act, question]);
    const answer = this.#answers.get(key) ?? null;
    if (!answer && key !== this.#failed) this.#wanted.set(key, [act, question]);
    return answer;
  }

  /** The picture is painted: asks for the first of what it wants, unless a question is under way. */
  end() {
    const [next] = this.#wanted;
    if (next && !this.#underWay) this.#underWay = this.#ask(...next);
  }

  /** Resolves when nothing is under way. */
  async settled() {
    while (this.#underWay) await this.#underWay;
  }

  /** The reader did something: what went wrong may be tried again. */
  retry() {
    this.#failed = "";
  }

  /** @param {string} key @param {[act: string, question: Question]} asked */
  async #ask(key, [act, question]) {
    const answer = await Promise.resolve()
      .then(() => this.server[act](question))
      .catch(() => ({ mistake: this.offline }));
    this.#underWay = null;
    if (answer.mistake) this.#failed = key;
    else this.#answers.set(key, answer);
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete([...this.#answers.keys()][0]);
    this.onAnswer(answer.mistake ?? null);
  }
}
