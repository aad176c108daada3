// @ts-check
/**
 * The words of a random sprite, the same for the same seed as in Python: diffusion/data/asked.py, and what of endless.py
 * and describe.py it uses. The sprite itself is not drawn.
 */

import { Pcg64 } from "../engine/pcg64.js";
import { colourOf } from "./lexicon.js";
import { builtinNames, shapeFacts } from "./vocabulary.js";

/** @typedef {Prompts.Tables} Tables */
/** @typedef {{ slot: string, name: string, material: string }} Slot as written, in a feature, as people call it */
/** @typedef {{ sheet: string, name: string, shape: string, word: string, slots: Slot[], overlays: string[], takesPattern: boolean }} Part */

const HERO = "hero", SIDEWAYS = "side-facing", CREATURE = "non-hero"; // kinds
const withoutNumber = (/** @type {string} */ name) => name.replace(/[23]+$/, "");

/** Makes the words of random sprites from the tables. */
export class Surprises {
  /** @type {Map<string, Part[]>} */
  #byPrefix = new Map();

  /** @param {Tables} tables */
  constructor(tables) {
    this.tables = tables;
    this.drawing = tables.drawing;
    this.facts = shapeFacts(tables);
    const words = new Map([...this.facts].map(([word, { shape }]) => [shape, word]));
    const slots = this.drawing.slots.map(([slot, name, material]) => ({ slot, name, material }));
    this.sheets = new Map(Object.entries(this.drawing.sheets).map(([sheet, parts]) => [
      sheet,
      new Map(parts.map(([name, places, overlays, takesPattern]) => {
        const shape = `${sheet.split(".")[0]}/${name}`, word = /** @type {string} */ (words.get(shape));
        return [name, { sheet, name, shape, word, slots: places.map((place) => slots[place]), overlays, takesPattern }];
      })),
    ]));
  }

  /**
   * The words of a random sprite that shows those that are asked for, or most of them.
   * @param {Prompts.Words} words names with their weights; those that are no built-in ones are left out
   * @param {number} seed @param {number} number of the sprite
   */
  wordsFor(words, seed, number) {
    const asked = [...words].filter(([word, weight]) => weight > 0 && builtinNames(this.tables).has(word)).map(([word]) => word);
    const kinds = this.#kindsOf(asked), wanted = this.#featuresOf(asked);
    /** @type {string[]} */
    let best = [];
    let missing = asked.length + 1;
    for (let attempt = 0; attempt < this.drawing.tries && missing; attempt++) {
      const rng = new Pcg64([this.drawing.edition, seed, number, attempt, 3]);
      const kind = kinds.length ? rng.choose(kinds) : this.#randomKind(rng);
      const shown = this.#draw(rng, kind, wanted);
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

  /** The kinds of sprite that can show most of the shapes; empty where words say nothing about it. @param {string[]} words */
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
      else if (character.sheets.includes(sheet) || word.endsWith(" hair") || word.endsWith(" skin")) vote([heroes, sideways]);
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

  /** The words that a sprite of a kind shows, with the wanted features wherever it can have them. @param {Pcg64} rng @param {number} kind @param {Set<string>} wanted */
  #draw(rng, kind, wanted) {
    const name = this.tables.kinds[kind];
    const isWhole = name === HERO && [...wanted].some((feature) => feature.startsWith("heroes/"));
    const sheets = isWhole ? "heroes" : this.drawing.one_part[kind];
    const { parts, colours } = sheets ? this.#drawObject(rng, name, sheets, wanted) : this.#drawCharacter(rng, name, wanted);
    const told = parts.flatMap((part) => part.slots.filter(({ slot }) => slot).map(({ slot, name: feature, material }) => {
      return `${this.#colourOn(feature, /** @type {string} */ (colours.get(slot)))} ${material}`;
    }));
    return [...new Set([name, ...parts.map(({ word }) => word), ...told])];
  }

  /** The name of a colour on a material: a yellow metal is gold. @param {string} material @param {string} colour */
  #colourOn(material, colour) {
    const { colour_names, metals } = this.drawing, name = colour_names[colour];
    return metals.includes(withoutNumber(material)) ? (this.tables.metal_names[name] ?? name) : name;
  }

  /** All parts of the sheets whose names begin with this. @param {string} prefix */
  #partsOf(prefix) {
    let parts = this.#byPrefix.get(prefix);
    if (!parts) {
      parts = [...this.sheets].filter(([sheet]) => sheet.startsWith(prefix)).flatMap(([, named]) => [...named.values()]);
      this.#byPrefix.set(prefix, parts);
    }
    return parts;
  }

  /** One of the parts that are wanted, if there are any in these sheets, else any part. @param {Pcg64} rng @param {string} prefix @param {Set<string>} wanted */
  #choose(rng, prefix, wanted) {
    const parts = this.#partsOf(prefix), fitting = parts.filter(({ shape }) => wanted.has(shape));
    return rng.choose(fitting.length ? fitting : parts);
  }

  /** A part with some of the overlays that it allows. @param {Pcg64} rng @param {string} kind @param {string} sheets @param {Set<string>} wanted */
  #drawObject(rng, kind, sheets, wanted) {
    const { overlay_shares, layer_order, pattern_share } = this.drawing;
    const body = this.#choose(rng, sheets, wanted);
    const layers = new Map([["body", body]]);
    for (const overlay of body.overlays) {
      if (rng.random() < overlay_shares[overlay]) layers.set(overlay, this.#choose(rng, overlay, wanted));
    }
    const parts = layer_order.flatMap((layer) => layers.get(layer) ?? []);
    if (body.takesPattern && kind === CREATURE && rng.random() < pattern_share) {
      parts.splice(parts.indexOf(body) + 1, 0, this.#choose(rng, "patterns", wanted));
    }
    return { parts, colours: this.#pick(rng, parts, new Map(), wanted) };
  }

  /** A hero from the front or from the side; both views begin with the same numbers. @param {Pcg64} rng @param {string} kind @param {Set<string>} wanted */
  #drawCharacter(rng, kind, wanted) {
    const features = [...wanted];
    const chosen = this.drawing.body.filter(([name, share]) => rng.random() < share || features.some((one) => one.startsWith(name)));
    let parts = chosen.map(([name]) => this.#choose(rng, `${name}.front`, wanted));
    let colours = this.#pick(rng, parts, new Map(), wanted);
    if (kind === SIDEWAYS) {
      const turned = (/** @type {Part} */ { sheet, name }) => /** @type {Part} */ (this.sheets.get(sheet.replace("front", "side"))?.get(name));
      parts = [...parts.map(turned), this.#choose(rng, "weapons.side", wanted)];
      colours = this.#pick(rng, parts, colours, wanted);
    }
    return { parts, colours };
  }

  /**
   * A colour for every slot of the parts, after those that are picked already; wanted ones where the slot can have them.
   * @param {Pcg64} rng @param {Part[]} parts @param {Map<string, string>} colours @param {Set<string>} wanted
   */
  #pick(rng, parts, colours, wanted) {
    const picked = new Map(colours), slots = parts.flatMap((part) => part.slots);
    const names = new Map(slots.map(({ slot, name }) => [slot, name]));
    for (const { slot } of slots) {
      if (slot && !picked.has(slot)) picked.set(slot, rng.choose(this.#options(slot, names.get(slot), parts, picked, wanted)));
    }
    return picked;
  }

  /** @param {string} slot @param {string | undefined} name @param {Part[]} parts @param {Map<string, string>} picked @param {Set<string>} wanted */
  #options(slot, name, parts, picked, wanted) {
    const { pattern, pattern_colours, colour_names } = this.drawing;
    if (slot === pattern) {
      const place = parts.findIndex(({ slots }) => slots.some((one) => one.slot === pattern));
      const body = parts[place - 1].slots[0].slot;
      return [...new Set([...this.#colours(body, picked), ...pattern_colours])].filter((colour) => colour !== picked.get(body));
    }
    const found = this.#colours(slot, picked);
    const fitting = found.filter((colour) => wanted.has(`${name}:${colour_names[colour]}`));
    return fitting.length ? fitting : found;
  }

  /** The colours that a slot may have; picks of one material are never the same. @param {string} slot @param {Map<string, string>} picked */
  #colours(slot, picked) {
    const material = withoutNumber(slot), known = this.drawing.palette[material];
    if (!known) return slot.split(",");
    const taken = [...picked].filter(([other]) => withoutNumber(other) === material).map(([, colour]) => colour);
    return known.filter((colour) => !taken.includes(colour));
  }
}
