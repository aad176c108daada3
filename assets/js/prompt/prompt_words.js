// @ts-check
/**
 * Prompts without a server: what a text asks the network of a run for, and what the page shows of it.
 *
 *     const tables = JSON.parse(text); // of browser_tables in diffusion/ui/parts/asking.py
 *     const runs = new Map([["sprites", new Run(config, tables)]]); // its config.json
 *     readPrompt(runs, "a blue slime:0.5", "en", examples); // the answer that asking.js shows
 *     const { request, left } = withoutMissing(runs, asked, "en");
 *     const frame = { words: wordsOfSprites(runs, request, "en"), names: describeSprites(run, request) };
 *     const contexts = [...runs.values()].map((run) => contextsOf(run, request)); // of engine/engine.js
 *
 * Python has the tables, and the same functions: what they answer is equal, which tests/prompt_js holds.
 */

export { contextsOf, describeSprites, knownPromptWords, understand, wordsAsked } from "./asked.js";
export { languageOf, translateWord } from "./lexicon.js";
export { PromptError, explainRefusal, parsePrompt, writeWords } from "./prompt.js";
export { readPrompt, understoodByAll, withoutMissing, wordsOfSprites } from "./reading.js";
export { nearestWords, suggestCompletions } from "./suggest.js";
export { Run } from "./vocabulary.js";
