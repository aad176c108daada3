// @ts-check
/** The page's run: its epochs, where their weights are, and what its words mean to it. */

import { fill } from "../dom.js";
import { Prompts } from "./prompt.js";

/** @typedef {import("./drawing.js").Plan} Plan @typedef {import("./drawing.js").PlannedPanel} PlannedPanel @typedef {import("./prompt.js").Word} Word */

const KINDS = 5; // the first names of the vocabulary, in the order of the request's kinds

export class SiteRun {
  /** @type {Promise<any> | undefined} */
  #config;
  /** @type {Promise<Prompts> | undefined} */
  #prompts;

  /** @param {any} given what diffusion/ui/site/pages.py says of it */
  constructor(given) {
    this.given = given;
    this.name = given.name;
    this.epochs = Object.keys(given.weights).map(Number).sort((a, b) => a - b);
  }

  /** config.json */
  config() {
    return (this.#config ??= fetch(new URL(this.given.config, document.baseURI)).then(
      (answer) => answer.json(),
      (error) => {
        this.#config = this.#prompts = undefined; // asked again the next time
        throw error;
      },
    ));
  }

  prompts() {
    return (this.#prompts ??= this.config().then(({ vocabulary }) => new Prompts(this.given, vocabulary ?? { kind: this.given.kinds })));
  }

  /** @param {number} epoch @param {Record<string, any>} request @returns {Promise<PlannedPanel>} */
  async panel(epoch, request) {
    const { weights, young, epoch_number } = this.given;
    const isGuided = request.youth !== 1 && young !== null && young < epoch;
    const label = fill(epoch_number, { epoch });
    return { label, weights: weights[epoch], younger: isGuided ? weights[young] : null, config: await this.config() };
  }

  /**
   * What to draw: as `watch` and `compare` in diffusion/ui/tabs ask the server.
   * @param {number[]} epochs @param {Record<string, any>} request @param {("x" | "x0" | "eps")[]} views
   * @returns {Promise<{ plan: Plan, missing: string[] }>} missing: words that were left out
   */
  async plan(epochs, request, views) {
    const prompts = await this.prompts();
    const { words, missing } = request.guidance ? prompts.ask(request.prompt) : { words: [], missing: [] };
    const prompt = missing.length ? prompts.write(words) : request.prompt;
    const kinds = prompts.names.slice(0, KINDS).map((name, i) => ({ name, weight: request.kinds[i] })).filter(({ weight }) => weight > 0);
    const asked = [...kinds.filter(({ name }) => !words.some((word) => word.name === name)), ...words];
    const isEach = request.surprise && request.guidance;
    const each = Array.from({ length: isEach ? request.count : 1 }, (_, i) => (isEach ? prompts.surprise(asked, request.seed, i) : asked));
    const shown = (/** @type {Word[]} */ list) => list.map(({ name }) => prompts.label(name)).join(this.given.separator);
    const panels = await Promise.all(epochs.map((epoch) => this.panel(epoch, request)));
    const rows = each.map((list) => prompts.row(list));
    const names = Array.from({ length: request.count }, (_, i) => nameOf(each[isEach ? i : 0], prompts.names));
    return {
      missing,
      plan: {
        panels, views, request, contexts: panels.map(() => rows), names: names.some(Boolean) ? names : [],
        words: isEach ? each.map(shown) : [],
        recipe: { epochs: epochs.map((epoch) => `${this.name}/${epoch}`), ...request, prompt },
      },
    };
  }
}

/** As `describe_sprites` in diffusion/engine/asking.py. @param {Word[]} words @param {string[]} names of the vocabulary */
function nameOf(words, names) {
  const kinds = new Set(names.slice(0, KINDS));
  const named = words.filter(({ name }) => !kinds.has(name));
  return (named.length ? named : words).map(({ name }) => name.split("/").at(-1)).join(" ");
}
