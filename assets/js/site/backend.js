// @ts-check
/** What this browser computes with. */

/** @type {Promise<"webgpu" | "plain"> | undefined} */
let found;

export const findBackend = () => (found ??= look());

/** @returns {Promise<"webgpu" | "plain">} */
async function look() {
  try {
    return (await /** @type {any} */ (navigator).gpu?.requestAdapter()) ? "webgpu" : "plain";
  } catch {
    return "plain";
  }
}
