import assert from "node:assert/strict";
import test from "node:test";

import { inFullContrast, levelAfter, noiseIn, stepAt, weights } from "../../assets/js/machine_math.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} and ${b}`);

test("the step goes on from the frame shown, and led to the last one", () => {
  assert.deepEqual(stepAt(0, 5), [0, 1]);
  assert.deepEqual(stepAt(3, 5), [3, 4]);
  assert.deepEqual(stepAt(4, 5), [3, 4]);
  assert.deepEqual(stepAt(0, 1), [0, null]);
});

test("levels are those of NoiseSchedule.levels", () => {
  assert.deepEqual([0, 1, 2].map((step) => levelAfter(500, step, 3)), [334, 167, 0]);
  assert.equal(levelAfter(500, 499, 500), 0);
  assert.equal(levelAfter(500, 500, 500), 0); // after the last there is none
});

test("the noise in a mixture is the one that was mixed in", () => {
  const abar = 0.3, x0 = [40, 200, 128, 255], eps = [0.5, -0.25, 0.1];
  const x = x0.map((byte, i) => (i === 3 ? 255 : 127.5 * (Math.sqrt(abar) * (byte / 127.5 - 1) + Math.sqrt(1 - abar) * eps[i] + 1)));
  const expected = [...eps.map((value) => Math.round(127.5 * (value + 1))), 255];
  assert.deepEqual([...noiseIn(x, x0, abar)].map((byte, i) => Math.abs(byte - expected[i]) <= 1), [true, true, true, true]);
});

test("noise that was sent as a third is shown in full", () => {
  assert.deepEqual([...inFullContrast([127, 170, 0, 9])], [126, 255, 0, 255]);
});

test("every sampler's weights keep a clean picture and the amount of noise", () => {
  const abar = 0.2, after = 0.5;
  for (const sampler of ["ddim", "dpmpp", "sde-dpmpp", "sa"]) {
    const { a, b, sigma } = weights(sampler, abar, after, 0.7);
    near(a + b * Math.sqrt(abar), Math.sqrt(after));
    near((b * Math.sqrt(1 - abar)) ** 2 + sigma ** 2, 1 - after);
  }
  const { a, b, sigma } = weights("ddpm", abar, after);
  near(a + b * Math.sqrt(abar), Math.sqrt(after));
  near(sigma, Math.sqrt(1 - abar / after)); // beta, more than the posterior's
  assert.equal(weights("ddpm", abar, 1).sigma, 0);
  near(weights("sa", abar, 1).a, 1);
});
