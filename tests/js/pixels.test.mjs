import assert from "node:assert/strict";
import { test } from "node:test";

import { filesIn, isWanted, partToSend } from "../../assets/js/folder.js";
import { fill } from "../../assets/js/dom.js";
import {
  COLOURS, base64Of, bytesOf, pack, rgbOf, rgbaOf, toBytes, toFloats, unpack, withoutAlpha,
} from "../../assets/js/pixels.js";

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

test("base64 and bytes are inverses, in every value", () => {
  assert.deepEqual(bytesOf(base64Of(all)), all);
  assert.equal(base64Of(Uint8Array.of(0, 127, 255)), "AH//");
});

test("bytes, floats and bytes again", () => {
  assert.deepEqual(Uint8Array.from(toBytes(toFloats(all))), all);
  assert.deepEqual([...toBytes(Float32Array.of(-3, -1, 1, 3))], [0, 0, 255, 255]);
});

test("floats travel as int16, to a 8192nd", () => {
  const x = Float32Array.from({ length: 1000 }, (_, i) => (i - 500) / 70);
  unpack(pack(x)).forEach((value, i) => assert.ok(Math.abs(value - x[i]) <= 1 / 8192));
  assert.equal(pack(Float32Array.of(1, -1)), "ABAA8A==", "4096 and -4096, little-endian");
});

test("a canvas gets opaque pixels, and gives them back", () => {
  const rgb = all.subarray(0, 255);
  const rgba = rgbaOf(rgb);
  assert.deepEqual([...rgba.subarray(0, 8)], [0, 1, 2, 255, 3, 4, 5, 255]);
  assert.deepEqual(withoutAlpha(rgba), rgb);
});

test("the palette has twenty colours, all different", () => {
  assert.equal(new Set(COLOURS).size, 20);
  assert.deepEqual(rgbOf("fe1b09"), [254, 27, 9]);
  assert.ok(COLOURS.flatMap(rgbOf).every((value) => Number.isInteger(value) && value <= 255));
});

test("a template takes its values by name", () => {
  assert.equal(fill("{n} of {total}, {n}", { n: 1, total: 2 }), "1 of 2, 1");
});

test("of a folder all is sent but what systems add, so that the server can name what it does not use", () => {
  const paths = ["my/a.png", "my/notes.txt", "my/.hidden.png", "my/__MACOSX/a.png", "my/hero/Thumbs.db", "my/b.aseprite"];
  assert.deepEqual(paths.filter(isWanted), ["my/a.png", "my/notes.txt", "my/b.aseprite"]);
});

test("of a large file that is no picture only the beginning is sent", () => {
  const large = new Uint8Array(2 ** 20 + 1);
  assert.equal(partToSend(new File([large], "film.mp4")).size, 64);
  assert.equal(partToSend(new File([large], "large.PNG")).size, 2 ** 20 + 1);
  assert.equal(partToSend(new File([new Uint8Array(9)], "sprite")).size, 9);
});

/** A dropped file or folder as a browser gives it, at most two entries at a time. */
const entry = (path, content) => ({
  fullPath: path,
  isDirectory: Array.isArray(content),
  file: (take) => take(new File([content], path)),
  createReader() {
    const rest = [...content];
    return { readEntries: (take) => take(rest.splice(0, 2)) };
  },
});

test("a dropped folder comes with all its subfolders, and without what systems add", async () => {
  const slimes = ["a", "b", "c"].map((name) => entry(`/mine/slime/${name}.png`, "x"));
  const mine = entry("/mine", [entry("/mine/slime", slimes), entry("/mine/.DS_Store", "x"), entry("/mine/knight.png", "xy")]);
  const found = await filesIn([mine, entry("/sheet.png", "xyz")]);
  const paths = ["mine/slime/a.png", "mine/slime/b.png", "mine/slime/c.png", "mine/knight.png", "sheet.png"];
  assert.deepEqual(found.map(({ path }) => path), paths);
  assert.deepEqual(found.map(({ file }) => file.size), [1, 1, 1, 2, 3]);
});
