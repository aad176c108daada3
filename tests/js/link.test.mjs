import assert from "node:assert/strict";
import { test } from "node:test";

import { queryFor, queryOf } from "../../assets/js/link.js";
import { linksFrom } from "../../assets/js/lesson_links.js";
import { firstState, queryFrom, stateFrom } from "../../assets/js/lesson_state.js";

const OFFER = {
  order: ["film", "noise", "ask", "leaps", "fresh", "epochs", "blend", "train", "mistakes"],
  epochs: [0, 4, 31],
  sprites: ["", "", "", "", ""],
};

test("a query is read by the tab it names, and by no other", () => {
  const search = `?${queryOf({ tab: "compare", epochs: ["tiny/4", "tiny/31"], kinds: [0.65, 0, 0.35, 0, 0], view: "x0", at: 7 })}`;
  assert.equal(queryFor(search, "watch"), null);
  const query = queryFor(search, "compare");
  assert.equal(query.get("epochs"), "tiny/4,tiny/31");
  assert.equal(query.get("kinds"), "0.65,0,0.35,0,0");
  assert.deepEqual([query.get("view"), query.get("at")], ["x0", "7"]);
});

test("a comma and a per cent sign in a run's name are told from the commas between epochs", () => {
  const query = new URLSearchParams(queryOf({ epochs: ["a,b/4", "50%/31"], kinds: [0.5, 0] }));
  assert.equal(query.get("epochs"), "a%2Cb/4,50%25/31");
  assert.equal(query.get("kinds"), "0.5,0");
});

test("a prompt is in a link, and none leaves it as it was", () => {
  assert.equal(String(queryOf({ seed: 0, prompt: "", surprise: false, fresh_noise: false })), "seed=0&fresh_noise=false");
  const query = new URLSearchParams(String(queryOf({ prompt: "红发, a & b", surprise: true })));
  assert.deepEqual([query.get("prompt"), query.get("surprise")], ["红发, a & b", "true"]);
});

test("the lesson's state survives its address, in every step", () => {
  const state = {
    ...firstState(OFFER), at: 15, view: "x0", sprite: 4, t: 300, seed: 12, model: 4, asked: 2, n: 50, moment: 25,
    leave: 1, epoch: 24, blend: 35, seen: 3, mistake: 5,
  };
  for (const step of OFFER.order) {
    const query = queryFrom({ ...state, step }, OFFER, "?controls=hide&tab=watch&seed=1");
    assert.equal(query.get("controls"), "hide");
    const again = stateFrom(queryFor(`?${query}`, "learn"), OFFER);
    assert.equal(again.step, step);
    for (const knob of query.keys()) if (knob in state && knob !== "step") assert.equal(again[knob], state[knob], knob);
  }
});

test("what an address asks for beyond the ranges is left out", () => {
  const query = new URLSearchParams("tab=learn&step=99&t=501&seed=-1&blend=1.5&sprite=5&model=7&view=eps&n=x");
  assert.deepEqual(stateFrom(query, OFFER), firstState(OFFER));
  assert.deepEqual(stateFrom(null, OFFER), firstState(OFFER));
});

test("without an epoch the lesson still has a state", () => {
  assert.equal(stateFrom(null, { ...OFFER, epochs: [] }).model, 0);
});

test("a step's link asks the Watch tab for the same sprites", () => {
  const lesson = { state: { ...firstState(OFFER), step: "blend", blend: 35, seed: 4 }, props: { run: "tiny", last: 31 }, text: { watch: "w" } };
  const [[name, address]] = linksFrom(lesson);
  assert.equal(name, "w");
  const query = queryFor(address, "watch");
  assert.deepEqual([query.get("epochs"), query.get("kinds"), query.get("count")], ["tiny/31", "0.65,0,0.35,0,0", "8"]);
  assert.deepEqual(linksFrom({ ...lesson, state: { ...lesson.state, step: "noise" } }), []);
});
