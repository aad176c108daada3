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
  const chosen = () => boxes.filter(({ checked }) => checked).map(({ value }) => Number(value));
  for (const box of boxes) box.addEventListener("change", () => tellPair(site.given.pairs, chosen()));
  tellPair(site.given.pairs, chosen());
  const player = site.host("compare-player");
  const { words, max_epochs: most } = site.given;
  const drawer = new Drawer(TAB, site, player, () => {
    const epochs = chosen();
    if (epochs.length < 2 || epochs.length > most) throw new Refusal(fill(words.count, { most, count: epochs.length }));
    return site.run.plan(epochs, form.values(), ["x", "x0"]);
  });
  find(panel, "#compare-generate").addEventListener("click", () => drawer.draw());
  await Promise.all([player.mount(), site.box(TAB, () => drawer.draw())]);
}

/**
 * The question and its answer are about the last two epochs that were chosen and measured; without two they stay.
 * @param {{ epochs: [number, number], question: string, comparison: string }[]} pairs @param {number[]} chosen
 */
function tellPair(pairs, chosen) {
  const isChosen = (/** @type {{ epochs: number[] }} */ { epochs }) => epochs.every((epoch) => chosen.includes(epoch));
  const pair = pairs.filter(isChosen).at(-1);
  if (!pair) return;
  for (const words of /** @type {const} */ (["question", "comparison"])) {
    const place = document.querySelector(`#numbers .${words}`);
    if (place) place.textContent = pair[words];
  }
}
