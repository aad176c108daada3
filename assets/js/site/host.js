// @ts-check
/** What stands in for Gradio on a page without a server: a Host (types.d.ts) for every part, and the parts mounted. */

/** @typedef {{ name: string, module: string, props: Record<string, any> }} Part as diffusion/ui/site/pages.py writes it */
/** @typedef {Record<string, (question: any) => Promise<any>>} Server answers of this browser, by the names of Python's functions */

export class PartHost {
  /** @type {Map<string, (() => void)[]>} */
  #watchers = new Map();
  /** @type {any[]} */
  early = [];

  /** @param {Part} part @param {Server} server */
  constructor(part, server) {
    const element = document.getElementById(part.name);
    if (!element) throw new TypeError(part.name);
    this.element = /** @type {import("../types").Host["element"]} */ (element);
    this.module = part.module;
    this.props = part.props;
    this.server = server;
  }

  /** @param {string} name @param {() => void} callback */
  watch = (name, callback) => {
    this.#watchers.set(name, [...(this.#watchers.get(name) ?? []), callback]);
  };

  trigger = () => {};

  upload = () => Promise.reject(new Error("there is no server"));

  /** What Python does when it updates a component. @param {string} name @param {any} value */
  set(name, value) {
    this.props[name] = value;
    for (const callback of this.#watchers.get(name) ?? []) callback();
  }

  async mount() {
    const { mount } = await import(new URL(`../${this.module}`, import.meta.url).href);
    return mount(this);
  }
}
