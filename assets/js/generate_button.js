// @ts-check
/** The button that draws says so from the press until the last picture, and Stop is there only meanwhile. */

/** @param {string} tab @param {import("./types").Strings} text @param {(isOn: boolean) => void} hear */
export function followDrawing(tab, text, hear) {
  /** @param {boolean} isOn */
  function tell(isOn) {
    const button = document.getElementById(`${tab}-generate`);
    if (button) label(button, isOn, text);
    hear(isOn);
  }
  document.addEventListener("drawing", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (detail.tab === tab) tell(detail.isOn);
  });
  const running = /** @type {any} */ (globalThis).drawing?.[tab]; // tell.js
  if (running !== undefined) tell(running > 0);
}

/** Of Gradio's button only the text changes. @param {HTMLElement} button @param {boolean} isOn @param {import("./types").Strings} text */
function label(button, isOn, text) {
  const words = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
  button.dataset.label ??= words?.nodeValue?.trim();
  if (words) words.nodeValue = isOn ? text.drawing : (button.dataset.label ?? "");
  button.setAttribute("aria-busy", String(isOn));
  if (button.parentElement) button.parentElement.toggleAttribute("data-drawing", isOn);
}
