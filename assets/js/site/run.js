// @ts-check
/** The page's run: its epochs, where their weights are, and what it is asked for. */

import { fill } from "../dom.js";
import {
  PromptError, Run, contextsOf, describeSprites, explainRefusal, readPrompt, understand, withoutMissing, wordsOfSprites, writeWords,
} from "../prompt/prompt_words.js";

/** @typedef {import("../local_drawing.js").Plan} Plan @typedef {import("../local_drawing.js").PlannedPanel} PlannedPanel */
/** @typedef {{ config: Record<string, any>, tables: Prompts.Tables, run: Run, runs: Map<string, Run> }} Opened */

/** What the visitor is told in place of a drawing. */
export class Refusal extends Error {}

export class SiteRun {
  /** @type {Promise<Opened> | undefined} */
  #opening;

  /** @param {any} given what diffusion/ui/site/run.py says of it */
  constructor(given) {
    this.given = given;
    this.name = given.name;
    this.epochs = Object.keys(given.weights).map(Number).sort((a, b) => a - b);
  }

  /** Its config.json, and the tables of words. @returns {Promise<Opened>} */
  #open() {
    return (this.#opening ??= Promise.all([this.given.config, this.given.words].map(fetchJson)).then(
      ([config, tables]) => {
        const run = new Run(config, tables);
        return { config, tables, run, runs: new Map([[this.name, run]]) };
      },
      (error) => {
        this.#opening = undefined; // asked again the next time
        throw error;
      },
    ));
  }

  /** What asking.js shows of a prompt. @param {string} text @returns {Promise<Record<string, any>>} */
  async read(text) {
    const { runs } = await this.#open();
    try {
      return readPrompt(runs, text, this.given.language, this.given.examples);
    } catch {
      return {}; // a text that is too long, or a weight that is none: drawing says so
    }
  }

  /**
   * What to draw, as `watch` and `compare` in diffusion/ui/tabs ask the server. A Refusal where nothing is understood.
   * @param {number[]} epochs @param {Record<string, any>} asked @param {("x" | "x0" | "eps")[]} views
   * @returns {Promise<{ plan: Plan, left: string }>} left: words that were left out
   */
  async plan(epochs, asked, views) {
    const { run, runs, config } = await this.#open();
    const { language } = this.given;
    return this.#refusing(() => {
      const { request, left } = withoutMissing(runs, /** @type {any} */ (asked), language);
      const panels = epochs.map((epoch) => this.#panel(epoch, request, config));
      const rows = [contextsOf(run, request)].flat().map(sparse);
      const names = describeSprites(run, request);
      const recipe = { epochs: epochs.map((epoch) => `${this.name}/${epoch}`), ...request };
      const words = wordsOfSprites(runs, request, language);
      const contexts = panels.map(() => rows);
      return { left, plan: { panels, views, request, contexts, words, names: names.some(Boolean) ? names : [], recipe } };
    });
  }

  /** The prompt that asks for 1 - share of one and share of the other, as `blend_prompts` in tabs/learn.py. @param {string[]} wishes @param {number} share */
  async blend([one, other], share) {
    const { run } = await this.#open();
    return this.#refusing(() => {
      /** @type {Prompts.Words} */
      const blended = new Map();
      const add = (/** @type {string} */ text, /** @type {number} */ weight) => {
        for (const [word, asked] of understand(run, text)) blended.set(word, (blended.get(word) ?? 0) + weight * asked);
      };
      add(one, 1 - share);
      add(other, share);
      for (const [word, weight] of blended) blended.set(word, Math.round(1000 * weight) / 1000);
      return writeWords(new Map([...blended].filter(([, weight]) => weight > 0)));
    });
  }

  /** @template T @param {() => T} act */
  async #refusing(act) {
    const { tables } = await this.#open();
    try {
      return act();
    } catch (error) {
      throw error instanceof PromptError ? new Refusal(explainRefusal(error, this.given.language, tables)) : error;
    }
  }

  /** @param {number} epoch @param {Record<string, any>} request @param {Record<string, any>} config @returns {PlannedPanel} */
  #panel(epoch, request, config) {
    const { weights, young, epoch_number } = this.given;
    const isGuided = request.youth !== 1 && young !== null && young < epoch;
    const younger = isGuided ? weights[young] : null;
    return { label: fill(epoch_number, { epoch }), weights: weights[epoch], younger, config };
  }
}

/** The address changes with the file, so what a browser has kept is never out of date. @param {string} address */
async function fetchJson(address) {
  const answer = await fetch(new URL(address, document.baseURI), { cache: "force-cache" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

/** @param {Float32Array} context @returns {[number, number][]} */
const sparse = (context) => [...context.entries()].filter(([, weight]) => weight);
