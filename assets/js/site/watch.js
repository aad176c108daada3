// @ts-check
/** The Watch tab without a server; with one, diffusion/ui/tabs/watch.py. */

import { find } from "../dom.js";
import { queryFor } from "../link.js";
import { Drawer } from "./drawer.js";
import { Form } from "./form.js";

const TAB = "watch";

/** @param {import("./site.js").Site} site */
export async function openWatch(site) {
  const panel = find(document, "#panel-watch");
  const form = new Form(panel, site.given.settings[TAB]);
  const epoch = find(panel, "#watch-epoch input", HTMLInputElement);
  const query = queryFor(location.search, TAB);
  const limits = await site.limit();
  if (limits) form.limit("count", limits.most, limits.start);
  if (query) {
    form.restore(query);
    const named = epochsIn(query, site.run);
    if (named.length) epoch.value = String(named.at(-1));
  }
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

/** What an address names of this run. @param {URLSearchParams} query @param {import("./run.js").SiteRun} run @returns {number[]} */
export function epochsIn(query, run) {
  const named = (query.get("epochs") ?? "").split(",").map((ref) => ref.split("/"));
  const found = named.filter(([name]) => name === run.name).map(([, epoch]) => Number(epoch));
  return found.filter((epoch) => run.epochs.includes(epoch));
}
