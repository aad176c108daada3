import assert from "node:assert/strict";
import { test } from "node:test";

import { BACK, FORWARD, LIVE, SHORTEST, durationOf, frameAt, frameOfLevel, nextStop, placeOf } from "../../assets/js/pace.js";

const LEVELS = [...Array.from({ length: 25 }, (_, i) => 500 - 20 * i), 6, 5, 4, 3, 2, 1, 0]; // of the shipped reel
const frames = LEVELS.map((t) => ({ t, T: 500 }));

/** All stops from one end to the other. */
function trip(list, direction, duration) {
  const stops = [];
  let at = direction > 0 ? 0 : list.length - 1;
  while (at !== (direction > 0 ? list.length - 1 : 0)) {
    const stop = nextStop(list, at, direction, duration, true);
    stops.push(stop);
    at = stop.index;
  }
  return stops;
}

const sum = (stops) => stops.reduce((total, { length }) => total + length, 0);

test("from noise to sprites takes 5 to 8 s, most of them where sprites appear; the way back about 2 s", () => {
  const stops = trip(frames, 1, FORWARD);
  assert.ok(sum(stops) >= 5000 && sum(stops) <= 8000);
  assert.ok(sum(stops.filter(({ index }) => LEVELS[index] < 200)) > 0.6 * sum(stops));
  const back = sum(trip(frames, -1, BACK));
  assert.ok(back >= 1500 && back <= 2500, `${back} ms`);
});

test("however many frames and however fast, no picture follows another in less than the shortest time", () => {
  const many = Array.from({ length: 501 }, (_, i) => ({ t: 500 - i, T: 500 }));
  for (const list of [frames, many, frames.slice(-2)]) {
    for (const duration of [FORWARD, FORWARD / 2, LIVE, BACK]) {
      for (const direction of [1, -1]) {
        for (const { length } of trip(list, direction, duration)) assert.ok(length >= SHORTEST);
      }
    }
  }
});

test("frames that are still coming are waited for, and shown when they are there", () => {
  assert.equal(nextStop(frames.slice(0, 1), 0, 1, LIVE, false), null);
  assert.deepEqual(nextStop(frames.slice(0, 2), 0, 1, LIVE, false), { index: 1, length: SHORTEST });
});

test("epochs of a training have the same time each", () => {
  const epochs = Array.from({ length: 5 }, (_, i) => ({ t: 4 - i, T: 5, per_second: 8 }));
  assert.deepEqual(epochs.map((_, i) => placeOf(epochs, i)), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(durationOf(epochs), 4 * SHORTEST);
});

test("a place and a level lead back to their frame", () => {
  for (let i = 0; i < frames.length; i++) {
    assert.equal(frameAt(frames, placeOf(frames, i)), i);
    assert.equal(frameOfLevel(frames, LEVELS[i]), i);
  }
  assert.equal(LEVELS[frameOfLevel(frames, 333)], 340);
});
