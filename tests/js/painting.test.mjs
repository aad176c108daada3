import assert from "node:assert/strict";
import test from "node:test";

import { Newest } from "../../assets/js/newest.js";
import { drawingFrom, readPainting, searchOf, writePainting } from "../../assets/js/painting.js";

const WHITE = new Uint8Array(16 * 16 * 3).fill(255);

/** A picture of so many colours. */
const pictureOf = (colours) =>
  Uint8Array.from({ length: 768 }, (_, i) => [(7 * (Math.floor(i / 3) % colours)) % 256, Math.floor(i / 3) % colours, 9][i % 3]);

test("a painting comes back from its text to the byte", () => {
  for (const colours of [1, 2, 3, 4, 5, 16, 17, 64, 65, 200]) {
    const pixels = pictureOf(colours);
    assert.deepEqual(readPainting(writePainting(pixels)), pixels, `${colours} colours`);
  }
  assert.ok(writePainting(pictureOf(12)).length < 400, "a dozen colours fit into a short address");
  assert.match(writePainting(pictureOf(200)), /^[\w-]+$/);
});

test("what is no painting is none", () => {
  const text = writePainting(pictureOf(5));
  for (const wrong of [null, "", "a", "AAAA", "<script>", "%%%", text.slice(1), text + "AAAA", `/${text}`]) {
    assert.equal(readPainting(wrong), null, String(wrong));
  }
});

test("an address opens the drawing that it was made from", () => {
  const drawing = { run: "sprites", prompt: "a hero, 红色:0.5", t: 120, seed: 7, pixels: pictureOf(9) };
  const first = { run: "x", prompt: "hero", t: 180, seed: 0, pixels: WHITE };
  const search = searchOf("?tab=watch&lang=zh&epochs=a/1", "paint", drawing);
  assert.deepEqual(drawingFrom(search, "paint", first), drawing);
  assert.ok(search.includes("lang=zh") && !search.includes("epochs"));
  assert.deepEqual(drawingFrom(search, "one-step", first), first);
  assert.equal(drawingFrom(searchOf("", "paint", { ...drawing, prompt: "" }), "paint", first).prompt, "");
});

test("a wrong part of an address changes nothing", () => {
  const first = { run: "x", prompt: "hero", t: 180, seed: 0, pixels: WHITE };
  for (const search of ["", "?tab=paint", "?tab=finish", "?tab=paint&level=0&seed=-1&sprite=x", "?tab=paint&level=2.5&seed=a&sprite="]) {
    const { prompt, ...rest } = drawingFrom(search, "paint", first);
    assert.deepEqual(rest, { run: "x", t: 180, seed: 0, pixels: WHITE }, search);
    assert.equal(prompt, search.includes("sprite") ? "" : "hero");
  }
});

test("one question travels at a time, and the newest is asked last", async () => {
  const asked = [], open = [];
  let state = 0;
  const newest = new Newest(() => {
    asked.push(state);
    return new Promise((resolve) => open.push(resolve));
  });
  for (state of [1, 2, 3, 4]) newest.now();
  assert.deepEqual(asked, [1]);
  assert.ok(newest.isStale);
  open.shift()();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(asked, [1, 4]);
  assert.ok(!newest.isStale);
});
