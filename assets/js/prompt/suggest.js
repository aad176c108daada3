// @ts-check
/** Completes a prompt while it is typed, and offers known words for unknown ones: diffusion/data/suggest.py. */

import { labelOf, translateWord } from "./lexicon.js";
import { nearest } from "./nearest.js";
import { HAN, SPACE, clean, compareText, hasHan, isBlank, lengthOf } from "./text.js";

/** @typedef {import("./vocabulary.js").Vocabulary} Vocabulary @typedef {Prompts.Language} Language */

const WORD = new RegExp(`[^${SPACE},.;:!?()]+`, "gu");
const HAN_RUN = new RegExp(`[${HAN}]+$`);

/**
 * Completions of the last phrase of a text, the best first: the whole prompt, and the word that it means.
 * @param {string} text @param {Vocabulary} vocabulary @param {Language} language of the labels @param {number} limit
 */
export function suggestCompletions(text, vocabulary, language, limit) {
  const { lexicon, tables } = vocabulary;
  /** @type {Map<string, { text: string, label: string }>} */
  const found = new Map();
  if (isBlank(text) || lengthOf(text) > tables.max_prompt || ",.;:".includes(text[text.length - 1])) return [];
  for (const begin of beginsOf(text, tables.longest_completed)) {
    const typed = clean(text.slice(begin)).replaceAll("’", "'");
    for (const phrase of completionsOf(typed, vocabulary)) {
      const label = labelOf(/** @type {Prompts.Meaning} */ (lexicon.typed.get(phrase)), language, tables);
      const full = text.slice(0, begin) + phrase;
      const isNew = ![...found.values()].some((one) => one.label === label);
      if (isNew && lengthOf(full) <= tables.max_prompt && !found.has(full)) found.set(full, { text: full, label });
      if (found.size === limit) return [...found.values()];
    }
  }
  return [...found.values()];
}

/**
 * What the vocabulary has instead of a word that was not understood.
 * @param {string} unknown @param {Vocabulary} vocabulary @param {Language} language @param {number} limit
 */
export function nearestWords(unknown, { lexicon, names, tables }, language, limit) {
  const isChinese = hasHan(unknown);
  const phrases = [...lexicon.typed.keys()].filter((phrase) => hasHan(phrase) === isChinese);
  /** @type {string[]} */
  let near;
  if (isChinese) {
    // a character in common says more than the share of equal ones
    const shares = phrases.map((phrase) => {
      const shared = [...new Set(phrase)].filter((character) => unknown.includes(character));
      return { phrase, share: shared.length / lengthOf(phrase) };
    });
    const common = shares.filter(({ share }) => share).sort((one, other) => other.share - one.share);
    near = (common.length ? common : shares).slice(0, limit * 3).map(({ phrase }) => phrase);
  } else near = nearest(clean(unknown), phrases.length ? phrases : names, limit * 3, tables.nearest);
  const labels = near.map((phrase) => {
    const meaning = lexicon.typed.get(phrase);
    return meaning ? labelOf(meaning, language, tables) : phrase;
  });
  return [...new Set(labels)].slice(0, limit);
}

/** Where the last phrase of a text may begin, the longest first. @param {string} text @param {number} longest */
function beginsOf(text, longest) {
  const run = HAN_RUN.exec(text);
  if (run) {
    const first = Math.max(run.index, text.length - 2 * longest);
    return Array.from({ length: text.length - first }, (_, i) => first + i);
  }
  if (isBlank(text[text.length - 1])) return [];
  return [...text.matchAll(WORD)].map(({ index }) => index).slice(-longest);
}

/**
 * Phrases that begin like this, then those in which a later word does; names before other words for them.
 * @param {string} typed @param {Vocabulary} vocabulary
 */
function completionsOf(typed, { lexicon, tables }) {
  const ranked = (/** @type {string[]} */ phrases) => {
    const ranks = phrases.map((phrase) => {
      const [name] = lexicon.typed.get(phrase)?.names ?? [];
      const isName = name === undefined || phrase === name || phrase === translateWord(name, "zh", tables);
      return { phrase, rank: Number(!isName), length: lengthOf(phrase) };
    });
    ranks.sort((a, b) => a.rank - b.rank || a.length - b.length || compareText(a.phrase, b.phrase));
    return ranks.map(({ phrase }) => phrase);
  };
  const phrases = [...lexicon.typed.keys()];
  const begin = ranked(phrases.filter((phrase) => phrase.startsWith(typed) && phrase !== typed));
  const isChinese = hasHan(typed);
  if (lengthOf(typed) < 2 && !isChinese) return begin;
  /** @param {string} phrase */
  const isInside = (phrase) => (isChinese ? phrase.includes(typed, 1) : phrase.includes(` ${typed}`));
  return [...begin, ...ranked(phrases.filter((phrase) => !phrase.startsWith(typed) && isInside(phrase)))];
}
