import assert from "node:assert/strict";
import { test } from "node:test";

import { GAP, cornerOf, fitGrid, spriteAt, wrapText } from "../../assets/js/layout.js";

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

test("a point on a sprite, or on the words under it, finds that sprite", () => {
  for (const foot of [0, 43]) {
    const [grid, count] = [{ columns: 5, rows: 3, across: 92, down: 56, scale: 3, foot }, 13];
    for (let i = 0; i < count; i++) {
      const [x, y] = cornerOf(i, grid);
      assert.equal(spriteAt(x + 24, y + 24, grid, count), i);
      assert.equal(spriteAt(x + 24, y + 48 + foot - 1, grid, count), i);
    }
    assert.equal(spriteAt(...cornerOf(13, grid).map((place) => place + 24), grid, count), -1, "no sprite there");
    assert.equal(spriteAt(5 * 54 + 15, 24, grid, count), -1, "right of the last column");
  }
});

test("words are broken into lines, and what is too much is cut", () => {
  const measure = (text) => text.length;
  assert.deepEqual(wrapText("red hair, staff", 20, 3, measure), ["red hair, staff"]);
  assert.deepEqual(wrapText("red hair, orb staff in hand", 10, 3, measure), ["red hair,", "orb staff", "in hand"]);
  assert.deepEqual(wrapText("red hair, orb staff in hand", 10, 2, measure), ["red hair,", "orb staff…"]);
  assert.deepEqual(wrapText("红色头发、手里的法杖", 6, 2, measure), ["红色头发、", "手里的法杖"]);
  assert.deepEqual(wrapText("侧面英雄、法师袍", 4, 2, measure), ["侧面英雄", "法师袍"]);
  assert.deepEqual(wrapText("supercalifragilistic", 8, 2, measure), ["supercal", "ifragil…"]);
  assert.deepEqual(wrapText("", 8, 2, measure), []);
});

test("words below the rows take their room from the sprites", () => {
  for (const [count, width, height, foot] of [[12, 1000, 500, 47], [32, 1000, 500, 47], [12, 716, 844, 94]]) {
    const { rows, down, scale } = fitGrid(count, width, height, foot);
    assert.ok(down * scale + rows * foot <= height, `${count} sprites with their words stick out`);
  }
});
