// @ts-check
/**
 * Tabs and lesson steps in the address and in the history: each tab or step that a visitor opens is a place to come
 * back to. What a tab shows stays its own affair: it replaces the address (link.js, lesson.js), and a tab that is opened
 * again gets the address it had.
 */

import { openStep } from "./lesson.js";

const KEPT = ["lang", "controls", "in", "__theme"]; // of an address, whatever the tab
const TAB = "[role=tab][data-tab-id]";

/** The address each tab had when it was left. @type {Map<string, string>} */
const left = new Map();
let here = "";
let coming = false; // back or forward: the history knows already

/** @param {string} search of an address @param {string} tab @param {string} [before] what the tab had when it was left */
export function searchFor(search, tab, before) {
  const [now, next] = [new URLSearchParams(search), new URLSearchParams(before ?? { tab })];
  for (const name of KEPT) {
    const value = now.get(name);
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `?${next}`;
}

/** @param {string} search */
const tabOf = (search) => new URLSearchParams(search).get("tab") ?? "";

/** @param {string} tab */
const buttonOf = (tab) => /** @type {HTMLElement | null} */ (document.querySelector(`${TAB}[data-tab-id="${CSS.escape(tab)}"]`));

const firstTab = () => /** @type {HTMLElement | null} */ (document.querySelector(TAB))?.dataset.tabId ?? "";

export function keepPlaces() {
  here = tabOf(location.search) || firstTab();
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(TAB);
    if (button instanceof HTMLElement) opened(button.dataset.tabId ?? "");
  });
  document.addEventListener("click", openHere);
  document.addEventListener("step-opened", (event) => {
    const query = new URLSearchParams(searchFor(location.search, "learn"));
    query.set("step", /** @type {CustomEvent} */ (event).detail.step);
    push(`?${query}`);
  });
  addEventListener("popstate", goBack);
  new MutationObserver(arrive).observe(document.body, { attributeFilter: ["aria-selected", "data-awaits"], childList: true, subtree: true });
  arrive();
}

/** @param {string} tab */
function opened(tab) {
  document.body.classList.remove("arriving");
  if (tab === here) return;
  const before = location.search;
  if (!coming) {
    left.set(here, before);
    push(searchFor(before, tab, left.get(tab)));
  }
  here = tab;
}

/** @param {string} search */
function push(search) {
  if (search !== location.search) history.pushState(history.state, "", location.pathname + search + location.hash);
}

function goBack() {
  const tab = tabOf(location.search) || firstTab();
  coming = true;
  buttonOf(tab)?.click();
  coming = false;
  here = tab;
  const step = Number(new URLSearchParams(location.search).get("step"));
  if (tab === "learn") openStep(step || 1);
}

/** A link of the header to a tab opens it here. @param {MouseEvent} event */
function openHere(event) {
  const link = event.target instanceof Element && event.target.closest("a.site-learn");
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = buttonOf(tabOf(link.search));
  if (!button) return;
  event.preventDefault();
  button.click();
}

/** Until the tab that the address names is there, nothing is shown that would jump away (root.css). */
function arrive() {
  const chosen = /** @type {HTMLElement | null} */ (document.querySelector(`${TAB}[aria-selected=true]`));
  if (!chosen) return;
  const wanted = tabOf(location.search);
  const isThere = !wanted || !buttonOf(wanted) || chosen.dataset.tabId === wanted;
  const panel = [...document.querySelectorAll("[role=tabpanel]")].find((one) => one.checkVisibility({ visibilityProperty: false }));
  const isWhole = panel && panel.childElementCount > 0 && !panel.querySelector("[data-awaits]");
  if (isThere && isWhole && document.querySelector("#site-footer")) document.body.classList.remove("arriving");
  const row = chosen.parentElement;
  if (row && row.scrollWidth > row.clientWidth) {
    row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }
}
