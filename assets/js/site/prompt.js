// @ts-check
/** What a prompt asks for, in the words of the page's run: single words of its vocabulary, by name or as shown. */

import { writePrompt } from "../prompt_text.js";

/** @typedef {{ name: string, weight: number }} Word */

const APART = /[,，、;；]+/u;
const SHARE = /[:：]\s*([\d.]+)\s*$/u;
const MOST = 8; // suggestions

export class Prompts {
  /** By what is typed. @type {Map<string, string>} */
  #typed = new Map();

  /** @param {any} given the run, as diffusion/ui/site/pages.py describes it @param {Record<string, string[]>} groups its vocabulary */
  constructor(given, groups) {
    this.labels = given.labels;
    this.names = Object.values(groups).flat();
    this.places = new Map(this.names.map((name, at) => [name, at]));
    this.shapes = groups.shape ?? this.names;
    this.unseen = new Set(given.unseen);
    this.offered = given.offered;
    for (const name of this.names) {
      for (const text of [name, this.label(name)]) this.#typed.set(text.toLowerCase(), name);
    }
  }

  /** @param {string} name of the vocabulary */
  label(name) {
    return this.labels[name] ?? name;
  }

  /** @param {string} text @returns {{ words: Word[], missing: string[] }} missing: as typed */
  ask(text) {
    /** @type {Word[]} */
    const words = [];
    const missing = [];
    for (const part of text.split(APART).map((one) => one.trim()).filter(Boolean)) {
      const name = this.#typed.get(part.replace(SHARE, "").trim().toLowerCase());
      const weight = Math.min(1, Number(SHARE.exec(part)?.[1] ?? 1));
      if (name && !this.unseen.has(name)) words.push({ name, weight });
      else missing.push(part);
    }
    return { words, missing };
  }

  /** A text that `ask` understands. @param {Word[]} words */
  write(words) {
    return writePrompt(words.map(({ name, weight }) => ({ label: this.label(name), weight })));
  }

  /** What asking.js shows of a prompt, as `read_prompt` in diffusion/ui/parts/asking.py answers. @param {string} text */
  read(text) {
    const { words, missing } = this.ask(text);
    const chips = words.map(({ name, weight }) => ({ label: this.label(name), weight }));
    const unknown = missing.length ? [{ texts: missing, runs: [], shape: "", near: [] }] : [];
    const { examples, names } = this.offered;
    const usable = examples.filter((/** @type {string} */ one) => !this.ask(one).missing.length);
    return { chips, unknown, choices: [], suggestions: this.#suggest(text), examples: usable, names };
  }

  /** @param {string} text */
  #suggest(text) {
    const begin = text.slice(0, text.length - (text.split(APART).at(-1) ?? "").trimStart().length);
    const typed = text.slice(begin.length).toLowerCase();
    if (!typed) return [];
    const found = [...this.#typed].filter(([phrase, name]) => phrase.startsWith(typed) && !this.unseen.has(name));
    return found.slice(0, MOST).map(([phrase, name]) => ({ text: begin + phrase, label: this.label(name) }));
  }

  /** Words for one sprite, beside those that are asked for. @param {Word[]} words @param {number} seed @param {number} number of the sprite @returns {Word[]} */
  surprise(words, seed, number) {
    if (words.some(({ name }) => this.shapes.includes(name))) return words;
    const known = this.shapes.filter((name) => !this.unseen.has(name));
    const name = known[Math.floor(random(seed * 64 + number) * known.length)];
    return name ? [...words, { name, weight: 1 }] : words;
  }

  /** @param {Word[]} words @returns {[number, number][]} */
  row(words) {
    return words.map(({ name, weight }) => [this.places.get(name) ?? 0, weight]);
  }
}

/** One number of Mulberry32. @param {number} seed */
function random(seed) {
  const a = (Math.imul(seed + 1, 0x9e3779b9) + 0x6d2b79f5) | 0;
  let b = Math.imul(a ^ (a >>> 15), 1 | a);
  b = (b + Math.imul(b ^ (b >>> 7), 61 | b)) ^ b;
  return ((b ^ (b >>> 14)) >>> 0) / 2 ** 32;
}
