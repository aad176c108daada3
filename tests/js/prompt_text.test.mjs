import assert from "node:assert/strict";
import { test } from "node:test";

import { addWord, endOf, nextPlace, writePrompt } from "../../assets/js/prompt_text.js";

test("words with weights become a text, and what was not understood stays in it", () => {
  const chips = [{ label: "wizard hat", weight: 1 }, { label: "red hair", weight: 0.5 }, { label: "staff", weight: 0 }];
  assert.equal(writePrompt(chips, ["xyz"]), "wizard hat, red hair:0.5, staff:0, xyz");
  assert.equal(writePrompt([]), "");
});

test("a word is added behind a comma, and not to a text that is full", () => {
  assert.equal(addWord("", "hero"), "hero");
  assert.equal(addWord("a cat, ", "hero"), "a cat, hero");
  assert.equal(addWord("红发，", "英雄"), "红发, 英雄");
  assert.equal(addWord("x".repeat(298), "hero"), "x".repeat(298));
});

test("the arrow keys go through a list, round, by way of nothing chosen", () => {
  assert.deepEqual([-1, 0, 1, 2].map((at) => nextPlace(at, "ArrowDown", 3)), [0, 1, 2, -1]);
  assert.deepEqual([-1, 0, 1, 2].map((at) => nextPlace(at, "ArrowUp", 3)), [2, -1, 0, 1]);
});

test("of a suggestion its end is shown, from the word that is being typed on", () => {
  assert.equal(endOf("star", "st"), "star");
  assert.equal(endOf("a pink cat, star", "a pink cat, st"), "… star");
  assert.equal(endOf("red hair bun", "red hair"), "… hair bun");
  assert.equal(endOf("红色的龙", "红色的"), "… 龙");
});
