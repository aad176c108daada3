// @ts-check
/** What the nouns of a prompt ask for together: diffusion/data/prompt_words.py. */

import { candidatesFor, slotsFor } from "./colours.js";
import { colourOf } from "./lexicon.js";
import { shapeFacts } from "./vocabulary.js";

/** @typedef {Prompts.Noun} Noun @typedef {Prompts.Prompt} Prompt */
/** @typedef {import("./vocabulary.js").Vocabulary} Vocabulary */

/** @template T @param {T[]} values */
const unique = (values) => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

/** @template V @param {Record<string, V>} table @param {string} name @returns {V | undefined} */
const lookUp = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

/** Gives nouns of one vocabulary their words. */
export class Resolver {
  /** @type {Prompt["impossible"]} */
  #impossible = [];

  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    this.vocabulary = vocabulary;
    this.tables = vocabulary.tables;
    this.shapes = shapeFacts(this.tables);
  }

  /**
   * The words of nouns in the order of the text; what they cannot be joins the unknown.
   * @param {Noun[]} nouns @param {string[]} unknown @returns {Prompt}
   */
  resolve(nouns, unknown) {
    /** @type {Prompts.Words} */
    const words = new Map();
    /** @type {Prompt["choices"]} */
    const choices = [];
    unknown = [...unknown];
    for (const noun of nouns) noun.names = this.#choose(noun);
    for (const group of groupsOf(nouns)) {
      this.#join(group);
      for (const noun of group) {
        const { meaning, typed, names } = noun;
        if (meaning.names.length > 1) {
          choices.push({ typed, names: [...names, ...meaning.names.filter((name) => !names.includes(name))] });
        }
        const isEmpty = !names.length && !noun.colours.length && !meaning.names.length;
        if (isEmpty && !this.#isImplied(noun, group)) unknown.push(typed);
        for (const name of [...names, ...this.#colourWords(noun)]) {
          words.set(name, Math.max(noun.weight, words.get(name) ?? 0));
        }
      }
    }
    unknown.push(...this.#impossible.map(({ typed }) => typed));
    const impossible = unique(this.#impossible.filter(({ shape }) => shape));
    return { words, unknown: [...new Set(unknown)], choices: unique(choices), impossible };
  }

  /** @param {Noun} noun */
  #factsOf(noun) {
    return noun.names.flatMap((name) => this.shapes.get(name) ?? []);
  }

  /** The first of several names that can have all colours, else the first. @param {Noun} noun */
  #choose({ meaning: { names }, colours }) {
    if (!colours.length) return names.slice(0, 1);
    const fits = (/** @type {string} */ name) => {
      const facts = this.shapes.get(name);
      return facts && colours.every(({ colour }) => slotsFor(facts, colour, this.tables).length);
    };
    const first = names.find(fits);
    return first ? [first] : names.slice(0, 1);
  }

  /** Gives things the shape that they have where someone has them. @param {Noun[]} group */
  #join(group) {
    if (group.length < 2) return;
    const { character, clothes, sword_and_shield } = this.tables;
    let characters = group.filter((noun) => this.#isCharacter(noun));
    // a ghost with a top hat is no hero
    if (group.some((noun) => this.#isCreature(noun))) characters = characters.filter((noun) => !noun.isAttached);
    for (const noun of group) {
      const others = group.filter((other) => other !== noun);
      if (characters.some((one) => one !== noun)) this.#wear(noun, character.sheets);
      else if (noun.isAttached && !characters.length) {
        const overlays = others.flatMap((other) => this.#factsOf(other)).flatMap((facts) => facts.overlays);
        this.#wear(noun, others.some((other) => this.#isCreature(other)) ? [...overlays, "horns"] : overlays);
      }
    }
    for (const noun of characters) {
      const [name] = noun.names;
      const others = group.filter((other) => other !== noun);
      const worn = others.flatMap((other) => this.#factsOf(other)).map((facts) => facts.sheet);
      const dress = name === undefined ? undefined : lookUp(clothes, name);
      if (dress && others.some((other) => this.#isPart(other))) {
        noun.names = dress.filter((part) => this.vocabulary.has(part) && !worn.includes(this.#sheetOf(part)));
      } else if (name === "hero" && worn.includes("weapons")) {
        noun.names = ["side-facing"]; // only those have something in their hands
      } else if (name === "hero" && others.some((other) => other.names.includes("side-facing"))) noun.names = [];
    }
    if (group.some((noun) => noun.names.includes(sword_and_shield))) {
      for (const noun of group) noun.names = noun.names.filter((name) => name !== "sword in hand");
    }
  }

  /** @param {string} name of a shape */
  #sheetOf(name) {
    return this.shapes.get(name)?.sheet ?? "";
  }

  /** @param {Noun} noun */
  #isCreature(noun) {
    return noun.names.includes("non-hero") || this.#factsOf(noun).some(({ sheet }) => sheet.startsWith("creatures"));
  }

  /** @param {Noun} noun @param {string[]} sheets */
  #wear(noun, sheets) {
    if (!noun.names.length || this.#factsOf(noun).some(({ sheet }) => sheets.includes(sheet))) return;
    const forms = lookUp(this.tables.worn_forms, noun.names[0]) ?? [];
    const form = forms.find((one) => this.vocabulary.has(one) && sheets.includes(this.#sheetOf(one)));
    if (form) noun.names = [form];
  }

  /** @param {Noun} noun */
  #isCharacter(noun) {
    const { character, clothes } = this.tables;
    const isOne = (/** @type {string} */ name) => character.kinds.includes(name) || lookUp(clothes, name);
    return noun.names.some(isOne) || this.#factsOf(noun).some(({ sheet }) => character.sheets.includes(sheet));
  }

  /** Whether only a character that is drawn from parts can have it. @param {Noun} noun */
  #isPart(noun) {
    const { character } = this.tables;
    if (this.#factsOf(noun).some(({ sheet }) => character.sheets.includes(sheet))) return true;
    const [name] = noun.names;
    if (name !== undefined) return (name.endsWith(" hair") || name.endsWith(" skin")) && !this.shapes.has(name);
    return character.materials.includes(noun.meaning.material);
  }

  /** A wooden chair: whether the material is that of another noun anyway. @param {Noun} noun @param {Noun[]} group */
  #isImplied(noun, group) {
    const others = group.filter((other) => other !== noun).flatMap((other) => this.#factsOf(other));
    return others.some(({ slots }) => slots.some(({ material }) => material === noun.meaning.material));
  }

  /**
   * The words for the colours of a noun, by the materials that it has; the others join the impossible.
   * @param {Noun} noun
   */
  #colourWords(noun) {
    const facts = this.#factsOf(noun), { material } = noun.meaning;
    /** @type {string[]} */
    const words = [];
    for (const { typed, colour } of noun.colours) {
      const placed = words.map((word) => colourOf(word)[1]);
      const found = candidatesFor(noun, facts, colour, placed, this.tables).find((word) => this.vocabulary.has(word));
      if (found) words.push(found);
      else if (facts.length) {
        const slots = facts.flatMap((one) => this.tables.colours.flatMap((each) => slotsFor(one, each, this.tables)));
        const known = slots.filter(({ name, material: on }) => this.vocabulary.has(`${name} ${on}`));
        const colours = this.tables.colours.filter((one) => known.some(({ name }) => name === one));
        this.#impossible.push({ typed, shape: noun.names[0], colours });
      } else this.#impossible.push({ typed: `${typed} ${material && noun.typed}`.trim(), shape: "", colours: [] });
    }
    return words;
  }
}

/**
 * Nouns that are asked for together; a group that begins with "with" belongs to the one before.
 * @param {Noun[]} nouns
 */
function groupsOf(nouns) {
  /** @type {Noun[][]} */
  const groups = [];
  nouns.forEach((noun, i) => {
    const isNew = !i || nouns[i - 1].group !== noun.group;
    if (isNew && !(groups.length && noun.isAttached)) groups.push([]);
    groups[groups.length - 1].push(noun);
  });
  return groups;
}
