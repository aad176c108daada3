// @ts-check
/** What runs understand of a prompt, as the page shows it: diffusion/ui/parts/asking.py, answer for answer. */

import { knownPromptWords, wordsAsked } from "./asked.js";
import { translateColour, translateWord } from "./lexicon.js";
import { parsePrompt, replaceTyped, writeWords } from "./prompt.js";
import { nearestWords, suggestCompletions } from "./suggest.js";
import { isBlank, lengthOf, roundTo } from "./text.js";

/** @typedef {import("./vocabulary.js").Run} Run @typedef {Prompts.Language} Language */
/** @typedef {Map<string, Run>} Runs by their names */
/** @typedef {{ label: string, text: string }} Instead the whole prompt with other words in it */
/** @typedef {{ texts: string[], runs: string[], shape: string, near: Instead[] }} Note */

/**
 * What asking.js shows while someone types a prompt for these runs, as `read_prompt` answers.
 * @param {Runs} runs @param {string} text @param {Language} language @param {string[]} examples prompts to begin with
 */
export const readPrompt = (runs, text, language, examples) =>
  runs.size ? new Reading(runs, text, language).describe(examples) : {};

/**
 * The words that every run understands, and what some do not: each with the names of those runs.
 * @param {Runs} runs @param {string} text
 */
export function understoodByAll(runs, text) {
  const known = new Map([...runs].map(([name, run]) => [name, knownPromptWords(run, text)]));
  /** @type {Map<string, string[]>} */
  const missing = new Map();
  for (const [name, run] of runs) {
    const { words, unknown } = parsePrompt(text, run.vocabulary);
    for (const word of [...unknown, ...[...words.keys()].filter((one) => !known.get(name)?.has(one))]) {
      missing.set(word, [...(missing.get(word) ?? []), name]);
    }
  }
  const all = [...known.values()];
  const words = [...all[0]].filter(([word]) => !missing.size || all.every((one) => one.has(word)));
  return { words: new Map(words), missing };
}

/**
 * The request with a prompt of only the words that every run understands, and what is left out, to be said. A
 * PromptError where no word is left.
 * @template {Prompts.Request} R @param {Runs} runs @param {R} request @param {Language} language
 */
export function withoutMissing(runs, request, language) {
  if (isBlank(request.prompt) || !request.guidance) return { request, left: "" };
  const { words, missing } = understoodByAll(runs, request.prompt);
  if (!missing.size) return { request, left: "" };
  if (!words.size) for (const run of runs.values()) wordsAsked(run, request);
  const { tables } = firstOf(runs);
  const left = [...missing.keys()].map((word) => translateWord(word, language, tables)).join(", ");
  return { request: { ...request, prompt: writeWords(words) }, left };
}

/**
 * What every sprite is asked for, to be read under it; of several runs, what is asked of all of them. Empty without
 * `surprise`.
 * @param {Runs} runs @param {Prompts.Request} request @param {Language} language
 */
export function wordsOfSprites(runs, request, language) {
  if (!request.surprise) return [];
  const { tables } = firstOf(runs);
  const [first, ...others] = [...runs.values()].map((run) => wordsAsked(run, request));
  return first.map((words, i) => {
    const shared = [...words.keys()].filter((word) => others.every((one) => one[i].has(word)));
    return shared.map((word) => translateWord(word, language, tables)).join(tables.separators[language]);
  });
}

/** @param {Runs} runs @returns {Run} */
const firstOf = (runs) => [...runs.values()][0];

/** One prompt, read with the vocabularies of some runs. */
class Reading {
  /** @param {Runs} runs @param {string} text @param {Language} language */
  constructor(runs, text, language) {
    this.runs = runs;
    this.text = text;
    this.language = language;
    this.vocabulary = firstOf(runs).vocabulary;
    this.tables = this.vocabulary.tables;
  }

  /** @param {string[]} examples */
  describe(examples) {
    const { words, missing } = understoodByAll(this.runs, this.text);
    const { choices } = parsePrompt(this.text, this.vocabulary), { limits } = this.tables;
    return {
      chips: [...words].map(([word, weight]) => ({ label: this.#label(word), weight: roundTo(weight, 3) })),
      unknown: this.#notes(missing),
      choices: choices.slice(0, limits.notes).map((one) => this.#describeChoice(one)).filter(({ near }) => near.length),
      suggestions: this.#suggestions(),
      ...this.#offers(examples),
    };
  }

  /** @param {string} word */
  #label(word) {
    return translateWord(word, this.language, this.tables);
  }

  /** Whether every run understands all of a text. @param {string} text */
  #isUsable(text) {
    const { words, missing } = understoodByAll(this.runs, text);
    return words.size > 0 && !missing.size;
  }

  /**
   * Each label with the prompt in which it stands in place of what was typed, where that helps.
   * @param {string} typed @param {string[]} labels @param {(text: string) => boolean} isRight
   */
  #near(typed, labels, isRight) {
    const texts = labels.map((label) => ({ label, text: replaceTyped(this.text, typed, label) }));
    const { limits, max_prompt } = this.tables;
    return texts.filter(({ text }) => lengthOf(text) <= max_prompt && isRight(text)).slice(0, limits.near);
  }

  /**
   * What is not understood; words for which there is nothing instead share a note.
   * @param {Map<string, string[]>} missing
   */
  #notes(missing) {
    /** @type {Note[]} */
    const notes = [];
    /** @type {Map<string, Note>} */
    const plain = new Map();
    [...missing].forEach(([word, names], number) => {
      const note = this.#describeMissing(word, names, number < this.tables.limits.notes);
      const key = JSON.stringify(note.runs), same = plain.get(key);
      if (same && !note.near.length) return same.texts.push(...note.texts);
      notes.push(note);
      if (!note.near.length) plain.set(key, note);
    });
    return notes;
  }

  /**
   * Colours that a shape cannot have come with those that it can have.
   * @param {string} word @param {string[]} names of runs @param {boolean} withNear @returns {Note}
   */
  #describeMissing(word, names, withNear) {
    const told = { texts: [this.#label(word)], runs: this.runs.size > names.length ? names : [], shape: "" };
    if (!withNear) return { ...told, near: [] };
    const { vocabulary, tables } = /** @type {Run} */ (this.runs.get(names[0]));
    const found = parsePrompt(this.text, vocabulary).impossible.find(({ typed }) => typed === word);
    if (found) {
      const colours = found.colours.map((name) => translateColour(name, this.language, tables));
      const near = this.#near(word, colours, (text) => !text.includes(word));
      return { ...told, shape: this.#label(found.shape), near };
    }
    const labels = nearestWords(word, vocabulary, this.language, 3 * tables.limits.near);
    return { ...told, near: this.#near(word, labels.filter((label) => this.#isUsable(label)), () => true) };
  }

  /** A text that has several meanings, of which the first was taken. @param {Prompts.Prompt["choices"][0]} choice */
  #describeChoice({ typed, names: [taken, ...others] }) {
    const labels = [...new Set(others.map((name) => this.#label(name)))];
    const isRight = (/** @type {string} */ text) =>
      text !== this.text && !parsePrompt(text, this.vocabulary).words.has(taken) && this.#isUsable(text);
    const near = this.vocabulary.has(taken) ? this.#near(typed, labels, isRight) : [];
    return { text: typed, taken: this.#label(taken), near };
  }

  #suggestions() {
    const { suggestions } = this.tables.limits;
    const found = suggestCompletions(this.text, this.vocabulary, this.language, 3 * suggestions);
    const { isBuiltin } = this.vocabulary; // "hair" alone asks for nothing, and "red hair" does
    return found.filter(({ label }) => isBuiltin || this.#isUsable(label)).slice(0, suggestions);
  }

  /** Prompts to click on: examples, and words to add; of a run with other words, those. @param {string[]} all */
  #offers(all) {
    const examples = all.filter((text) => this.#isUsable(text));
    const { limits } = this.tables;
    const kinds = this.tables.kinds.slice(0, limits.kinds).map((kind) => this.#label(kind));
    const names = examples.length ? kinds.filter((label) => this.#isUsable(label)) : this.#names(limits.names);
    return { examples, names };
  }

  /** @param {number} most */
  #names(most) {
    const vocabularies = [...this.runs.values()].map(({ vocabulary }) => vocabulary);
    const smallest = vocabularies.reduce((least, one) => (one.names.length < least.names.length ? one : least));
    const found = [];
    for (const name of smallest.names) {
      const label = this.#label(name);
      if (this.#isUsable(label)) found.push(label);
      if (found.length === most) break;
    }
    return found;
  }
}
