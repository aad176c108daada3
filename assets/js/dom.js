// @ts-check
/** The page: its parts, and words put into templates. */

/**
 * A function that finds the parts of a component by name and checks what they are: part("bar", HTMLInputElement).
 * @param {ParentNode} element
 */
export function partsOf(element) {
  /**
   * @template {HTMLElement} [Kind=HTMLElement]
   * @param {string} name @param {{ new (): Kind }} [kind]
   * @returns {Kind}
   */
  return (name, kind) => find(element, `[data-part="${name}"]`, kind);
}

/**
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {ParentNode} element @param {string} selector @param {{ new (): Kind }} [kind]
 * @returns {Kind}
 */
export function find(element, selector, kind) {
  const found = element.querySelector(selector);
  if (!(found instanceof (kind ?? HTMLElement))) throw new TypeError(selector);
  return /** @type {Kind} */ (found);
}

/** "{n} of {total}" with values in place of names. @param {string} template @param {Record<string, any>} values @returns {string} */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const pixelRatio = () => window.devicePixelRatio || 1;

export const wantsStillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A button at the end of a place. @param {Element} place @param {() => void} onClick */
export function addButton(place, onClick) {
  const button = place.appendChild(document.createElement("button"));
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}
