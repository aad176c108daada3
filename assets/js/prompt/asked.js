// @ts-check
/**
 * What a request asks a run's network for: diffusion/engine/asking.py. A PromptError where the run does not know it.
 */

import { MersenneTwister } from "../engine/noise.js";
import { behindSlash, languageOf, translateColour, translateWord } from "./lexicon.js";
import { nearest } from "./nearest.js";
import { PromptError, parsePrompt } from "./prompt.js";
import { nearestWords } from "./suggest.js";
import { Surprises } from "./surprise.js";
import { compareText, isBlank } from "./text.js";

/** @typedef {import("./vocabulary.js").Run} Run @typedef {Prompts.Words} Words @typedef {Prompts.Request} Request */

/** The words of a prompt that the run knows. @param {Run} run @param {string} text @returns {Words} */
export const knownPromptWords = ({ vocabulary, known }, text) =>
  new Map([...parsePrompt(text, vocabulary).words].filter(([word]) => known.has(word)));

/**
 * What a network of this run is asked for: one context for all sprites, or one for each.
 * @param {Run} run @param {Request} request @returns {Float32Array | Float32Array[]}
 */
export function contextsOf(run, request) {
  const contexts = wordsAsked(run, request).map((words) => run.vocabulary.encode(words));
  return request.surprise ? contexts : contexts[0];
}

/**
 * The words of each sprite. With `surprise` each has words of its own beside those that are asked for.
 * @param {Run} run @param {Request} request @returns {Words[]}
 */
export function wordsAsked(run, request) {
  checkKinds(run, request);
  const { vocabulary, tables } = run, { count, guidance, kinds, prompt, seed } = request;
  const everyone = (/** @type {Words} */ words) => Array(count).fill(words);
  /** @type {Words} */
  const words = new Map();
  tables.kinds.forEach((kind, i) => kinds[i] && words.set(kind, kinds[i]));
  if (!guidance) return everyone(new Map([...words].filter(([kind]) => vocabulary.has(kind)))); // it ignores them all
  for (const [word, weight] of understand(run, prompt)) words.set(word, weight);
  if (!request.surprise) return everyone(words);
  const surprises = vocabulary.isBuiltin ? surprisesOf(run) : null;
  return Array.from({ length: count }, (_, number) => {
    if (!surprises) return words.size ? words : ownSurprise(run, seed, number);
    const found = surprises.wordsFor(words, seed, number).filter((word) => run.known.has(word));
    return new Map([...found.map((word) => /** @type {[string, number]} */ ([word, 1])), ...words]);
  });
}

/**
 * What each sprite was asked to show, in English, for the name of its file.
 * @param {Run} run @param {Request} request
 */
export function describeSprites(run, request) {
  const { tables } = run;
  return wordsAsked(run, request).map((words) => {
    const all = [...words.keys()], named = all.filter((word) => !tables.kinds.includes(word));
    return (named.length ? named : all).map((word) => behindSlash(translateWord(word, "en", tables))).join(" ");
  });
}

/** @type {WeakMap<Prompts.Tables, Surprises>} */
const made = new WeakMap();

/** @param {Run} run */
function surprisesOf({ tables }) {
  const surprises = made.get(tables) ?? new Surprises(tables);
  made.set(tables, surprises);
  return surprises;
}

/**
 * One word of someone's own; none for a run that knows none.
 * @param {Run} run @param {number} seed @param {number} number @returns {Words}
 */
function ownSurprise({ vocabulary, known }, seed, number) {
  const left = vocabulary.names.filter((name) => known.has(name));
  const generator = new MersenneTwister((seed * 1_000_003 + number) % 2 ** 32);
  return new Map(left.length ? [[left[generator.bits() % left.length], 1]] : []);
}

/** @param {Run} run @param {Request} request */
function checkKinds({ vocabulary, tables, trained }, { kinds, guidance }) {
  const asked = tables.kinds.filter((_, i) => kinds[i]);
  if (!asked.length || !guidance) return; // guidance 0 ignores the kind
  if (!vocabulary.hasKinds) {
    throw new PromptError("no_kinds", { names: vocabulary.names.slice(0, tables.limits.named).join(", ") });
  }
  const known = trained && tables.kinds.filter((kind) => trained.has(kind));
  const unknown = known ? asked.filter((kind) => !known.includes(kind)) : [];
  if (!known || !unknown.length) return;
  if (!known.length) throw new PromptError("no_labels");
  throw new PromptError("unknown_kinds", { unknown: unknown.join(", "), known: known.join(", ") });
}

/** The words of a prompt, all of which the run understands. @param {Run} run @param {string} text @returns {Words} */
export function understand(run, text) {
  const { tables, known } = run, language = languageOf(text);
  const { words, unknown, impossible } = parsePrompt(text, run.vocabulary);
  if (isBlank(text)) return words;
  if (!known.size) throw new PromptError("no_words");
  for (const { typed, shape, colours } of impossible) {
    if (!colours.length) continue;
    const names = colours.map((one) => translateColour(one, language, tables)).join(", ");
    const values = { shape: translateWord(shape, language, tables), colour: typed, colours: names };
    throw new PromptError("impossible", values);
  }
  if (unknown.length) throw new PromptError("unknown", withNearest(run, unknown));
  const unseen = [...words.keys()].filter((word) => !known.has(word));
  const shown = unseen.map((word) => translateWord(word, language, tables));
  if (unseen.length) throw new PromptError("unseen", withNearest(run, shown));
  return words;
}

/** @param {Run} run @param {string[]} words */
function withNearest(run, words) {
  words = words.slice(0, run.tables.limits.named);
  const near = new Set(words.flatMap((word) => nearestKnown(run, word)));
  return { words: words.join(", "), nearest: [...near].join(", ") };
}

/**
 * What this run would understand and looks like a word, in the word's language, the best first.
 * @param {Run} run @param {string} word
 */
export function nearestKnown(run, word, limit = 3) {
  const { tables, known } = run;
  const near = nearestWords(word, run.vocabulary, languageOf(word), tables.limits.named);
  const found = near.filter((text) => knownPromptWords(run, text).size);
  if (found.length) return found.slice(0, limit);
  return nearest(word, [...known].sort(compareText), limit, tables.nearest);
}
