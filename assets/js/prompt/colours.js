// @ts-check
/** The words that show a colour on a shape: the end of diffusion/data/prompt_words.py. */

/** @typedef {Prompts.Tables} Tables @typedef {Prompts.Facts} Facts */

/**
 * Words that can show the colour of a noun, the best first.
 * @param {Prompts.Noun} noun @param {Facts[]} facts of its shapes @param {string} colour
 * @param {string[]} placed materials that have another colour of the noun @param {Tables} tables
 */
export function candidatesFor({ meaning, names: [name] }, facts, colour, placed, tables) {
  if (facts.length) {
    const slots = facts.flatMap((one) => slotsFor(one, colour, tables));
    const isFree = (/** @type {string} */ material) => material !== "pattern" || placed.length;
    const free = slots.filter(({ material }) => !placed.includes(material) && isFree(material));
    const again = slots.filter(({ material }) => placed.includes(material) && material === "cloth");
    return [...free, ...again].map((slot) => `${slot.name} ${slot.material}`);
  }
  const { character, kinds } = tables;
  let material = meaning.material || "body";
  if (name !== undefined) material = character.kinds.includes(name) ? "cloth" : kinds.includes(name) ? "body" : "";
  return sameColours(colour, tables).map((one) => `${one} ${material}`);
}

/**
 * The parts of a shape that can have a colour, the largest first, each with the colour's name there.
 * @param {Facts} facts @param {string} colour @param {Tables} tables
 */
export function slotsFor({ slots, sheet }, colour, tables) {
  const names = sameColours(colour, tables);
  return slots.flatMap(({ material, colours, isLarge }) => {
    if (!isLarge || (material === "skin" && sheet !== "heads")) return [];
    return names.filter((name) => colours.includes(name)).map((name) => ({ material, name }));
  });
}

/**
 * A colour and what it is called on other materials: yellow metal is gold.
 * @param {string} colour @param {Tables} tables
 */
const sameColours = (colour, { same_colours, metal_names }) =>
  [colour, ...(same_colours[colour] ?? []), ...(metal_names[colour] ? [metal_names[colour]] : [])];
