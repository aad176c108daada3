// @ts-check
/** Goes through a prompt, English or Chinese or both; diffusion/data/prompt.py says what it reads. */

import { NOTHING } from "./lexicon.js";
import { firstOf, numberOf, writeNumber } from "./text.js";
import { tokensOf } from "./tokens.js";

/** @typedef {Prompts.Meaning} Meaning @typedef {import("./tokens.js").Token} Token */
/** @typedef {{ typed: string, meaning: Meaning }} Colour */

/** Goes through the tokens once; `nouns` and `unknown` are what it has found. */
export class Reader {
  /** @type {Prompts.Noun[]} */
  nouns = [];
  /** @type {string[]} */
  unknown = [];
  /** Those that wait for their noun. @type {Colour[]} */
  #colours = [];
  /** Of the next noun. @type {number | null} */
  #weight = null;
  #isStatement = false; // the noun before "is"; its colour follows
  #group = 0; // nouns between two commas
  #isAttached = false;
  #denied = ""; // a "without", as it was typed, until its noun comes
  #deniedBefore = ""; // the same after its noun: "without hat and beard" denies both

  /** @param {import("./vocabulary.js").Vocabulary} vocabulary */
  constructor({ lexicon, tables }) {
    this.lexicon = lexicon;
    this.digits = tables.max_digits;
  }

  /** @param {string} text */
  read(text) {
    const tokens = tokensOf(text);
    let lastUnknownEnd = -1;
    for (let place = 0; place < tokens.length; ) {
      const { meaning, length } = this.#longest(tokens, place);
      const token = tokens[place];
      if (meaning) this.#understand(meaning, text.slice(token.start, tokens[place + length - 1].end));
      else if (token.kind === "han" && token.start === lastUnknownEnd) {
        this.unknown[this.unknown.length - 1] += token.text; // a run of unknown characters is one word
        lastUnknownEnd = token.end;
      } else if (!this.#readSign(token)) {
        this.#endDenial();
        this.unknown.push(token.text);
        lastUnknownEnd = token.kind === "han" ? token.end : -1;
      }
      place += length;
    }
    this.#end(true);
  }

  /**
   * The meaning of the longest phrase that begins here, and its number of tokens.
   * @param {Token[]} tokens @param {number} place
   */
  #longest(tokens, place) {
    const { english, chinese, longest } = this.lexicon;
    const [words, characters] = longest;
    const run = tokens.slice(place, place + 1);
    for (const token of tokens.slice(place + 1, place + characters)) {
      if (token.start !== run[run.length - 1].end) break;
      run.push(token);
    }
    if (run.some(({ kind }) => kind === "han")) {
      for (let length = run.length; length; length--) {
        const meaning = chinese.get(run.slice(0, length).map(({ text }) => text).join(""));
        if (meaning) return { meaning, length };
      }
    }
    const stems = [];
    for (const { kind, text } of tokens.slice(place, place + words)) {
      if (kind !== "word" && kind !== "number") break;
      stems.push(this.lexicon.stem(text));
    }
    for (let length = stems.length; length; length--) {
      const meaning = english.get(stems.slice(0, length).join(" "));
      if (meaning) return { meaning, length };
    }
    if (stems.length > 2) {
      // "long red hair" is long hair
      const colour = english.get(stems[1]), split = english.get(`${stems[0]} ${stems[2]}`);
      if (colour?.colour && split) {
        this.#colours.push({ typed: tokens[place + 1].text, meaning: colour });
        return { meaning: split, length: 3 };
      }
    }
    return { meaning: null, length: 1 };
  }

  /** Weights and commas; whether it was one. @param {Token} token */
  #readSign({ kind, text }) {
    const number = (/** @type {string} */ digits) => numberOf(firstOf(digits, this.digits));
    if (kind === "end") {
      this.#end();
      return true;
    }
    if (kind === "weight" && (this.nouns.length || this.#colours.length)) {
      const weight = number(text.slice(1).trim());
      if (this.#colours.length) this.#weight = Math.min(weight, 1);
      else this.nouns[this.nouns.length - 1].weight = Math.min(weight, 1);
      return weight <= 1;
    }
    if (kind === "percent") {
      const percent = number(text.replace(/[% ]+$/, ""));
      if (percent <= 100) this.#weight = percent / 100;
      return percent <= 100;
    }
    if (kind !== "number" || !text.includes(".") || number(text) > 1) return false;
    this.#weight = number(text);
    return true;
  }

  /** @param {Meaning} meaning @param {string} typed */
  #understand(meaning, typed) {
    switch (meaning.role) {
      case "without":
        this.#endDenial();
        this.#denied = typed;
        break;
      case "attached":
        this.#endDenial();
        this.#flushColours();
        this.#isAttached = true;
        break;
      case "half":
        this.#weight = 0.5;
        break;
      case "is":
        this.#isStatement = this.nouns.length > 0 && !this.#colours.length;
        break;
      case "and":
        this.#denied ||= this.#deniedBefore;
        break;
      case "ignored":
        if (typed !== "的") break;
        this.#endDenial();
        this.#isAttached = false;
        break;
      default:
        if (!meaning.colour) this.#add(meaning, typed);
        else if (!this.#isStatement) this.#colours.push({ typed, meaning });
        else this.nouns[this.nouns.length - 1].colours.push({ typed, colour: meaning.colour });
    }
  }

  /** @param {Meaning} meaning @param {string} typed */
  #add(meaning, typed) {
    if (this.#denied) {
      this.unknown.push([this.#denied, ...this.#colours.map((colour) => colour.typed), typed].join(" "));
      [this.#denied, this.#deniedBefore] = ["", this.#denied];
    } else {
      this.#addNoun(meaning, typed, this.#colours, this.#isAttached);
      this.#deniedBefore = "";
    }
    this.#colours = [];
    this.#weight = null;
    this.#isStatement = false;
  }

  /** @param {Meaning} meaning @param {string} typed @param {Colour[]} waiting @param {boolean} isAttached */
  #addNoun(meaning, typed, waiting, isAttached) {
    const colours = waiting.map((one) => ({ typed: one.typed, colour: one.meaning.colour }));
    this.nouns.push({ meaning, typed, colours, weight: this.#weight ?? 1, group: this.#group, isAttached, names: [] });
  }

  /** Gives colours that no noun follows to the noun before that is a material without one, or to the first. */
  #flushColours() {
    let waiting = this.#colours;
    this.#colours = [];
    if (!waiting.length) return;
    if (this.#denied) {
      this.unknown.push([this.#denied, ...waiting.map(({ typed }) => typed)].join(" "));
      this.#denied = "";
      return;
    }
    const named = waiting.filter(({ meaning }) => meaning.names.length);
    if (!this.nouns.length && named.length) {
      // "an orange" is a fruit where nothing can have the colour
      for (const { typed, meaning } of named) this.#add({ ...NOTHING, names: meaning.names }, typed);
      waiting = waiting.filter(({ meaning }) => !meaning.names.length);
    }
    if (this.nouns.length) {
      const last = this.nouns[this.nouns.length - 1];
      const target = last.meaning.material && !last.colours.length ? last : this.nouns[0];
      target.colours.push(...waiting.map(({ typed, meaning }) => ({ typed, colour: meaning.colour })));
    } else if (waiting.length) this.#addNoun(NOTHING, "", waiting, false);
  }

  #endDenial() {
    if (this.#denied && !this.#deniedBefore) this.unknown.push(this.#denied); // nothing followed it
    this.#denied = this.#deniedBefore = "";
  }

  /** The end of a group: a comma or the end of the text. */
  #end(isLast = false) {
    if (isLast || this.nouns.length) this.#flushColours();
    this.#endDenial();
    this.#group += 1;
    this.#isAttached = this.#isStatement = false;
    if (isLast && this.#weight !== null) this.unknown.push(writeNumber(this.#weight));
  }
}
