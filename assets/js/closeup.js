// @ts-check
/** One sprite, large, in every epoch that is there: to be looked at, copied, saved, painted on, or kept in the tray. */

import { dress, withoutPalette } from "./atlas.js";
import { penOf } from "./canvas.js";
import { addButton, fill, partsOf } from "./dom.js";
import { SIZE, base64Of } from "./pixels.js";
import { download, pngOfSprite } from "./save.js";
import { closeBeside, recallChoice, rememberChoice } from "./save_dialog.js";
import { MOST_KEPT, isFull, isKept, keep } from "./tray_store.js";

/** @typedef {{ label: string, rgb: Uint8Array }} Epoch one sprite after so much training */
/** What can be looked at. @typedef {{ count: number, take: (index: number) => Promise<{ epochs: Epoch[], shown: number, words: string, name: string }> }} Gallery */

const FOR_PAINT = "sprite-for-paint"; // in sessionStorage: base64 of its RGB; also an event on the document
const PAINT_TAB = "paint";

export class Closeup {
  /** @type {Gallery | null} */
  #gallery = null;
  #index = 0;
  /** @type {Epoch[]} */
  #epochs = [];
  #shown = 0; // of the epochs
  #name = "";
  #words = "";

  /** @param {ParentNode} root @param {import("./types").Strings} text */
  constructor(root, text) {
    this.text = text;
    this.part = partsOf(root);
    this.dialog = this.part("closeup", HTMLDialogElement);
    this.canvas = this.part("closeup-canvas", HTMLCanvasElement);
    const actions = {
      close: () => this.dialog.close(),
      back: () => this.#turn(-1),
      forward: () => this.#turn(1),
      keep: () => this.#keep(),
      paint: () => this.#paint(),
      copy: () => this.#copy(),
      save: () => this.#save(),
    };
    for (const [name, act] of Object.entries(actions)) this.part(`closeup-${name}`).addEventListener("click", act);
    for (const name of ["transparent", "few", "large"]) this.#box(name).addEventListener("change", () => this.#changeLook());
    this.dialog.addEventListener("keydown", (event) => this.#press(event));
    closeBeside(this.dialog);
  }

  /** @param {Gallery} gallery @param {number} index */
  async open(gallery, index) {
    this.#gallery = gallery;
    const { transparent, colours, scale } = recallChoice();
    this.#box("transparent").checked = transparent;
    this.#box("few").checked = colours !== "all";
    this.#box("large").checked = scale > 1;
    await this.#take(index);
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {number} index */
  async #take(index) {
    const gallery = this.#gallery;
    if (!gallery) return;
    this.#index = (index + gallery.count) % gallery.count;
    const { epochs, shown, words, name } = await gallery.take(this.#index);
    [this.#epochs, this.#words, this.#name] = [epochs, words, name];
    this.part("closeup-title").textContent = fill(this.text.closeup_title, { n: this.#index + 1, total: gallery.count });
    this.part("closeup-words").textContent = words;
    for (const part of ["closeup-back", "closeup-forward"]) this.part(part).hidden = gallery.count < 2;
    this.part("closeup-status").textContent = "";
    this.#listEpochs();
    this.#show(shown);
  }

  #listEpochs() {
    const list = this.part("closeup-epochs");
    list.replaceChildren();
    list.hidden = this.#epochs.length < 2;
    this.#epochs.forEach(({ label, rgb }, i) => {
      const button = addButton(list, () => this.#show(i));
      const picture = document.createElement("canvas");
      picture.className = "checkered";
      paintSprite(picture, rgb, this.#look());
      button.append(picture, label);
    });
  }

  /** @param {number} which of the epochs */
  #show(which) {
    this.#shown = Math.max(0, Math.min(which, this.#epochs.length - 1));
    const { label } = this.#epochs[this.#shown];
    paintSprite(this.canvas, this.#rgb, this.#look());
    this.canvas.setAttribute("aria-label", [fill(this.text.closeup_picture, { n: this.#index + 1, epoch: label }), this.#words].filter(Boolean).join(": "));
    [...this.part("closeup-epochs").children].forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === this.#shown));
      if (i === this.#shown) button.scrollIntoView({ block: "nearest", inline: "center" });
    });
    this.#nameKeep();
  }

  get #rgb() {
    return this.#epochs[this.#shown].rgb;
  }

  /** @returns {import("./atlas.js").Look} */
  #look() {
    return {
      transparent: this.#box("transparent").checked,
      colours: this.#box("few").checked ? "each" : "all",
      scale: this.#box("large").checked ? 8 : 1,
    };
  }

  /** @param {string} name */
  #box(name) {
    return this.part(`closeup-${name}`, HTMLInputElement);
  }

  #changeLook() {
    const { transparent, colours, scale } = this.#look();
    const wasShared = recallChoice().colours === "shared";
    rememberChoice({ transparent, scale, colours: colours === "each" && wasShared ? "shared" : colours });
    this.#listEpochs();
    this.#show(this.#shown);
  }

  /** The arrow keys: through the epochs, and to other sprites. @param {KeyboardEvent} event */
  #press(event) {
    const target = /** @type {Element} */ (event.target);
    event.stopPropagation(); // the player has keys of its own
    if (target.closest("input")) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.#show(this.#shown - 1),
      ArrowRight: () => this.#show(this.#shown + 1),
      ArrowUp: () => this.#turn(-1),
      ArrowDown: () => this.#turn(1),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** @param {number} by sprites */
  #turn(by) {
    this.#take(this.#index + by);
  }

  // ---- what one can do with it ----

  #nameKeep() {
    const button = this.part("closeup-keep");
    const kept = isKept(this.#rgb);
    button.setAttribute("aria-pressed", String(kept));
    button.textContent = kept ? `✓ ${this.text.kept}` : this.text.keep;
  }

  #keep() {
    if (isKept(this.#rgb)) return;
    if (isFull()) this.#say(fill(this.text.tray_full, { most: MOST_KEPT }));
    else keep(this.#rgb, this.#name, this.#words);
    this.#nameKeep();
  }

  #paint() {
    sessionStorage.setItem(FOR_PAINT, base64Of(this.#rgb));
    const tab = /** @type {HTMLElement | null} */ (document.querySelector(`[role=tab][data-tab-id="${PAINT_TAB}"]`));
    this.dialog.close();
    document.dispatchEvent(new CustomEvent(FOR_PAINT));
    if (tab) tab.click();
    else location.assign(`${location.pathname}?tab=${PAINT_TAB}`);
  }

  async #copy() {
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOfSprite(this.#rgb, this.#look()) })]);
      this.#say(this.text.copy_done);
    } catch {
      this.#say(this.text.copy_failed);
    }
  }

  async #save() {
    download({ name: `${this.#name}.png`, content: await pngOfSprite(this.#rgb, this.#look()) });
  }

  /** @param {string} message */
  #say(message) {
    this.part("closeup-status").textContent = message;
  }
}

/** A sprite as it would be saved, at native size. @param {HTMLCanvasElement} canvas @param {Uint8Array} rgb @param {import("./atlas.js").Look} look */
export function paintSprite(canvas, rgb, look) {
  canvas.width = canvas.height = SIZE;
  const { data } = withoutPalette(dress([rgb], look)[0]);
  penOf(canvas).putImageData(new ImageData(new Uint8ClampedArray(data), SIZE, SIZE), 0, 0);
}
