import assert from "node:assert/strict";
import { test } from "node:test";

import { GAP, cornerOf, fitGrid, spriteAt } from "../../assets/js/layout.js";

test("sprites fill the room by whole pixels", () => {
  for (const [count, width, height] of [[1, 360, 240], [5, 1280, 500], [32, 2560, 900], [64, 360, 240]]) {
    const { columns, across, down, scale } = fitGrid(count, width, height);
    assert.equal(across, columns * 18 + GAP);
    assert.equal(down, Math.ceil(count / columns) * 18 + GAP);
    assert.ok(Number.isInteger(scale) && scale >= 1);
    if (scale > 1) assert.ok(across * scale <= width && down * scale <= height, `${count} sprites stick out`);
  }
});

test("full rows are preferred, and of two alike the flatter sheet", () => {
  assert.equal(fitGrid(32, 1280, 640).columns, 8);
  assert.equal(fitGrid(16, 400, 380).columns, 4);
  assert.equal(fitGrid(2, 1000, 1000).columns, 2);
});

test("sixteen sprites in a wide room do not stand in one column", () => {
  const { across, down } = fitGrid(16, 1200, 450);
  assert.ok(across > down);
});

test("a point on a sprite finds that sprite", () => {
  const [columns, count] = [5, 13];
  for (let i = 0; i < count; i++) {
    const [x, y] = cornerOf(i, columns);
    assert.equal(spriteAt(x + 8, y + 8, columns, count), i);
  }
  assert.equal(spriteAt(...cornerOf(13, columns).map((place) => place + 8), columns, count), -1, "no sprite there");
  assert.equal(spriteAt(columns * 18 + 5, 8, columns, count), -1, "right of the last column");
});
