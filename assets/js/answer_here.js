// @ts-check
/** Answers that this browser computes in place of the server, from a plan of the server (local_answers.js). */

import { drawingPlace, giveUp } from "./place.js";

/** @typedef {Record<string, (question: any) => Promise<any>>} Server its functions */
/** @typedef {typeof import("./local_answers.js")} Answers */

/**
 * A server some of whose functions let this browser compute, where it draws: they then answer with a plan, and with all
 * of the answer that needs no network. What fails here, the server computes.
 * @param {Server} server @param {Record<string, keyof Answers>} computed what stands in for its functions, by their names
 * @param {import("./local_drawing.js").Hear} hear @returns {Server}
 */
export function answerHere(server, computed, hear) {
  const answer = async (/** @type {string} */ name, /** @type {any} */ question) => {
    if ((await drawingPlace()) !== "browser") return server[name](question);
    const { plan, ...answered } = await server[name]({ ...question, place: "browser" });
    if (!plan) return answered;
    try {
      const answers = await import("./local_answers.js");
      return { ...answered, ...(await answers[computed[name]](plan, question, hear)) };
    } catch (error) {
      console.warn("this browser could not compute:", error);
      giveUp();
      return server[name](question);
    }
  };
  const names = Object.keys(computed);
  return Object.fromEntries(names.map((name) => [name, (/** @type {any} */ question) => answer(name, question)]));
}
