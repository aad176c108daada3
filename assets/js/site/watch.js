// @ts-check
/** The Watch tab without a server; with one, diffusion/ui/tabs/watch.py. */

import { find } from "../dom.js";
import { Drawer } from "./drawer.js";
import { openForm } from "./form.js";

const TAB = "watch";

/** @param {import("./site.js").Site} site */
export async function openWatch(site) {
  const { panel, form, epochs } = await openForm(site, TAB);
  const epoch = find(panel, "#watch-epoch input", HTMLInputElement);
  if (epochs.length) epoch.value = String(epochs.at(-1));
  const player = site.host("watch-player", { epochs: () => Promise.resolve(site.run.epochs) });
  const drawer = new Drawer(TAB, site, player, () =>
    site.run.plan([Number(epoch.value)], form.values(), ["x", "x0", "eps"]));
  const start = () => {
    if (!find(panel, "#watch-keep input", HTMLInputElement).checked) form.roll();
    drawer.draw();
  };
  find(panel, "#watch-generate").addEventListener("click", start);
  find(panel, "#watch-again").addEventListener("click", () => drawer.draw());
  await Promise.all([player.mount(), site.box(TAB, start)]);
}
