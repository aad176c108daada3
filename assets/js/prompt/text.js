// @ts-check
/** What Python does with text and numbers where JavaScript does otherwise, so that both read a prompt alike. */

export const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff";
export const LETTER = `\\p{L}\\p{Nl}\\p{No}`; // Python's \w without "_" and the digits
export const WORD = `${LETTER}\\p{Nd}_`; // \w
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"; // \s
const IS_HAN = new RegExp(`[${HAN}]`);
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;
const UNSEEN = /[\p{C}\p{Z}]/u;

export const hasHan = (/** @type {string} */ text) => IS_HAN.test(text);

/** Characters of a text, as Python counts them. */
export const lengthOf = (/** @type {string} */ text) => text.length - (text.match(PAIR)?.length ?? 0);

/** The first characters of a text. @param {string} text @param {number} count */
export const firstOf = (text, count) =>
  text.length <= count ? text : [...text.slice(0, 2 * count)].slice(0, count).join("");

/** As str.split(). @param {string} text */
export const splitWords = (text) => text.split(SPACES).filter(Boolean);

export const isBlank = (/** @type {string} */ text) => !splitWords(text).length;

/** Lower case, full-width forms as plain ones, and no character that cannot be seen. @param {string} text */
export function clean(text) {
  let found = "";
  for (const character of text.normalize("NFKC").toLowerCase()) {
    if (character === " " || character === "\n" || !UNSEEN.test(character)) found += character;
    else if (!/\p{Cf}/u.test(character)) found += " ";
  }
  return found;
}

/** A number written with the digits of any script; they come in runs of ten, the zero first. @param {string} text */
export function numberOf(text) {
  const plain = text.replace(/[^\P{Nd}0-9]/gu, (digit) => {
    const code = /** @type {number} */ (digit.codePointAt(0));
    let first = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
    return String((code - first) % 10);
  });
  return Number(plain);
}

/** The order of Python's sort, by code points. @param {string} a @param {string} b */
export function compareText(a, b) {
  if (a === b) return 0;
  const left = [...a], right = [...b];
  const place = left.findIndex((character, i) => character !== right[i]);
  if (place < 0) return -1;
  if (place >= right.length) return 1;
  return /** @type {number} */ (left[place].codePointAt(0)) - /** @type {number} */ (right[place].codePointAt(0));
}

/** As round(): a number that lies in the middle gets the even digit. @param {number} value @param {number} digits */
export const roundTo = (value, digits) => Number(fixed(value, digits));

/** @param {number} value 0 to 1 @param {number} digits */
function fixed(value, digits) {
  const exact = value.toFixed(100), end = exact.length - 100 + digits;
  const isEven = "02468".includes(exact[end - 1]);
  return /^50*$/.test(exact.slice(end)) && isEven ? exact.slice(0, end) : value.toFixed(digits);
}

/** As f"{value:g}": six digits that count. @param {number} value 0 to 1 */
export function writeNumber(value) {
  if (value === 0 || value === 1) return String(value);
  const exponent = Number(value.toExponential(5).split("e")[1]);
  const rounded = roundTo(value, 5 - exponent);
  if (exponent >= -4) return String(rounded);
  const [digits, power] = rounded.toExponential().split("e-");
  return `${digits}e-${power.padStart(2, "0")}`;
}
