// @ts-check
/** The pieces of a prompt: words, Chinese characters, weights, ends. */

import { HAN, LETTER, SPACE } from "./text.js";

/** @typedef {{ kind: string, text: string, start: number, end: number }} Token */

const IN_WORD = `(?:(?![${HAN}])[${LETTER}])`;
const TOKEN = new RegExp(
  [
    `(?<weight>:[${SPACE}]*(?:\\p{Nd}+(?:\\.\\p{Nd}*)?|\\.\\p{Nd}+))`,
    `(?<percent>\\p{Nd}+(?:\\.\\p{Nd}+)?[${SPACE}]*%)`,
    "(?<number>\\p{Nd}+(?:\\.\\p{Nd}+)?)",
    `(?<word>${IN_WORD}+(?:['’\`]${IN_WORD}+)*['’\`]?)`,
    `(?<han>[${HAN}])`,
    "(?<end>[,.;!?、。，；！？\\n|+&])",
    `(?<space>[${SPACE}()\\[\\]{}\\-_/"'’\`*:“”「」《》]+)`,
    "(?<other>.)",
  ].join("|"),
  "gsu",
);

/** @param {string} text @returns {Token[]} */
export function tokensOf(text) {
  const tokens = [...text.matchAll(TOKEN)].map(({ groups = {}, 0: found, index }) => {
    const [kind] = /** @type {[string, string]} */ (Object.entries(groups).find(([, part]) => part !== undefined));
    return { kind, text: found, start: index, end: index + found.length };
  });
  return tokens.filter(({ kind }) => kind !== "space");
}
