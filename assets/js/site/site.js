// @ts-check
/** The page without a server (diffusion/ui/site): mounts the app's own parts, and answers what they ask. */

import { fill, find } from "../dom.js";
import { sayFetching } from "../fetching.js";
import { chooseBy, restartEngine } from "../local_drawing.js";
import { CHANGED, findBackend, leaveGpu } from "./backend.js";
import { openCompare } from "./compare.js";
import { PartHost } from "./host.js";
import { openLearn } from "./learn.js";
import { openOneStep } from "./one_step.js";
import { openPaint } from "./paint.js";
import { Refusal, SiteRun } from "./run.js";
import { say } from "./say.js";
import { wireTabs } from "./tabs.js";
import { openWatch } from "./watch.js";

const PLAIN = { most: 12, start: 6 }; // sprites, where there is no WebGPU

export class Site {
  /** @param {any} given what diffusion/ui/site/pages.py has written into the page */
  constructor(given) {
    this.given = given;
    this.run = new SiteRun(given.run);
    this.hear = sayFetching({ ...given.words, working: "" }, (sentence) => say(sentence, 0));
  }

  /** @param {string} name of a part @param {import("./host.js").Server} [server] */
  host(name, server = {}) {
    return new PartHost(this.given.parts[name], server);
  }

  /** How many sprites, where that is not as everywhere. */
  async limit() {
    return (await findBackend()) === "plain" ? PLAIN : null;
  }

  /** Weights are on their way. @type {import("../local_drawing.js").Hear} */
  hear;

  /** What went wrong, for the visitor. @param {unknown} error */
  async explain(error) {
    if (error instanceof Refusal) return error.message;
    await restartEngine();
    return fill(this.given.words.failed, { reason: error instanceof Error ? error.message : error });
  }

  /** An answer of Python's kind: with a mistake where there is none. @param {(question: any) => Promise<any>} act */
  answering(act) {
    return (/** @type {any} */ question) => act(question).catch(async (error) => ({ mistake: await this.explain(error) }));
  }

  /** Into the box of a prompt. @param {string} tab @param {string} text */
  write(tab, text) {
    find(document, `#${tab}-prompt input`, HTMLInputElement).value = text;
  }

  /** The box of a prompt, and what is below it. @param {string} tab @param {() => void} [enter] */
  async box(tab, enter) {
    const input = find(document, `#${tab}-prompt input`, HTMLInputElement);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) enter?.();
    });
    const asking = this.host(`${tab}-asking`, { read: ({ text }) => this.run.read(text) });
    await asking.mount();
    /** @type {any} */ (globalThis).tellBox(tab, false, true, this.run.name, input.value); // tell.js
  }

  async start() {
    chooseBy({ find: findBackend, leave: leaveGpu });
    await this.host("site-header").mount();
    wireTabs({
      watch: () => openWatch(this), paint: () => openPaint(this), compare: () => openCompare(this), learn: () => openLearn(this),
      "one-step": () => openOneStep(this),
    });
    document.addEventListener(CHANGED, () => this.#tellBackend());
    await this.#tellBackend();
  }

  async #tellBackend() {
    const { words } = this.given;
    const backend = await findBackend();
    for (const place of document.querySelectorAll("[data-site=device]")) place.textContent = words[backend];
    const note = backend === "plain" ? words.slower : "";
    for (const place of document.querySelectorAll("[data-site=slower]")) place.textContent = note;
  }
}

new Site(JSON.parse(find(document, "#site", HTMLScriptElement).textContent ?? "")).start();
