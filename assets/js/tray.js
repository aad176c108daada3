// @ts-check
/** The strip of kept sprites below a player. */

import { nameSprites, slugOf } from "./atlas.js";
import { paintSprite } from "./closeup.js";
import { addButton, fill, partsOf } from "./dom.js";
import { bytesOf } from "./pixels.js";
import { CHANGED, keptSprites, remove, removeAll } from "./tray_store.js";

/** @typedef {import("./closeup.js").Closeup} Closeup @typedef {import("./save_dialog.js").SaveDialog} SaveDialog */

const LOOK = /** @type {import("./atlas.js").Look} */ ({ transparent: true, colours: "all", scale: 1 });

export class Tray {
  /** @param {ParentNode} root @param {import("./types").Strings} text @param {Closeup} closeup @param {SaveDialog} dialog */
  constructor(root, text, closeup, dialog) {
    this.text = text;
    this.closeup = closeup;
    this.part = partsOf(root);
    this.part("tray-save").addEventListener("click", () => dialog.open(SOURCE));
    this.part("tray-empty").addEventListener("click", () => {
      if (confirm(fill(text.tray_sure, { n: keptSprites().length }))) removeAll();
    });
    this.part("tray").addEventListener("keydown", (event) => event.stopPropagation()); // the player has keys of its own
    document.addEventListener(CHANGED, () => this.#show());
    window.addEventListener("storage", () => this.#show()); // another window keeps one
    this.#show();
  }

  #show() {
    const sprites = keptSprites();
    const names = namesOf(sprites);
    this.part("tray").hidden = !sprites.length;
    this.part("tray-title").textContent = fill(this.text.tray_title, { n: sprites.length });
    this.part("tray-list").replaceChildren(...sprites.map((one, i) => this.#item(one, names[i], i)));
  }

  /** @param {import("./tray_store.js").Kept} sprite @param {string} name @param {number} i */
  #item(sprite, name, i) {
    const item = document.createElement("li");
    const picture = document.createElement("canvas");
    picture.className = "checkered";
    paintSprite(picture, bytesOf(sprite.rgb), LOOK);
    const open = addButton(item, () => this.closeup.open(GALLERY, i));
    open.append(picture);
    open.title = sprite.words;
    open.setAttribute("aria-label", fill(this.text.tray_open, { n: i + 1, name: sprite.words || name }));
    const button = addButton(item, () => remove(sprite.rgb));
    button.className = "tray-remove";
    button.textContent = "×";
    button.setAttribute("aria-label", fill(this.text.tray_remove, { name }));
    return item;
  }
}

/** @param {import("./tray_store.js").Kept[]} sprites */
const namesOf = (sprites) => nameSprites(sprites.map(({ name }) => name));

/** @type {import("./save_dialog.js").Source} */
const SOURCE = {
  hasMoments: () => false,
  async takeBatch() {
    const sprites = keptSprites();
    if (!sprites.length) return null;
    return { sprites: sprites.map(({ rgb }) => bytesOf(rgb)), names: namesOf(sprites), base: "kept" };
  },
};

/** @type {import("./closeup.js").Gallery} */
const GALLERY = {
  get count() {
    return keptSprites().length;
  },
  async take(index) {
    const sprites = keptSprites();
    const { rgb, words, name } = sprites[index];
    return { epochs: [{ label: slugOf(name), rgb: bytesOf(rgb) }], shown: 0, words, name: namesOf(sprites)[index] };
  },
};
