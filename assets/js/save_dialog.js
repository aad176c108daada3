// @ts-check
/** The dialog that asks what to save and how; the choice is remembered, and a preview shows it. */

import { columnsFor, composeSheet, dress, enlarge, withoutPalette } from "./atlas.js";
import { penOf } from "./canvas.js";
import { fill, find, partsOf } from "./dom.js";
import { SAVE, download, saveApng, saveGif } from "./save.js";

/** @typedef {import("./atlas.js").Look} Look @typedef {import("./save.js").Batch} Batch @typedef {import("./save.js").Animation} Animation */
/**
 * Where the sprites come from. What is null or missing cannot be saved.
 * @typedef {object} Source
 * @property {() => boolean} hasMoments whether something else than finished sprites is shown
 * @property {(isMoment: boolean) => Promise<Batch | null>} takeBatch
 * @property {() => Promise<Animation | null>} [takeAnimation]
 * @property {() => Promise<import("./save.js").File | null>} [takePicture]
 * @property {() => Record<string, any> | null} [settings]
 */

const MEMORY = "save-choice"; // in localStorage
const PREVIEWED = 8; // sprites
const PREVIEW_SCALE = 4;

/** @type {{ what: string } & Look} */
const FIRST_CHOICE = { what: "sprites", transparent: true, colours: "all", scale: 1 };

/** How sprites were saved last. @returns {{ what: string } & Look} */
export function recallChoice() {
  try {
    return { ...FIRST_CHOICE, ...JSON.parse(localStorage.getItem(MEMORY) ?? "{}") };
  } catch {
    return FIRST_CHOICE;
  }
}

/** @param {Partial<{ what: string } & Look>} choice */
export function rememberChoice(choice) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify({ ...recallChoice(), ...choice }));
  } catch {
    // a full store: the choice lasts as long as the dialog
  }
}

export class SaveDialog {
  /** @type {Source | null} */
  #source = null;
  #showing = 0; // counts, so that of several choices the newest is shown

  /** @param {ParentNode} root @param {import("./types").Strings} text */
  constructor(root, text) {
    this.text = text;
    this.part = partsOf(root);
    this.dialog = this.part("save-dialog", HTMLDialogElement);
    this.form = this.part("save-form", HTMLFormElement);
    this.form.addEventListener("change", () => this.#show());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.part("save-cancel").addEventListener("click", () => this.dialog.close());
    closeBeside(this.dialog);
  }

  /** @param {Source} source */
  async open(source) {
    this.#source = source;
    const choice = recallChoice();
    this.#offer("gif", Boolean(source.takeAnimation));
    this.#offer("apng", Boolean(source.takeAnimation));
    this.#offer("picture", Boolean(source.takePicture));
    this.#offer("recipe", Boolean(source.settings?.()));
    for (const [name, value] of Object.entries({ ...FIRST_CHOICE, moment: "finished" })) this.#pick(name, value);
    for (const [name, value] of Object.entries(choice)) this.#pick(name, value);
    this.part("save-moments").hidden = !source.hasMoments();
    this.part("save-status").textContent = "";
    this.dialog.showModal();
    await this.#show();
  }

  /** @param {string} value of what @param {boolean} isThere */
  #offer(value, isThere) {
    const radio = this.#radio("what", value);
    radio.disabled = !isThere;
    const label = radio.closest("label");
    if (label) label.hidden = !isThere;
  }

  /** @param {string} name @param {string} value */
  #radio(name, value) {
    return /** @type {HTMLInputElement} */ (this.form.querySelector(`input[name="${name}"][value="${CSS.escape(value)}"]`));
  }

  /** What is not on offer stays as it is. @param {string} name @param {unknown} value */
  #pick(name, value) {
    if (name === "transparent") this.#box(name).checked = Boolean(value);
    else {
      const radio = this.#radio(name, String(value));
      if (radio && !radio.disabled) radio.checked = true;
    }
  }

  /** @param {string} name */
  #box(name) {
    return /** @type {HTMLInputElement} */ (this.form.querySelector(`input[name="${name}"]`));
  }

  /** Also of what is disabled at the moment, which FormData leaves out. @returns {{ what: string, moment: string } & Look} */
  #choice() {
    const text = (/** @type {string} */ name) => find(this.form, `input[name="${name}"]:checked`, HTMLInputElement).value;
    return {
      what: text("what"),
      transparent: this.#box("transparent").checked,
      colours: /** @type {Look["colours"]} */ (text("colours")),
      scale: Number(text("scale")),
      moment: text("moment"),
    };
  }

  /** The choice as it would be saved. */
  async #show() {
    const { what, moment, ...look } = this.#choice();
    const isPlain = what === "picture" || what === "recipe";
    this.part("save-look", HTMLFieldSetElement).disabled = isPlain;
    this.part("save-moments", HTMLFieldSetElement).disabled = !(what in SAVE);
    const preview = this.part("save-preview", HTMLCanvasElement);
    preview.hidden = isPlain;
    const turn = ++this.#showing;
    const batch = (await this.#source?.takeBatch(moment === "now" && what in SAVE)) ?? null;
    if (turn !== this.#showing || !batch) return;
    const dressed = dress(batch.sprites, look).slice(0, PREVIEWED);
    const sheet = enlarge(withoutPalette(composeSheet(dressed, columnsFor(dressed.length))), PREVIEW_SCALE);
    [preview.width, preview.height] = [sheet.width, sheet.height];
    penOf(preview).putImageData(new ImageData(new Uint8ClampedArray(sheet.data), sheet.width, sheet.height), 0, 0);
    const side = 16 * look.scale;
    this.part("save-count").textContent = isPlain ? "" : fill(this.text.save_count, { n: batch.sprites.length, side });
  }

  async #save() {
    const { what, moment, ...look } = this.#choice();
    const source = this.#source;
    const go = this.part("save-go", HTMLButtonElement);
    if (!source || go.disabled) return;
    rememberChoice({ what, ...look });
    go.disabled = true;
    this.part("save-status").textContent = this.text.save_making;
    try {
      const file = await this.#make(source, what, moment === "now", look);
      if (!file) throw new Error(this.text.save_nothing);
      download(file);
      this.dialog.close();
    } catch (problem) {
      this.part("save-status").textContent = `${this.text.failed}: ${problem instanceof Error ? problem.message : problem}`;
    } finally {
      go.disabled = false;
    }
  }

  /** @param {Source} source @param {string} what @param {boolean} isMoment @param {Look} look @returns {Promise<import("./save.js").File | null | undefined>} */
  async #make(source, what, isMoment, look) {
    if (what in SAVE) {
      const batch = await source.takeBatch(isMoment);
      return batch && SAVE[what](batch, look);
    }
    if (what === "picture") return source.takePicture?.();
    if (what === "recipe") {
      const json = JSON.stringify(source.settings?.(), null, 2) + "\n";
      return { name: "settings.json", content: new Blob([json], { type: "application/json" }) };
    }
    const animation = await source.takeAnimation?.();
    return animation && (what === "gif" ? saveGif(animation, look) : saveApng(animation, look));
  }
}

/** A press on what lies behind a dialog closes it. @param {HTMLDialogElement} dialog */
export function closeBeside(dialog) {
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
