// @ts-check
/** The words of a random sprite, the same for the same seed as in Python: diffusion/data/asked.py. */

import { Pcg64 } from "../engine/pcg64.js";
import { colourOf } from "./lexicon.js";
import { Parts, Recipe } from "./recipe.js";
import { builtinNames, shapeFacts } from "./vocabulary.js";

const HERO = "hero", SIDEWAYS = "side-facing"; // kinds

/** Makes the words of random sprites from the tables. */
export class Surprises {
  /** @param {Prompts.Tables} tables */
  constructor(tables) {
    this.tables = tables;
    this.drawing = tables.drawing;
    this.facts = shapeFacts(tables);
    this.parts = new Parts(tables);
  }

  /**
   * The words of a random sprite that shows those that are asked for, or most of them.
   * @param {Prompts.Words} words names with their weights; those that are no built-in ones are left out
   * @param {number} seed @param {number} number of the sprite
   */
  wordsFor(words, seed, number) {
    const names = builtinNames(this.tables);
    const asked = [...words].flatMap(([word, weight]) => (weight > 0 && names.has(word) ? [word] : []));
    const kinds = this.#kindsOf(asked), wanted = this.#featuresOf(asked);
    /** @type {string[]} */
    let best = [];
    let missing = asked.length + 1;
    for (let attempt = 0; attempt < this.drawing.tries && missing; attempt++) {
      const rng = new Pcg64([this.drawing.edition, seed, number, attempt, 3]);
      const kind = kinds.length ? rng.choose(kinds) : this.#randomKind(rng);
      const shown = new Recipe(this.parts, rng, wanted).draw(this.tables.kinds[kind]);
      const without = asked.filter((word) => !shown.includes(word)).length;
      if (without < missing) [best, missing] = [shown, without];
    }
    return best;
  }

  /** @param {Pcg64} rng */
  #randomKind(rng) {
    const at = rng.random();
    return this.drawing.kind_edges.filter((edge) => edge <= at).length;
  }

  /**
   * The kinds of sprite that can show most of the shapes; empty where words say nothing about it.
   * @param {string[]} words
   */
  #kindsOf(words) {
    const { kinds, character } = this.tables, { overlays, one_part } = this.drawing;
    const named = words.filter((word) => kinds.includes(word)).map((word) => kinds.indexOf(word));
    if (named.length) return named;
    const votes = kinds.map(() => 0);
    const vote = (/** @type {number[]} */ places, share = 1) => places.forEach((place) => (votes[place] += share));
    const heroes = kinds.indexOf(HERO), sideways = kinds.indexOf(SIDEWAYS);
    for (const word of words) {
      const sheet = this.facts.get(word)?.sheet ?? "";
      if (sheet === "weapons") vote([sideways]);
      else if (character.sheets.includes(sheet) || / (hair|skin)$/.test(word)) vote([heroes, sideways]);
      else if (sheet === "heroes") vote([heroes]);
      else if (overlays.includes(sheet) || sheet === "patterns") vote(Object.keys(one_part).map(Number), 0.1);
      else vote(Object.entries(one_part).filter(([, begin]) => sheet.startsWith(begin)).map(([kind]) => Number(kind)));
    }
    const most = Math.max(...votes);
    return most ? votes.flatMap((share, kind) => (share === most ? [kind] : [])) : [];
  }

  /** What shows the words: "red cloth" is cloth:red, cloth2:red and cloth3:red. @param {string[]} words */
  #featuresOf(words) {
    const { metal_names, builtin_colours } = this.tables;
    const { plain_colours, material_names, own_colours } = this.drawing;
    /** @type {Set<string>} */
    const found = new Set();
    for (const word of words) {
      const facts = this.facts.get(word);
      if (facts) found.add(facts.shape);
      if (!builtin_colours.includes(word)) continue;
      const [colour, material] = colourOf(word);
      const called = (/** @type {string} */ name) => (material === "metal" ? (metal_names[name] ?? name) : name);
      const written = Object.keys(material_names).filter((slot) => material_names[slot] === material);
      for (const slot of material === "detail" ? own_colours : [...written, material]) {
        for (const name of plain_colours.filter((one) => called(one) === colour)) {
          for (const number of ["", "2", "3"]) found.add(`${slot}${number}:${name}`);
        }
      }
    }
    return found;
  }
}
