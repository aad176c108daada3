// @ts-check
/**
 * What a random sprite of a kind shows: its parts and their colours, chosen as in diffusion/data/endless.py and said as
 * in describe.py. The sprite itself is not drawn.
 */

import { shapeFacts } from "./vocabulary.js";

/** @typedef {{ slot: string, name: string, material: string }} Slot as written, in a feature, as people call it */
/** @typedef {{ sheet: string, name: string, shape: string, word: string }} Named */
/** @typedef {Named & { slots: Slot[], overlays: string[], takesPattern: boolean }} Part */
/** @typedef {Map<string, string>} Colours by their slots */

const HERO = "hero", SIDEWAYS = "side-facing", CREATURE = "non-hero"; // kinds
const withoutNumber = (/** @type {string} */ name) => name.replace(/[23]+$/, "");

/** The parts that sprites are made of. */
export class Parts {
  /** @type {Map<string, Part[]>} */
  #byPrefix = new Map();

  /** @param {Prompts.Tables} tables */
  constructor(tables) {
    this.tables = tables;
    const { drawing } = tables;
    const words = new Map([...shapeFacts(tables)].map(([word, { shape }]) => [shape, word]));
    const slots = drawing.slots.map(([slot, name, material]) => ({ slot, name, material }));
    /** @type {(sheet: string) => (part: Prompts.Part) => Part} */
    const of = (sheet) => ([name, places, overlays, takesPattern]) => {
      const shape = `${sheet.split(".")[0]}/${name}`, word = /** @type {string} */ (words.get(shape));
      return { sheet, name, shape, word, slots: places.map((place) => slots[place]), overlays, takesPattern };
    };
    this.sheets = new Map(Object.entries(drawing.sheets).map(([sheet, parts]) => [sheet, parts.map(of(sheet))]));
  }

  /** All parts of the sheets whose names begin with this. @param {string} prefix */
  startingWith(prefix) {
    let parts = this.#byPrefix.get(prefix);
    if (!parts) {
      parts = [...this.sheets].flatMap(([sheet, some]) => (sheet.startsWith(prefix) ? some : []));
      this.#byPrefix.set(prefix, parts);
    }
    return parts;
  }

  /** The same part of a character, seen from the side. @param {Part} part */
  fromTheSide({ sheet, name }) {
    const parts = this.sheets.get(sheet.replace("front", "side")) ?? [];
    return /** @type {Part} */ (parts.find((part) => part.name === name));
  }
}

/** One sprite, with the wanted features wherever it can have them. */
export class Recipe {
  /** @param {Parts} parts @param {import("../engine/pcg64.js").Pcg64} rng @param {Set<string>} wanted */
  constructor(parts, rng, wanted) {
    this.parts = parts;
    this.tables = parts.tables;
    this.drawing = parts.tables.drawing;
    this.rng = rng;
    this.wanted = wanted;
  }

  /** The words that it shows. @param {string} kind */
  draw(kind) {
    const { one_part } = this.drawing;
    const isWhole = kind === HERO && [...this.wanted].some((feature) => feature.startsWith("heroes/"));
    const sheets = isWhole ? "heroes" : one_part[this.tables.kinds.indexOf(kind)];
    const { parts, colours } = sheets ? this.#drawObject(kind, sheets) : this.#drawCharacter(kind);
    const slots = parts.flatMap((part) => part.slots.filter(({ slot }) => slot));
    const colourOf = (/** @type {Slot} */ { slot, name }) => this.#colourOn(name, colours.get(slot) ?? "");
    const told = slots.map((slot) => `${colourOf(slot)} ${slot.material}`);
    return [...new Set([kind, ...parts.map(({ word }) => word), ...told])];
  }

  /** The name of a colour on a material: a yellow metal is gold. @param {string} material @param {string} colour */
  #colourOn(material, colour) {
    const { colour_names, metals } = this.drawing, name = colour_names[colour];
    return metals.includes(withoutNumber(material)) ? (this.tables.metal_names[name] ?? name) : name;
  }

  /** One of the parts that are wanted, if there are any in these sheets, else any part. @param {string} prefix */
  #choose(prefix) {
    const parts = this.parts.startingWith(prefix), fitting = parts.filter(({ shape }) => this.wanted.has(shape));
    return this.rng.choose(fitting.length ? fitting : parts);
  }

  /** A part with some of the overlays that it allows. @param {string} kind @param {string} sheets */
  #drawObject(kind, sheets) {
    const { overlay_shares, layer_order, pattern_share } = this.drawing;
    const body = this.#choose(sheets);
    const layers = new Map([["body", body]]);
    for (const overlay of body.overlays) {
      if (this.rng.random() < overlay_shares[overlay]) layers.set(overlay, this.#choose(overlay));
    }
    const parts = layer_order.flatMap((layer) => layers.get(layer) ?? []);
    if (body.takesPattern && kind === CREATURE && this.rng.random() < pattern_share) {
      parts.splice(parts.indexOf(body) + 1, 0, this.#choose("patterns"));
    }
    return { parts, colours: this.#pick(parts, new Map()) };
  }

  /** A hero from the front or from the side; both views begin with the same numbers. @param {string} kind */
  #drawCharacter(kind) {
    const isWanted = (/** @type {string} */ name) => [...this.wanted].some((feature) => feature.startsWith(name));
    const sheets = this.drawing.body.filter(([name, share]) => this.rng.random() < share || isWanted(name));
    const front = sheets.map(([name]) => this.#choose(`${name}.front`));
    const colours = this.#pick(front, new Map());
    if (kind !== SIDEWAYS) return { parts: front, colours };
    const parts = [...front.map((part) => this.parts.fromTheSide(part)), this.#choose("weapons.side")];
    return { parts, colours: this.#pick(parts, colours) };
  }

  /**
   * A colour for every slot of the parts, after those that are picked already.
   * @param {Part[]} parts @param {Colours} colours
   */
  #pick(parts, colours) {
    const picked = new Map(colours), slots = parts.flatMap((part) => part.slots);
    const names = new Map(slots.map(({ slot, name }) => [slot, name])); // the last counts
    for (const { slot } of slots) {
      if (!slot || picked.has(slot)) continue;
      const isPattern = slot === this.drawing.pattern;
      const options = isPattern ? this.#patternColours(parts, picked) : this.#colours(slot, picked);
      const wanted = options.filter((one) => this.wanted.has(`${names.get(slot)}:${this.drawing.colour_names[one]}`));
      picked.set(slot, this.rng.choose(wanted.length && !isPattern ? wanted : options));
    }
    return picked;
  }

  /** Those of the body below, without its own. @param {Part[]} parts @param {Colours} picked */
  #patternColours(parts, picked) {
    const { pattern, pattern_colours } = this.drawing;
    const place = parts.findIndex(({ slots }) => slots.some(({ slot }) => slot === pattern));
    const body = parts[place - 1].slots[0].slot;
    const others = new Set([...this.#colours(body, picked), ...pattern_colours]);
    return [...others].filter((colour) => colour !== picked.get(body));
  }

  /**
   * Those that a slot may have; picks of one material are never the same.
   * @param {string} slot @param {Colours} picked
   */
  #colours(slot, picked) {
    const material = withoutNumber(slot), known = this.drawing.palette[material];
    if (!known) return slot.split(",");
    const taken = [...picked].filter(([other]) => withoutNumber(other) === material).map(([, colour]) => colour);
    return known.filter((colour) => !taken.includes(colour));
  }
}
