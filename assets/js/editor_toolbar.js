// @ts-check
/** The row of tools of the pixel editor: which one is chosen, the size of the brush, undo and redo. */

/** @typedef {"pencil" | "eraser" | "fill" | "pick"} Tool */
/** @typedef {{ step: (by: number) => void, clear: () => void }} Acts step: -1 undoes, 1 does again */

/** "Pencil (P)" without its key. @param {string} title */
const nameIn = (title) => title.replace(/ \(.*|（.*/, "");

export class EditorTools {
  /** @type {Tool} */
  tool = "pencil";
  size = 1;

  /**
   * @param {ReturnType<typeof import("./dom.js").partsOf>} part @param {import("./types").Strings} text
   * @param {Acts} acts
   */
  constructor(part, text, acts) {
    this.part = part;
    this.text = text;
    /** @type {HTMLButtonElement[]} */
    this.buttons = [...part("tool-choice").querySelectorAll("button")];
    for (const name of ["tools", "tool-choice"]) part(name).setAttribute("aria-label", text.tools_name);
    for (const button of this.buttons) this.#wireTool(button);
    this.#wireSize();
    part("undo").addEventListener("click", () => acts.step(-1));
    part("redo").addEventListener("click", () => acts.step(1));
    part("clear").addEventListener("click", acts.clear);
    part("clear").textContent = text.clear;
    for (const name of ["size", "undo", "redo"]) this.#title(part(name), text[name]);
    this.choose("pencil");
  }

  /** @param {Tool} tool */
  choose(tool) {
    this.tool = tool;
    this.part("editor").dataset.tool = tool;
    for (const button of this.buttons) {
      const isChosen = button.dataset.tool === tool;
      button.setAttribute("aria-checked", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
  }

  /** @param {boolean} canUndo @param {boolean} canRedo */
  offerSteps(canUndo, canRedo) {
    this.part("undo", HTMLButtonElement).disabled = !canUndo;
    this.part("redo", HTMLButtonElement).disabled = !canRedo;
  }

  /** @param {HTMLElement} button @param {string} title */
  #title(button, title) {
    button.title = title;
    button.setAttribute("aria-label", nameIn(title));
  }

  /** @param {HTMLButtonElement} button */
  #wireTool(button) {
    const tool = /** @type {Tool} */ (button.dataset.tool);
    this.#title(button, this.text.tools[tool]);
    button.addEventListener("click", () => this.choose(tool));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const { buttons } = this;
      const next = buttons[(buttons.indexOf(button) + step + buttons.length) % buttons.length];
      next.click();
      next.focus();
    });
  }

  #wireSize() {
    const size = this.part("size");
    size.addEventListener("click", () => {
      this.size = 3 - this.size;
      size.setAttribute("aria-pressed", String(this.size === 2));
    });
  }
}
