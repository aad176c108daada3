// @ts-check
/**
 * Names that look like a word: Python's difflib.get_close_matches, number for number, and `nearest` of
 * core/vocabulary.py.
 */

import { compareText, firstOf, lengthOf, splitWords } from "./text.js";

/** @typedef {{ max_name: number, alike: number }} Limits of diffusion/core/vocabulary.py */

/** Places of every character of a text. @param {string[]} characters */
function placesOf(characters) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  characters.forEach((character, i) => {
    const known = places.get(character);
    if (known) known.push(i);
    else places.set(character, [i]);
  });
  return places;
}

/** Characters in common, wherever they stand. @param {string[]} a @param {Map<string, number[]>} places */
function commonOf(a, places) {
  /** @type {Map<string, number>} */
  const left = new Map();
  let common = 0;
  for (const character of a) {
    const more = left.get(character) ?? places.get(character)?.length ?? 0;
    left.set(character, more - 1);
    if (more > 0) common++;
  }
  return common;
}

/**
 * Characters of the longest common piece, of the longest ones to the left and right of it, and so on.
 * @param {string[]} a @param {number} lengthB @param {Map<string, number[]>} places of the other text
 */
function matchesOf(a, lengthB, places) {
  let matches = 0;
  const queue = [[0, a.length, 0, lengthB]];
  while (queue.length) {
    const [aFrom, aTo, bFrom, bTo] = /** @type {number[]} */ (queue.pop());
    let aBest = aFrom, bBest = bFrom, size = 0;
    /** @type {Map<number, number>} */
    let lengths = new Map();
    for (let i = aFrom; i < aTo; i++) {
      const next = new Map();
      for (const j of places.get(a[i]) ?? []) {
        if (j < bFrom) continue;
        if (j >= bTo) break;
        const length = (lengths.get(j - 1) ?? 0) + 1;
        next.set(j, length);
        if (length > size) [aBest, bBest, size] = [i - length + 1, j - length + 1, length];
      }
      lengths = next;
    }
    if (!size) continue;
    matches += size;
    if (aFrom < aBest && bFrom < bBest) queue.push([aFrom, aBest, bFrom, bBest]);
    if (aBest + size < aTo && bBest + size < bTo) queue.push([aBest + size, aTo, bBest + size, bTo]);
  }
  return matches;
}

/** @param {string} word @param {Iterable<string>} names @param {number} limit @param {number} cutoff */
export function closeMatches(word, names, limit, cutoff) {
  const b = [...word], places = placesOf(b);
  const found = [];
  for (const name of names) {
    const a = [...name], length = a.length + b.length;
    const ratio = (/** @type {number} */ matches) => (length ? (2 * matches) / length : 1);
    if (ratio(Math.min(a.length, b.length)) < cutoff || ratio(commonOf(a, places)) < cutoff) continue;
    const score = ratio(matchesOf(a, b.length, places));
    if (score >= cutoff) found.push({ score, name });
  }
  found.sort((one, other) => other.score - one.score || compareText(other.name, one.name));
  return found.slice(0, limit).map(({ name }) => name);
}

/**
 * The best first: those alike by their letters, then those that contain the word. At least one where there are names.
 * @param {string} word @param {string[]} names @param {number} limit @param {Limits} limits
 */
export function nearest(word, names, limit, { max_name, alike }) {
  word = firstOf(word, max_name).toLowerCase();
  const lower = new Map([...names].reverse().map((name) => [name.toLowerCase(), name]));
  const words = splitWords(word), isLong = lengthOf(word) > 2;
  const isInside = (/** @type {string} */ name) => splitWords(name).includes(word) || words.includes(name);
  const inside = [...lower.keys()].filter((name) => isLong && isInside(name));
  inside.sort((one, other) => lengthOf(one) - lengthOf(other));
  const found = [...new Set([...closeMatches(word, lower.keys(), limit, alike), ...inside])].slice(0, limit);
  const best = found.length ? found : closeMatches(word, lower.keys(), 1, 0);
  return best.map((name) => /** @type {string} */ (lower.get(name)));
}
