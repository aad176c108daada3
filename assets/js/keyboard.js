// @ts-check
/** One tab stop for each group of radios and for the row of tabs; within, the arrow keys move. */

const TABS = "[role=tablist]";
const TAB = "[role=tab][data-tab-id]";

export function oneStopEach() {
  document.addEventListener("keydown", moveAlongTabs);
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const isIn = (/** @type {EventTarget | null} */ node) => node instanceof Element && node.closest(TABS) !== null;
    if (isIn(target) && !isIn(relatedTarget)) repair(); // the stop is the open tab again
  });
  new MutationObserver(repair).observe(document.body, { attributeFilter: ["aria-selected"], childList: true, subtree: true });
  repair();
}

function repair() {
  nameGroups();
  const focused = document.activeElement?.closest(TAB); // while somebody moves along them, the stop is there
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(TAB))) {
    const isStop = focused ? tab === focused : tab.getAttribute("aria-selected") === "true";
    const stop = isStop ? 0 : -1;
    if (tab.tabIndex !== stop) tab.tabIndex = stop;
  }
}

/** Gradio names every radio otherwise, so that a browser takes each for a group of its own. */
function nameGroups() {
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".block [type=radio][name^=radio-]"))) {
    const group = radio.closest(".block");
    if (group instanceof HTMLElement) radio.name = `group-${group.id || (group.id = crypto.randomUUID?.() ?? radio.name)}`;
  }
}

/** @param {KeyboardEvent} event */
function moveAlongTabs(event) {
  const from = event.target;
  if (!(from instanceof HTMLElement) || !from.matches(TAB) || event.altKey || event.ctrlKey || event.metaKey) return;
  const tabs = /** @type {HTMLElement[]} */ ([...(from.closest(TABS)?.querySelectorAll(TAB) ?? [])]);
  const at = tabs.indexOf(from);
  /** @type {Record<string, number>} */
  const ways = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 };
  const to = ways[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = tabs.at(to % tabs.length);
  for (const tab of tabs) tab.tabIndex = tab === next ? 0 : -1;
  next?.focus();
}
