import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { readReel, translateLabel } from "../../assets/js/reel.js";

test("an epoch's label is said in the page's words, and nothing else is changed", () => {
  const chinese = { epoch_number: "第 {epoch} 回合" };
  assert.equal(translateLabel("epoch 24", chinese), "第 24 回合");
  assert.equal(translateLabel("epoch 24 of 31", chinese), "epoch 24 of 31");
  assert.equal(translateLabel(undefined, chinese), undefined);
});

test("the shipped reel is read: every picture is the one that Python has put in", async () => {
  const { header, picture } = readReel(await shippedReel());
  assert.ok(header.film.length > 20 && header.learning.length > 1);
  assert.equal(header.film.at(-1).t, 0);
  const all = createHash("sha256");
  for (let number = 0; number < header.pictures.length; number++) all.update(await picture(number));
  assert.equal(all.digest("hex"), header.sha256);
});

test("the finished sprites need no other frame, and a picture is made once", async () => {
  const { header, picture } = readReel(await shippedReel());
  const finished = new Set(header.film.at(-1).panels.flatMap(({ x, x0 }) => [x, x0]));
  for (const number of finished) {
    const [, , , ...pairs] = header.pictures[number];
    assert.ok(pairs.filter((_, i) => i % 2 === 0).every((reference) => finished.has(reference)));
    assert.equal(picture(number), picture(number));
  }
});

async function shippedReel() {
  const { buffer, byteOffset, length } = await readFile(new URL("../../assets/shipped/reel.bin", import.meta.url));
  return buffer.slice(byteOffset, byteOffset + length);
}
