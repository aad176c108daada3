import assert from "node:assert/strict";
import test from "node:test";

import { History, areaAround, brushAt, cellsBetween, colourAt, withCells } from "../../assets/js/editor_tools.js";

const WHITE = new Uint8Array(16 * 16 * 3).fill(255);
const RED = [255, 0, 0];

test("a fast stroke leaves no gap", () => {
  const cells = cellsBetween([1, 1], [9, 4]);
  assert.deepEqual([cells[0], cells.at(-1), cells.length], [[1, 1], [9, 4], 9]);
  cells.slice(1).forEach(([x, y], i) => assert.ok(x - cells[i][0] <= 1 && y - cells[i][1] <= 1));
  assert.deepEqual(cellsBetween([3, 3], [3, 3]), [[3, 3]]);
});

test("a large brush ends at the edge", () => {
  assert.deepEqual(brushAt([4, 5], 1), [[4, 5]]);
  assert.equal(brushAt([4, 5], 2).length, 4);
  assert.deepEqual(brushAt([15, 15], 2), [[15, 15]]);
});

test("filling stops at another colour, also where two cells touch by a corner only", () => {
  const wall = Array.from({ length: 16 }, (_, i) => [i, 15 - i]);
  const halved = withCells(WHITE, wall, RED);
  assert.equal(areaAround(halved, [0, 0]).length, 120);
  assert.equal(areaAround(halved, [15, 15]).length, 120);
  assert.equal(areaAround(halved, [0, 15]).length, 1);
  assert.equal(areaAround(WHITE, [7, 7]).length, 256);
});

test("painting leaves the picture before as it was", () => {
  const painted = withCells(WHITE, [[2, 3]], RED);
  assert.deepEqual(colourAt(painted, [2, 3]), RED);
  assert.deepEqual(colourAt(WHITE, [2, 3]), [255, 255, 255]);
  assert.deepEqual(colourAt(painted, [3, 2]), [255, 255, 255]);
});

test("undo and redo go through every stroke, and a new one ends redo", () => {
  const [one, two, three] = [1, 2, 3].map((x) => withCells(WHITE, [[x, 0]], RED));
  const history = new History(WHITE);
  assert.equal(history.add(WHITE), false);
  assert.ok(history.add(one) && history.add(two));
  assert.deepEqual(history.go(-1), one);
  assert.deepEqual(history.go(-1), WHITE);
  assert.equal(history.go(-1), null);
  assert.deepEqual(history.go(1), one);
  assert.ok(history.add(three));
  assert.equal(history.go(1), null);
  assert.deepEqual(history.go(-1), one);
});
