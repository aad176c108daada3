import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { readHeader, translateLabel } from "../../assets/js/reel.js";

test("an epoch's label is said in the page's words, and nothing else is changed", () => {
  const chinese = { epoch_number: "第 {epoch} 回合" };
  assert.equal(translateLabel("epoch 24", chinese), "第 24 回合");
  assert.equal(translateLabel("epoch 24 of 31", chinese), "epoch 24 of 31");
  assert.equal(translateLabel(undefined, chinese), undefined);
});

test("the shipped reel is read: two lists of frames, whose pictures are PNG", async () => {
  const { buffer, byteOffset, length } = await readFile(new URL("../../assets/shipped/reel.bin", import.meta.url));
  const file = buffer.slice(byteOffset, byteOffset + length);
  const { header, pictures } = readHeader(file);
  assert.deepEqual(Object.keys(header), ["film", "learning"]);
  assert.equal(header.film.at(-1).t, 0);
  const [start, size] = header.film[0].panels[0].x;
  const png = Buffer.from(file, pictures + start, size);
  assert.equal(png.subarray(1, 4).toString(), "PNG");
});
