// @ts-check
/**
 * The words that a network knows, and what its run says of them: core/vocabulary.py, and RunConfig of
 * store/checkpoint.py.
 */

import { Lexicon } from "./lexicon.js";

/** @typedef {Prompts.Tables} Tables @typedef {Prompts.Facts} Facts @typedef {Prompts.Words} Words */

/** @type {WeakMap<Tables, Map<string, Facts>>} */
const facts = new WeakMap();

/** The facts of every built-in shape by its name. @param {Tables} tables */
export function shapeFacts(tables) {
  let found = facts.get(tables);
  if (!found) {
    found = new Map(Object.entries(tables.shapes).map(([name, [shape, slots, overlays]]) => {
      const known = slots.map(([material, set, isLarge]) => ({ material, colours: tables.colour_sets[set], isLarge }));
      return [name, { shape, sheet: shape.split("/")[0], slots: known, overlays }];
    }));
    facts.set(tables, found);
  }
  return found;
}

/** @type {WeakMap<Tables, Set<string>>} */
const builtin = new WeakMap();

/** The names of the built-in vocabulary. @param {Tables} tables */
export function builtinNames(tables) {
  let found = builtin.get(tables);
  if (!found) {
    found = new Set([...tables.kinds, ...shapeFacts(tables).keys(), ...tables.builtin_colours]);
    builtin.set(tables, found);
  }
  return found;
}

export class Vocabulary {
  /** @type {Lexicon | undefined} */
  #lexicon;

  /** @param {string[]} names in the order of the context @param {Tables} tables */
  constructor(names, tables) {
    this.names = names;
    this.tables = tables;
    this.places = new Map(names.map((name, place) => [name, place]));
  }

  get lexicon() {
    return (this.#lexicon ??= new Lexicon(this));
  }

  /** @param {string} name */
  has(name) {
    return this.places.has(name);
  }

  /** Whether it has all built-in names. */
  get isBuiltin() {
    for (const name of builtinNames(this.tables)) if (!this.has(name)) return false;
    return true;
  }

  /** Whether it begins with the five kinds, as the course's labels do. */
  get hasKinds() {
    return this.tables.kinds.every((kind, i) => this.names[i] === kind);
  }

  /** The context of words that it has: the weight of every name. @param {Words} words */
  encode(words) {
    const context = new Float32Array(this.names.length);
    for (const [name, weight] of words) {
      const place = this.places.get(name);
      if (place === undefined) throw new RangeError(`no ${name} in the vocabulary`);
      context[place] = weight;
    }
    return context;
  }
}

/** A run as far as it can be asked for something. */
export class Run {
  /** @param {Record<string, any>} config its config.json @param {Tables} tables */
  constructor(config, tables) {
    /** @type {string[][]} */
    const groups = config.vocabulary ? Object.values(config.vocabulary) : [tables.kinds];
    this.tables = tables;
    this.vocabulary = new Vocabulary(groups.flat(), tables);
    /** The names of its vocabulary that it was trained with; null where it does not say. */
    this.trained = trainedNames(config, this.vocabulary);
    /** Those; all where it does not say. */
    this.known = this.trained ?? new Set(this.vocabulary.names);
  }
}

/**
 * As RunConfig.known_words.
 * @param {Record<string, any>} config @param {Vocabulary} vocabulary @returns {Set<string> | null}
 */
function trainedNames({ start, training = {}, data = {} }, { names, tables: { kinds } }) {
  if (start) return null;
  if (training.drop_label === 1 || data.labelled === 0) return new Set();
  if (Array.isArray(data.unseen)) return new Set(names.filter((name) => !data.unseen.includes(name)));
  const counts = data.kinds;
  if (!counts || !kinds.every((kind) => Number.isInteger(counts[kind]))) return null;
  return new Set(kinds.filter((kind) => counts[kind] > 0));
}
