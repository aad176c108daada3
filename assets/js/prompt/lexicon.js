// @ts-check
/**
 * What words of English and Chinese mean for a vocabulary: diffusion/data/lexicon.py, on the tables that it has read.
 */

import { hasHan, lengthOf, splitWords } from "./text.js";

/** @typedef {Prompts.Meaning} Meaning @typedef {Prompts.Tables} Tables @typedef {Prompts.Language} Language */

/** @type {Meaning} */
export const NOTHING = { names: [], colour: "", material: "", role: "" };

/**
 * A word without its plural: "witches" and "witch" have one stem, as have "knives" and "knife".
 * @param {string} word @param {Map<string, string>} irregular
 */
function stemOf(word, irregular) {
  word = irregular.get(word) ?? word;
  if ([...irregular.values()].includes(word)) return word;
  const ends = (/** @type {string[]} */ ...endings) => endings.some((ending) => word.endsWith(ending));
  if (ends("men") && lengthOf(word) > 3) return `${word.slice(0, -2)}an`;
  if (ends("s") && !ends("ss", "us", "is") && lengthOf(word) > 2) word = word.slice(0, -1);
  if (ends("ve", "fe")) return `${word.slice(0, -2)}f`;
  if (ends("se", "xe", "ze", "che", "she", "oe", "ie") && lengthOf(word) > 3) word = word.slice(0, -1);
  return ends("y") && lengthOf(word) > 2 ? `${word.slice(0, -1)}i` : word;
}

/** All phrases that mean something for a vocabulary. English ones are stems with a space between them. */
export class Lexicon {
  /** @type {Map<string, Meaning>} */
  english = new Map();
  /** @type {Map<string, Meaning>} */
  chinese = new Map();
  /** As they are written, for suggestions. @type {Map<string, Meaning>} */
  typed = new Map();
  #irregular;

  /** @param {import("./vocabulary.js").Vocabulary} vocabulary */
  constructor(vocabulary) {
    const { tables } = vocabulary;
    this.#irregular = new Map(Object.entries(tables.irregular));
    const [first, then] = tables.meanings;
    for (const [meaning, texts] of first) texts.forEach((text) => this.#add(text, { ...NOTHING, ...meaning }));
    for (const name of vocabulary.names) {
      if (!isColour(name, tables)) this.#add(name, { ...NOTHING, names: [name] });
    }
    for (const [meaning, texts] of then) {
      const names = (meaning.names ?? []).filter((name) => vocabulary.has(name));
      if (meaning.names && !names.length) continue;
      texts.forEach((text) => this.#add(text, { ...NOTHING, ...meaning, names }));
    }
    /** The most words of an English phrase, the most characters of a Chinese one. */
    this.longest = [longest(this.english, (phrase) => phrase.split(" ").length), longest(this.chinese, lengthOf)];
  }

  /** @param {string} word */
  stem(word) {
    return stemOf(word.replace(/['’`]/g, ""), this.#irregular);
  }

  /** @param {string} text @param {Meaning} meaning */
  #add(text, meaning) {
    const isHan = hasHan(text), typed = text.toLowerCase();
    const phrase = isHan ? typed : splitEnglish(text).map((word) => stemOf(word, this.#irregular)).join(" ");
    if (!phrase) return;
    const table = isHan ? this.chinese : this.english;
    const known = table.get(phrase) ?? NOTHING;
    const merged = {
      names: [...new Set([...meaning.names, ...known.names])],
      colour: known.colour || meaning.colour,
      material: known.material || meaning.material,
      role: known.role || meaning.role,
    };
    table.set(phrase, merged);
    if (!merged.role) this.typed.set(typed, merged);
  }
}

/** @param {Map<string, Meaning>} table @param {(phrase: string) => number} measure */
function longest(table, measure) {
  let most = 0;
  for (const phrase of table.keys()) most = Math.max(most, measure(phrase));
  return most;
}

/** The words of a phrase, without apostrophes, and with hyphens as spaces. @param {string} text */
const splitEnglish = (text) => splitWords(text.toLowerCase().replace(/['’`]/g, "").replace(/[-_/]/g, " "));

/** Chinese where it has a Chinese character. @param {string} text @returns {Language} */
export const languageOf = (text) => (hasHan(text) ? "zh" : "en");

/**
 * What a page shows for a name of a vocabulary; names that no table knows stay as they are.
 * @param {string} name @param {Language} language @param {Tables} tables
 */
export function translateWord(name, language, tables) {
  const shown = tables.shown[language];
  if (Object.hasOwn(shown, name)) return shown[name];
  if (language === "en" || !isColour(name, tables)) return name;
  const [colour, material] = colourOf(name);
  return shown[`colour/${colour}`] + shown[`material/${material}`];
}

/** A colour by itself. @param {string} name @param {Language} language @param {Tables} tables */
export const translateColour = (name, language, tables) =>
  behindSlash(translateWord(`colour/${name}`, language, tables));

/** @param {Meaning} meaning @param {Language} language @param {Tables} tables */
export function labelOf({ names, colour, material }, language, tables) {
  if (names.length) return translateWord(names[0], language, tables);
  return behindSlash(translateWord(colour ? `colour/${colour}` : `material/${material}`, language, tables));
}

export const behindSlash = (/** @type {string} */ text) => text.slice(text.lastIndexOf("/") + 1);

/** "red hair" -> ["red", "hair"] @param {string} name */
export function colourOf(name) {
  const end = name.indexOf(" ");
  return end < 0 ? [name, ""] : [name.slice(0, end), name.slice(end + 1)];
}

/** @param {string} name @param {Tables} tables */
function isColour(name, { colours, materials }) {
  const [colour, material] = colourOf(name);
  return colours.includes(colour) && materials.includes(material);
}
