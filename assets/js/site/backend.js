// @ts-check
/** What this browser computes with. */

import { findAdapter } from "../place.js";

/** @typedef {"webgpu" | "plain"} Backend */

export const CHANGED = "backend-changed"; // an event on the document

/** @type {Promise<Backend> | undefined} */
let found;

export const findBackend = () => (found ??= findAdapter().then((adapter) => (adapter ? "webgpu" : "plain")));

/** From now on without the graphics card. @returns {Promise<boolean>} whether there was one */
export async function leaveGpu() {
  const had = (await findBackend()) === "webgpu";
  found = Promise.resolve("plain");
  document.dispatchEvent(new CustomEvent(CHANGED));
  return had;
}
