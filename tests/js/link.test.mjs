import assert from "node:assert/strict";
import { test } from "node:test";

import { queryFor, queryOf } from "../../assets/js/link.js";
import { linksFrom } from "../../assets/js/lesson_links.js";
import { firstState, queryFrom, seedOf, stateFrom } from "../../assets/js/lesson_state.js";

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
    ...firstState(OFFER), at: 15, view: "x0", sprite: 4, t: 300, seed: 12, fresh_seed: 3, blend_seed: 5, model: 4, asked: 2,
    n: 50, moment: 25, leave: 1, epoch: 24, blend: 35, from: "红发, a & b", to: "green dragon", first: 3, mistake: 5,
  };
  for (const step of OFFER.order) {
    const query = queryFrom({ ...state, step }, OFFER, "?controls=hide&tab=watch&seed=1");
    assert.equal(query.get("controls"), "hide");
    const again = stateFrom(queryFor(`?${query}`, "learn"), OFFER);
    assert.equal(again.step, step);
    for (const knob of query.keys()) if (knob in state && !["step", "seed"].includes(knob)) assert.equal(again[knob], state[knob], knob);
    const seed = seedOf(step);
    if (query.has("seed")) assert.equal(again[seed], state[seed], `the noise of ${step}`);
  }
});

test("each step has a noise of its own, and the first two share theirs", () => {
  const query = queryFrom({ ...firstState(OFFER), step: "blend", blend_seed: 7 }, OFFER, "");
  assert.equal(query.get("seed"), "7");
  const state = stateFrom(query, OFFER);
  assert.deepEqual([state.seed, state.fresh_seed, state.blend_seed], [0, 0, 7]);
  assert.equal(seedOf("noise"), seedOf("ask"));
});

test("links of earlier versions still open what they showed", () => {
  assert.equal(stateFrom(new URLSearchParams("tab=learn&step=8&seen=3"), OFFER).first, 2);
  const blend = stateFrom(new URLSearchParams("tab=learn&step=7&blend=35&seed=4"), OFFER);
  assert.deepEqual([blend.blend, blend.blend_seed, blend.from], [35, 4, ""]);
});

test("what an address asks for beyond the ranges is left out", () => {
  const query = new URLSearchParams("tab=learn&step=99&t=501&seed=-1&blend=1.5&sprite=5&model=7&view=eps&n=x");
  assert.deepEqual(stateFrom(query, OFFER), firstState(OFFER));
  assert.deepEqual(stateFrom(null, OFFER), firstState(OFFER));
});

test("without an epoch the lesson still has a state", () => {
  assert.equal(stateFrom(null, { ...OFFER, epochs: [] }).model, 0);
});

/** @param {Record<string, any>} state @param {Record<string, any>} [more] */
const linked = (state, more = {}) => {
  const props = { run: "tiny", last: 31, epochs: [0, 4, 31], tutorial: "?tab=compare&epochs=tutorial/0,tutorial/4" };
  const text = { watch: "w", compare: "c", tutorial: "t", one_step: "o", train_tab: "r" };
  return linksFrom({ state: { ...firstState(OFFER), ...state }, props, text, ...more });
};

test("a step's link asks the Watch tab for the same sprites", () => {
  const [[name, address]] = linked({ step: "blend", blend: 35, blend_seed: 4 });
  assert.equal(name, "w");
  const query = queryFor(address, "watch");
  assert.deepEqual([query.get("epochs"), query.get("kinds"), query.get("count")], ["tiny/31", "0.65,0,0.35,0,0", "8"]);
  assert.deepEqual([query.get("seed"), query.get("steps"), query.get("guidance")], ["4", "20", "2"]);
  assert.deepEqual(linked({ step: "noise" }), []);
});

test("wishes are in the link as soon as it is known how they are written", () => {
  const wishes = { step: "blend", from: "ghost", to: "mushroom", blend: 50 };
  assert.deepEqual(linked(wishes, { answers: { blend: () => null } }), []);
  const [[, address]] = linked(wishes, { answers: { blend: () => ({ prompt: "ghost:0.5, mushroom:0.5" }) } });
  const query = queryFor(address, "watch");
  assert.deepEqual([query.get("prompt"), query.get("kinds")], ["ghost:0.5, mushroom:0.5", null]);
});

test("every link to pictures names epochs and all that the text speaks of", () => {
  const film = queryFor(linked({ step: "film" })[0][1], "watch");
  assert.deepEqual([film.get("sampler"), film.get("steps"), film.get("count")], ["ddpm", "500", "32"]);
  for (const step of ["film", "leaps", "fresh", "epochs", "blend"]) {
    for (const [, address] of linked({ step })) assert.ok(new URLSearchParams(address).get("epochs"), `${step}: ${address}`);
  }
  assert.equal(queryFor(linked({ step: "epochs" })[0][1], "compare").get("epochs"), "tiny/0,tiny/4,tiny/31");
  assert.equal(linked({ step: "film" })[1][1], linked({ step: "epochs" })[1][1]);
});
