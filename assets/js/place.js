// @ts-check
/**
 * Who draws: this browser or the server. The address says it (?in=browser), else what was chosen here before, else what
 * is there: a graphics card that WebGPU reaches draws by itself, and nobody has to wait for the server.
 */

import { find } from "./dom.js";

const MEMORY = "drawn-in"; // in localStorage
const PLACES = ["browser", "server"];
const CHANGED = "place-changed";

/** @type {{ chosen: string, can: boolean | null }} can: null until it is known */
const state = { chosen: "server", can: null };

/** @type {Promise<void> | null} */
let finding = null;

const place = () => (state.can ? state.chosen : "server");

/** What drawings ask (tell.js), also before it is known whether there is a graphics card. */
export async function drawingPlace() {
  await findPlace();
  return place();
}

/** From now on the server draws: what this browser began, it could not go on with. */
export function giveUp() {
  state.can = false;
  document.dispatchEvent(new Event(CHANGED));
}

export const findPlace = () => (finding ??= lookAround());

async function lookAround() {
  const wanted = [new URLSearchParams(location.search).get("in"), localStorage.getItem(MEMORY)].find((one) => PLACES.includes(one ?? ""));
  const adapter = await findAdapter();
  state.can = adapter !== null;
  const isSlow = Boolean(adapter?.isFallbackAdapter ?? adapter?.info?.isFallbackAdapter); // it computes on the processor
  state.chosen = wanted ?? (adapter && !isSlow ? "browser" : "server");
  document.dispatchEvent(new Event(CHANGED));
}

/** A graphics card that WebGPU reaches. @returns {Promise<any>} null where there is none */
export async function findAdapter() {
  try {
    return (await /** @type {any} */ (navigator).gpu?.requestAdapter()) ?? null;
  } catch {
    return null;
  }
}

/** A choice between the two. @param {import("./types").Host} host */
export function mount({ element, props: { strings } }) {
  const root = find(element, "fieldset", HTMLElement);
  const note = find(root, "[data-part=note]", HTMLElement);
  const radios = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("input")]);
  function show() {
    for (const radio of radios) {
      radio.checked = radio.value === place();
      radio.disabled = !state.can && radio.value === "browser";
    }
    note.textContent = state.can === false ? strings.place_none : strings.place_info;
  }
  root.addEventListener("change", (/** @type {Event} */ event) => {
    state.chosen = /** @type {HTMLInputElement} */ (event.target).value;
    document.dispatchEvent(new Event(CHANGED));
    localStorage.setItem(MEMORY, state.chosen);
  });
  document.addEventListener(CHANGED, show);
  findPlace();
  show();
}
