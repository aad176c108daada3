// @ts-check
/** The row of tabs: one panel is shown, and a tab's parts are mounted when it is first opened, as Gradio does. */

import { find } from "../dom.js";
import { queryFor } from "../link.js";

/** @param {Record<string, () => void>} openers what to do when a tab is first opened */
export function wireTabs(openers) {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[role=tab][data-tab-id]")]);
  const opened = new Set();

  /** @param {HTMLElement} chosen */
  function open(chosen) {
    for (const tab of tabs) {
      const is = tab === chosen;
      tab.setAttribute("aria-selected", String(is));
      find(document, `#${tab.getAttribute("aria-controls")}`).hidden = !is;
    }
    const name = chosen.dataset.tabId ?? "";
    if (!opened.has(name)) {
      opened.add(name);
      openers[name]?.();
    }
  }

  for (const tab of tabs) tab.addEventListener("click", () => open(tab));
  open(tabs.find(({ dataset }) => queryFor(location.search, dataset.tabId ?? "")) ?? tabs[0]);
}
