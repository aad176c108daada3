import assert from "node:assert/strict";
import { test } from "node:test";
import { sayFetching } from "../../assets/js/fetching.js";

const TEXT = { fetching: "{label}: {done} of {all} MB", working: "at work" };

test("the first piece and the last are said, and between them one sentence each second", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  const said = [];
  const hear = sayFetching(TEXT, (sentence) => said.push(sentence));
  for (const done of [60_000, 900_000, 1_500_000, 2_950_000]) {
    hear("epoch 31", done, 3_000_000);
    now += 520;
  }
  hear("epoch 31", 3_000_000, 3_000_000);
  assert.deepEqual(said, ["epoch 31: 0.1 of 3.0 MB", "epoch 31: 1.5 of 3.0 MB", "at work"]);
});

test("a server that does not say how much there is makes nobody see more than all", () => {
  const said = [];
  sayFetching(TEXT, (sentence) => said.push(sentence))("epoch 4", 2_000_000, 0);
  assert.deepEqual(said, ["epoch 4: 2.0 of 2.0 MB"]);
});
