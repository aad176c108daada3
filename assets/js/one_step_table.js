// @ts-check
/** The table of the One step tab: a row for the truth and one for each epoch, the smallest error of a column marked. */

import { base64Of, bytesOf } from "./pixels.js";
import { paintSprite } from "./sprite_canvas.js";

const SCALE = 5; // canvas pixels a sprite pixel

/** @typedef {{ label: string, pictures: (string | null)[], errors: (number | null)[] }} Row pictures as base64 */

export class OneStepTable {
  /** @param {ReturnType<typeof import("./dom.js").partsOf>} part @param {import("./types").Strings} text */
  constructor(part, text) {
    this.text = text;
    this.body = part("body", HTMLTableSectionElement);
    for (const title of ["", ...text.columns, ...text.errors]) {
      const cell = part("head").appendChild(document.createElement(title ? "th" : "td"));
      cell.textContent = title;
      if (title) cell.setAttribute("scope", "col");
    }
  }

  /** @param {any} answer of predict_once @param {Uint8Array} sprite what was asked about */
  show(answer, sprite) {
    /** @type {Row[]} */
    const rows = [
      { label: this.text.truth, pictures: [answer.x, answer.eps, base64Of(sprite)], errors: [null, null] },
      ...answer.rows.map((/** @type {any} */ { label, eps, x0, eps_error, x0_error }) => ({
        label,
        pictures: [null, eps, x0],
        errors: [eps_error, x0_error],
      })),
    ];
    const best = [0, 1].map((column) => Math.min(...rows.slice(1).map(({ errors }) => Number(errors[column]))));
    while (this.body.rows.length > rows.length) this.body.deleteRow(-1);
    rows.forEach((row, i) => this.#fill(this.body.rows[i] ?? this.body.insertRow(), row, best));
  }

  /** @param {HTMLTableRowElement} row @param {Row} values @param {number[]} best of every column of errors */
  #fill(row, { label, pictures, errors }, best) {
    const width = 1 + pictures.length + errors.length;
    while (row.cells.length < width) row.append(document.createElement(row.cells.length ? "td" : "th"));
    row.cells[0].textContent = label;
    row.cells[0].setAttribute("scope", "row");
    pictures.forEach((picture, column) => {
      const cell = row.cells[1 + column];
      if (!picture) return cell.replaceChildren();
      const canvas = cell.querySelector("canvas") ?? cell.appendChild(document.createElement("canvas"));
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${label}: ${this.text.columns[column]}`);
      paintSprite(canvas, bytesOf(picture), SCALE);
    });
    errors.forEach((error, column) => {
      const cell = row.cells[1 + pictures.length + column];
      const isBest = error !== null && error === best[column];
      cell.textContent = error === null ? "" : error.toFixed(3);
      cell.classList.toggle("best", isBest);
      if (!isBest) return;
      const said = cell.appendChild(document.createElement("span"));
      said.className = "player-announce";
      said.textContent = ` ${this.text.best_said}`;
    });
  }
}
