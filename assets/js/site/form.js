// @ts-check
/** The controls of a request (diffusion/ui/site/controls.py): their values, and those that an address asks for. */

import { find } from "../dom.js";
import { queryFor } from "../link.js";

/** @typedef {Record<string, { kind: string, start: any, plain?: any }>} Settings as `describe_settings` writes them */

const MAX_ROLLED = 10_000; // as in diffusion/ui/parts/controls.py

/**
 * The controls of a tab, as an address wants them. @param {import("./site.js").Site} site @param {string} tab
 * @returns {Promise<{ panel: HTMLElement, form: Form, epochs: number[] }>} epochs: those that the address names
 */
export async function openForm(site, tab) {
  const panel = find(document, `#panel-${tab}`);
  const form = new Form(panel, site.given.settings[tab]);
  const limits = await site.limit();
  if (limits) form.limit("count", limits.most, limits.start);
  const query = queryFor(location.search, tab);
  if (query) form.restore(query);
  return { panel, form, epochs: query ? epochsIn(query, site.run) : [] };
}

/** What an address names of this run. @param {URLSearchParams} query @param {import("./run.js").SiteRun} run @returns {number[]} */
function epochsIn(query, run) {
  const named = (query.get("epochs") ?? "").split(",").map((ref) => ref.split("/"));
  const found = named.filter(([name]) => name === run.name).map(([, epoch]) => Number(epoch));
  return found.filter((epoch) => run.epochs.includes(epoch));
}

export class Form {
  /** @param {HTMLElement} root @param {Settings} settings */
  constructor(root, settings) {
    this.root = root;
    this.settings = settings;
    for (const number of this.#all("[data-mirrors]")) this.#tie(number);
    for (const dice of root.querySelectorAll("[data-part=dice]")) dice.addEventListener("click", () => this.roll());
    for (const [name, { start }] of Object.entries(settings)) this.set(name, start);
  }

  /** @param {string} selector @returns {HTMLInputElement[]} */
  #all(selector) {
    return [...this.root.querySelectorAll(selector)].filter((one) => one instanceof HTMLInputElement);
  }

  /** A slider and the number beside it. @param {HTMLInputElement} number */
  #tie(number) {
    const slider = find(this.root, `#${number.dataset.mirrors}`, HTMLInputElement);
    slider.addEventListener("input", () => (number.value = slider.value));
    number.addEventListener("change", () => {
      slider.value = number.value;
      number.value = slider.value;
    });
  }

  /** @returns {Record<string, any>} */
  values() {
    return Object.fromEntries(Object.keys(this.settings).map((name) => [name, this.get(name)]));
  }

  /** @param {string} name @returns {any} */
  get(name) {
    const inputs = this.#all(`[data-setting="${name}"]`);
    const { kind, start } = this.settings[name];
    if (!inputs.length) return start;
    if (kind === "shares") return inputs.map(({ value }) => Number(value));
    if (kind === "switch") return inputs[0].checked;
    if (inputs[0].type === "radio") return inputs.find(({ checked }) => checked)?.value ?? start;
    return kind === "number" ? Number(inputs[0].value) : inputs[0].value;
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    const inputs = this.#all(`[data-setting="${name}"]`);
    const { kind } = this.settings[name];
    inputs.forEach((input, i) => {
      if (kind === "switch") input.checked = Boolean(value);
      else if (input.type === "radio") input.checked = input.value === value;
      else input.value = String(kind === "shares" ? value[i] : value);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  /** Another seed. */
  roll() {
    this.set("seed", Math.floor(Math.random() * MAX_ROLLED));
  }

  /** The most that a slider gives, and what it begins with. @param {string} name @param {number} most @param {number} start */
  limit(name, most, start) {
    for (const input of this.#all(`[data-setting="${name}"], [data-mirrors$="-${name}"]`)) input.max = String(most);
    this.set(name, Math.min(start, most));
  }

  /** As `request_in` in diffusion/ui/parts/share_links.py: what an address names. @param {URLSearchParams} query */
  restore(query) {
    const named = Object.keys(this.settings).filter((name) => query.has(name));
    if (named.length || query.has("epochs")) {
      for (const [name, { plain }] of Object.entries(this.settings)) if (plain !== undefined) this.set(name, plain);
    }
    for (const name of named) {
      const text = String(query.get(name));
      const { kind } = this.settings[name];
      if (kind === "shares") this.set(name, text.split(",").map(Number));
      else if (kind === "switch") this.set(name, text === "true");
      else this.set(name, text);
    }
  }
}
