import assert from "node:assert/strict";
import { test } from "node:test";

import { Asker } from "../../assets/js/lesson_asker.js";

/** A server whose answers come when the test says so, and a page that paints what it wants anew after each. */
function stage() {
  const asked = [];
  const server = { draw: (question) => new Promise((resolve, reject) => asked.push({ question, resolve, reject })) };
  const mistakes = [];
  let wanted = [];
  const asker = new Asker(server, (mistake) => (mistakes.push(mistake), paint()), "offline");
  let shown = [];
  function paint() {
    asker.begin();
    shown = wanted.map((n) => asker.get("draw", { n }));
    asker.end();
  }
  const show = (...numbers) => ((wanted = numbers), paint());
  const tick = () => new Promise((resolve) => setTimeout(resolve));
  const questions = () => asked.map(({ question }) => question.n);
  return { asker, asked, mistakes, show, tick, questions, shown: () => shown };
}

test("one question is under way, and of those that were wanted meanwhile the newest is asked", async () => {
  const { asked, show, tick, questions, shown } = stage();
  for (const n of [1, 2, 3, 4, 5]) show(n);
  await tick();
  assert.deepEqual(questions(), [1], "a slider that is dragged asks once");
  asked[0].resolve({ picture: "a" });
  await tick();
  assert.deepEqual(questions(), [1, 5]);
  asked[1].resolve({ picture: "b" });
  await tick();
  assert.deepEqual(shown(), [{ picture: "b" }]);
  show(1);
  await tick();
  assert.deepEqual(questions(), [1, 5], "what was answered is not asked again");
  assert.deepEqual(shown(), [{ picture: "a" }]);
});

test("a picture that needs two answers gets them one after the other", async () => {
  const { asker, asked, show, tick, questions, shown } = stage();
  show(1, 2);
  let settled = false;
  asker.settled().then(() => (settled = true));
  await tick();
  assert.deepEqual(questions(), [1]);
  asked[0].resolve({ picture: 1 });
  await tick();
  assert.equal(settled, false);
  assert.deepEqual(questions(), [1, 2]);
  asked[1].resolve({ picture: 2 });
  await tick();
  assert.ok(settled);
  assert.deepEqual(shown(), [{ picture: 1 }, { picture: 2 }]);
});

test("what went wrong is said and not asked again until the reader does something", async () => {
  const { asker, asked, mistakes, show, tick, questions } = stage();
  show(1);
  await tick();
  asked[0].resolve({ mistake: "busy" });
  await tick();
  assert.deepEqual([mistakes, questions()], [["busy"], [1]]);
  asker.retry();
  show(1);
  await tick();
  asked[1].reject(new Error("no server"));
  await tick();
  assert.deepEqual([mistakes, questions()], [["busy", "offline"], [1, 1]]);
  assert.equal(asker.isAsking, false);
});
