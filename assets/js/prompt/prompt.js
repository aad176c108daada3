// @ts-check
/** A prompt, read into words of a vocabulary, and words written as a prompt: diffusion/data/prompt.py. */

import { fill } from "../dom.js";
import { languageOf } from "./lexicon.js";
import { Resolver } from "./nouns.js";
import { Reader } from "./reader.js";
import { WORD, clean, lengthOf, splitWords, writeNumber } from "./text.js";

const SYNTAX = /[\\^$.*+?()[\]{}|/]/g; // of a regular expression

/** A text that cannot be read, and why, for the page to put into words. */
export class PromptError extends Error {
  /**
   * @param {string} reason a key of the page's messages @param {Record<string, string | number>} values for its places
   */
  constructor(reason, values = {}) {
    super(reason);
    this.reason = reason;
    this.values = values;
  }
}

/**
 * In the page's language.
 * @param {PromptError} error @param {Prompts.Language} language @param {Prompts.Tables} tables
 */
export function explainRefusal({ reason, values }, language, { messages, limits }) {
  const shorten = (/** @type {string | number} */ value) => {
    const characters = [...String(value)], half = limits.value / 2;
    if (characters.length <= limits.value) return characters.join("");
    return `${characters.slice(0, half).join("")}…${characters.slice(-half).join("")}`;
  };
  const short = Object.entries(values).map(([name, one]) => [name, shorten(one)]);
  return fill(messages[language][reason], Object.fromEntries(short));
}

/** The words that a text asks for. @param {string} text @param {import("./vocabulary.js").Vocabulary} vocabulary */
export function parsePrompt(text, vocabulary) {
  const { max_prompt } = vocabulary.tables, count = lengthOf(text);
  if (count > max_prompt) throw new PromptError("too_long", { max_prompt, count: count.toLocaleString("en-US") });
  const reader = new Reader(vocabulary);
  reader.read(clean(text));
  return new Resolver(vocabulary).resolve(reader.nouns, reader.unknown);
}

/** A text that is read as these words: "wizard hat, red hair:0.5". @param {Prompts.Words} words */
export const writeWords = (words) =>
  [...words].map(([word, weight]) => (weight === 1 ? word : `${word}:${writeNumber(weight)}`)).join(", ");

/**
 * The text with other words in place of the first that were typed so; behind it where they are not found.
 * @param {string} text @param {string} typed @param {string} by
 */
export function replaceTyped(text, typed, by) {
  const edge = languageOf(typed) === "zh" ? "" : `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
  const parts = splitWords(typed).map((part) => part.replace(SYNTAX, "\\$&").replace(/[iı]/g, "[iıİ]"));
  const found = new RegExp(edge + parts.join(`[^${WORD}]+`) + edge, "iu").exec(text);
  return found ? text.slice(0, found.index) + by + text.slice(found.index + found[0].length) : `${text}, ${by}`;
}
