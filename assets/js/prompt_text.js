// @ts-check
/** The text of a prompt, written from its words and changed by them. Nothing here needs a page. */

/** @typedef {{ label: string, weight: number }} Chip */

export const MAX_PROMPT = 300; // characters, as in diffusion/data/prompt.py

/**
 * "wizard hat, red hair:0.5", and behind them what was not understood, so that it is not dropped.
 * @param {Chip[]} chips @param {string[]} unknown
 */
export const writePrompt = (chips, unknown = []) =>
  [...chips.map(({ label, weight }) => (weight === 1 ? label : `${label}:${weight}`)), ...unknown].join(", ");

/** A text with one more word, unless it is full. @param {string} text @param {string} word */
export function addWord(text, word) {
  const begin = text.replace(/[\s,，、;；]+$/u, "");
  const longer = begin ? `${begin}, ${word}` : word;
  return longer.length <= MAX_PROMPT ? longer : text;
}

/** The place in a list after a key: down and up go round, by way of none (-1). @param {number} at @param {string} key @param {number} count */
export function nextPlace(at, key, count) {
  if (key === "ArrowDown") return at + 1 < count ? at + 1 : -1;
  return at < 0 ? count - 1 : at - 1;
}

/** What a suggestion changes: its end, from the word that is being typed on. @param {string} text @param {string} typed */
export function endOf(text, typed) {
  let same = 0;
  while (same < typed.length && text[same] === typed[same]) same++;
  const begin = text.slice(0, same).search(/[^\s,，、;；的]*$/u);
  return begin > 0 ? `… ${text.slice(begin)}` : text;
}
