// @ts-check
/** The Compare tab without a server; with one, diffusion/ui/tabs/compare.py. */

import { fill, find } from "../dom.js";
import { Drawer } from "./drawer.js";
import { openForm } from "./form.js";
import { Refusal } from "./run.js";

const TAB = "compare";

/** @param {import("./site.js").Site} site */
export async function openCompare(site) {
  const { panel, form, epochs: named } = await openForm(site, TAB);
  const boxes = /** @type {HTMLInputElement[]} */ ([...panel.querySelectorAll("#compare-epochs input")]);
  if (named.length) for (const box of boxes) box.checked = named.includes(Number(box.value));
  const player = site.host("compare-player");
  const { words, max_epochs: most } = site.given;
  const drawer = new Drawer(TAB, site, player, () => {
    const epochs = boxes.filter(({ checked }) => checked).map(({ value }) => Number(value));
    if (epochs.length < 2 || epochs.length > most) throw new Refusal(fill(words.count, { most, count: epochs.length }));
    return site.run.plan(epochs, form.values(), ["x", "x0"]);
  });
  find(panel, "#compare-generate").addEventListener("click", () => drawer.draw());
  await Promise.all([player.mount(), site.box(TAB, () => drawer.draw())]);
}
