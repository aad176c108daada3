// @ts-check
/** The words around a step of the lesson: its text, its moves, its formula with a legend, its source, its questions. */

import { addButton, fill } from "./dom.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

/** What a reader asks in a step. @type {Record<string, string[]>} */
const QUESTIONS = { film: ["tutorial"], ask: ["embeddings"], epochs: ["every", "tutorial"] };
/** Where the answer holds; elsewhere it is not asked. @type {Record<string, (props: Record<string, any>) => boolean>} */
const ANSWERED = { tutorial: ({ tutorial }) => Boolean(tutorial), every: ({ facts }) => facts.every > 1 };
const MATH = "http://www.w3.org/1998/Math/MathML";

/** @param {Lesson} lesson */
export function frameStep(lesson) {
  const { part, text, props } = lesson;
  const { step } = lesson.state;
  const words = text.steps[step];
  part("title").textContent = words.title;
  const more = props.facts.sprites ? (words.more ?? "") : "";
  part("text").textContent = fillFacts(lesson, words.text + more);
  part("moves").replaceChildren(...words.moves.map((/** @type {string} */ move) => moveOf(lesson, move)));
  part("do").hidden = !words.moves.length;
  for (const section of lesson.all("[data-stage]")) section.hidden = section.dataset.stage !== step;
  for (const section of lesson.all("[data-formula]")) section.hidden = section.dataset.formula !== step;
  lesson.all("[data-part=steps] button").forEach((button, i) => {
    if (i === lesson.place) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  part("back", HTMLButtonElement).disabled = lesson.place === 0;
  part("next", HTMLButtonElement).disabled = lesson.place === lesson.steps.length - 1;
  const cites = props.cites[step].map((/** @type {[string, string]} */ [name, address]) => linkTo(name, address));
  part("cite").replaceChildren(...cites);
  part("legend").replaceChildren(...legendOf(lesson, step));
  const questions = (QUESTIONS[step] ?? []).filter((name) => ANSWERED[name]?.(props) ?? true);
  part("questions").replaceChildren(...questions.map((name) => questionOf(lesson, text.questions[name])));
  showCode(lesson, props.code[step] ?? []);
}

/** Numbers of the run in a text: {parameters}, {sprites}, … @param {Lesson} lesson @param {string} template */
function fillFacts({ props }, template) {
  const compact = new Intl.NumberFormat(props.language, { notation: "compact", compactDisplay: "long", maximumSignificantDigits: 2 });
  const { parameters, ...facts } = props.facts;
  const written = Object.entries(facts).map(([name, value]) => [name, Number(value).toLocaleString(props.language)]);
  return fill(template, { parameters: compact.format(parameters), ...Object.fromEntries(written) });
}

/** Something to do; where one plays, the button stands in the sentence. @param {Lesson} lesson @param {string} words */
function moveOf(lesson, words) {
  const line = document.createElement("li");
  const [before, after] = words.split("{play}");
  line.append(before);
  if (after === undefined) return line;
  const button = addButton(line, () => lesson.play(true));
  button.className = "lesson-inline";
  button.textContent = `▶ ${lesson.text.play}`;
  line.append(after);
  return line;
}

/** @param {Lesson} lesson @param {[question: string, answer: string]} one */
function questionOf(lesson, [question, answer]) {
  const details = document.createElement("details");
  details.appendChild(document.createElement("summary")).textContent = fillFacts(lesson, question);
  details.appendChild(document.createElement("p")).textContent = fillFacts(lesson, answer);
  return details;
}

/** Under a formula, each of its symbols as it stands there, and what it means. @param {Lesson} lesson @param {string} step */
function legendOf(lesson, step) {
  const formula = /** @type {HTMLElement | null} */ (lesson.element.querySelector(`[data-formula="${step}"]`));
  const names = (formula?.dataset.legend ?? "").split(" ").filter(Boolean);
  return names.flatMap((name) => {
    const math = document.createElementNS(MATH, "math");
    const symbol = formula?.querySelector(`[data-sym="${name}"]`);
    if (symbol) math.append(symbol.cloneNode(true));
    const term = document.createElement("dt");
    term.lang = "en"; // the fonts of mathematics, on the Chinese page too
    term.append(math);
    const meaning = document.createElement("dd");
    const told = lesson.text.symbols[`${name}_${step}`] ?? lesson.text.symbols[name];
    const [before, knob, after] = told.replace("{parameters}", () => fillFacts(lesson, "{parameters}")).split(/\{(\w+)\}/);
    meaning.append(before);
    if (knob) {
      const value = document.createElement("b");
      value.dataset.live = knob;
      meaning.append(value, after);
    }
    for (const node of [term, meaning]) node.dataset.means = name;
    return [term, meaning];
  });
}

/** @param {Lesson} lesson @param {{ file: string, line: number, code: string, whose?: string }[]} excerpts */
export function showCode(lesson, excerpts) {
  lesson.part("code").replaceChildren(
    ...excerpts.map(({ file, line, code, whose }) => {
      const figure = document.createElement("figure");
      figure.className = "lesson-code";
      const caption = figure.appendChild(document.createElement("figcaption"));
      caption.textContent = fill(whose ? lesson.text[whose] : lesson.text.source, { file, line });
      const pre = figure.appendChild(document.createElement("pre"));
      pre.tabIndex = 0;
      pre.appendChild(document.createElement("code")).textContent = code;
      return figure;
    }),
  );
}

/** @param {string} name @param {string} address @param {string} className */
export function linkTo(name, address, className = "") {
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name, className });
  if (!address.startsWith("?")) Object.assign(link, { target: "_blank", rel: "noopener" });
  return link;
}
