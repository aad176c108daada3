// @ts-check
/**
 * The One step tab: a sprite to paint or to pick, a level to noise it to, and what every epoch makes of it
 * (predict_once in diffusion/ui/tabs/one_step.py).
 */

import { answerHere } from "./answer_here.js";
import { addButton, partsOf } from "./dom.js";
import { Editor } from "./editor.js";
import { sayFetching } from "./fetching.js";
import { Newest } from "./newest.js";
import { OneStepTable } from "./one_step_table.js";
import { drawingFrom, searchOf } from "./painting.js";
import { base64Of, bytesOf } from "./pixels.js";
import { readSprite } from "./read_sprite.js";
import { paintSprite } from "./sprite_canvas.js";

const GALLERY_SCALE = 2; // canvas pixels a sprite pixel
const SEEDS = 1000;
const LATE = 700; // ms without an answer, until that is said
const LEVEL = 200; // to begin with
const TAB = "one-step"; // of the prompt beside it
const TO_PAINT = "sprite-for-paint"; // in sessionStorage, as paint.js reads it

/** @param {import("./types").Host} host */
export const mount = (host) => new OneStep(host);

class OneStep {
  #ask = new Newest(() => this.#fetch());

  /** @param {import("./types").Host} host */
  constructor(host) {
    this.host = host;
    this.text = host.props.strings;
    this.part = partsOf(host.element);
    const hear = sayFetching(this.text, (sentence) => (this.part("status").textContent = sentence));
    this.server = answerHere(host.server, { one_step: "predictOnce" }, hear);
    this.level = this.part("t", HTMLInputElement);
    const { run, galleries } = host.props;
    const first = { run, prompt: "", t: LEVEL, seed: 0, pixels: bytesOf(galleries[0][0]) };
    const { pixels, ...state } = drawingFrom(location.search, TAB, first);
    this.state = state;
    this.table = new OneStepTable(this.part, this.text);
    this.editor = new Editor(host.element, this.text, host.props.palette, () => this.#changed());
    this.#name();
    this.#offerSprites();
    this.#wire();
    this.level.value = String(state.t);
    this.editor.set(pixels);
    this.editor.forget();
    this.#changed();
  }

  #changed() {
    this.part("t-value").textContent = this.level.value;
    this.#ask.now();
  }

  async #fetch() {
    const pixels = base64Of(this.editor.pixels);
    const started = performance.now();
    const late = setTimeout(() => (this.part("status").textContent ||= this.text.working), LATE);
    try {
      const answer = await this.server.one_step({ ...this.state, pixels });
      this.part("status").textContent = answer.mistake ?? "";
      if (!answer.mistake) this.table.show(answer, this.editor.pixels);
      this.host.element.answered = { t: answer.t, milliseconds: performance.now() - started }; // for tests
    } catch {
      this.part("status").textContent = this.text.offline;
    } finally {
      clearTimeout(late);
    }
  }

  // ---- the page ----

  #name() {
    for (const name of ["upload-name", "t-name", "noise", "paint", "share", "best"]) {
      this.part(name).textContent = this.text[name];
    }
  }

  #offerSprites() {
    const galleries = this.part("galleries");
    this.host.props.galleries.forEach((/** @type {string[]} */ sprites, /** @type {number} */ which) => {
      if (!sprites.length) return;
      const { name, note } = this.text.galleries[which];
      const title = galleries.appendChild(document.createElement("p"));
      title.className = "one-step-name";
      title.appendChild(document.createElement("strong")).textContent = name;
      title.append(note ? ` ${note}` : "");
      const row = galleries.appendChild(document.createElement("div"));
      row.className = "one-step-gallery";
      sprites.forEach((sprite, i) => {
        const button = addButton(row, () => this.editor.set(bytesOf(sprite)));
        button.setAttribute("aria-label", `${name}: ${i + 1}`);
        paintSprite(button.appendChild(document.createElement("canvas")), bytesOf(sprite), GALLERY_SCALE);
      });
    });
  }

  #wire() {
    const { part, host, state } = this;
    const upload = part("upload", HTMLInputElement);
    upload.addEventListener("change", async () => {
      const [file] = upload.files ?? [];
      upload.value = "";
      if (!file) return;
      try {
        this.editor.set((await readSprite(file)).pixels);
      } catch {
        part("status").textContent = this.text.unreadable;
      }
    });
    this.level.addEventListener("input", () => {
      state.t = Number(this.level.value);
      this.#changed();
    });
    part("noise").addEventListener("click", () => {
      state.seed = (state.seed + 1) % SEEDS;
      this.#changed();
    });
    part("share").addEventListener("click", () => this.#share());
    part("paint").addEventListener("click", () => {
      sessionStorage.setItem(TO_PAINT, base64Of(this.editor.pixels));
      /** @type {HTMLElement | null} */ (document.querySelector("[role=tab][data-tab-id=paint]"))?.click();
    });
    host.watch("run", () => {
      state.run = host.props.run;
      this.#changed();
    });
    document.addEventListener("asked", (event) => {
      const { tab, text } = /** @type {CustomEvent} */ (event).detail;
      if (tab !== TAB || text === state.prompt) return;
      state.prompt = text;
      this.#changed();
    });
  }

  async #share() {
    const search = searchOf(location.search, TAB, { ...this.state, pixels: this.editor.pixels });
    const link = location.origin + location.pathname + search;
    history.replaceState(history.state, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.part("status").textContent = this.text.copied;
    } catch {
      this.part("status").textContent = this.text.in_address; // no clipboard without https; the address bar has it
    }
  }
}
