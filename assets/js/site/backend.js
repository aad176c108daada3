// @ts-check
/** What this browser computes with. */

/** @typedef {"webgpu" | "plain"} Backend */

export const CHANGED = "backend-changed"; // an event on the document

/** @type {Promise<Backend> | undefined} */
let found;

export const findBackend = () => (found ??= look());

/** From now on without the graphics card. @returns {Promise<boolean>} whether there was one */
export async function leaveGpu() {
  const had = (await findBackend()) === "webgpu";
  found = Promise.resolve("plain");
  document.dispatchEvent(new CustomEvent(CHANGED));
  return had;
}

/** @returns {Promise<Backend>} */
async function look() {
  try {
    return (await /** @type {any} */ (navigator).gpu?.requestAdapter()) ? "webgpu" : "plain";
  } catch {
    return "plain";
  }
}
