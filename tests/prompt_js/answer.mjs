/** Answers Python's questions about prompts in the browser, line by line. */

import { createInterface } from "node:readline";
import { Pcg64 } from "../../assets/js/engine/pcg64.js";
import { nearest } from "../../assets/js/prompt/nearest.js";
import { replaceTyped } from "../../assets/js/prompt/prompt.js";
import { clean } from "../../assets/js/prompt/text.js";
import {
  PromptError, Run, contextsOf, describeSprites, explainRefusal, nearestWords, parsePrompt, readPrompt,
  suggestCompletions, withoutMissing, wordsAsked, wordsOfSprites, writeWords,
} from "../../assets/js/prompt/prompt_words.js";

let tables;
const runs = new Map();
const some = (names) => new Map(names.map((name) => [name, runs.get(name)]));
const vocabularyOf = (name) => runs.get(name).vocabulary;

/** A value, or why there is none. */
function attempt(act) {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof PromptError)) throw error;
    return { refused: ["en", "zh"].map((language) => explainRefusal(error, language, tables)) };
  }
}

/** [place, weight] of what is not 0. */
const sparse = (context) => [...context].flatMap((weight, place) => (weight ? [[place, weight]] : []));

const CALLS = {
  open(given, configs) {
    tables = given;
    for (const [name, config] of Object.entries(configs)) runs.set(name, new Run(config, tables));
  },
  parse: (name, texts) =>
    texts.map((text) => attempt(() => {
      const prompt = parsePrompt(text, vocabularyOf(name));
      return { ...prompt, words: [...prompt.words], written: writeWords(prompt.words) };
    })),
  clean: (texts) => texts.map(clean),
  nearest: (words, names) => words.map((word) => nearest(word, names, 3, tables.nearest)),
  nearestWords: (name, words, language) => words.map((word) => nearestWords(word, vocabularyOf(name), language, 9)),
  suggest: (name, texts, language) => texts.map((text) => suggestCompletions(text, vocabularyOf(name), language, 8)),
  replace: (cases) => cases.map(([text, typed, by]) => replaceTyped(text, typed, by)),
  read: (names, texts, language, examples) =>
    texts.map((text) => attempt(() => readPrompt(some(names), text, language, examples))),
  ask: (name, requests) =>
    requests.map((request) => attempt(() => {
      const run = runs.get(name), contexts = contextsOf(run, request);
      return {
        words: wordsAsked(run, request).map((words) => [...words]),
        contexts: (Array.isArray(contexts) ? contexts : Array(request.count).fill(contexts)).map(sparse),
        names: describeSprites(run, request),
      };
    })),
  under: (names, requests, language) =>
    requests.map((request) => attempt(() => wordsOfSprites(some(names), request, language))),
  without: (names, requests, language) => requests.map((request) => attempt(() => {
    const { request: { prompt }, left } = withoutMissing(some(names), request, language);
    return { prompt, left };
  })),
  draws: (words, counts) => {
    const rng = new Pcg64(words);
    return counts.map((count) => (count ? rng.integer(count) : rng.random()));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [call, ...values] = JSON.parse(line);
  let answer;
  try {
    answer = { value: CALLS[call](...values) ?? null };
  } catch (error) {
    answer = { error: { reason: "failed", message: error.stack } };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
