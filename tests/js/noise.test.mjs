import assert from "node:assert/strict";
import { test } from "node:test";

import { distance, mix, noiseOf, predictSprite } from "../../assets/js/noise.js";

const x0 = Float32Array.from({ length: 768 }, (_, i) => Math.sin(i));

test("noise is the same for the same seed, and another for another", () => {
  assert.deepEqual(noiseOf(3), noiseOf(3));
  assert.notDeepEqual(noiseOf(3), noiseOf(4));
  assert.equal(noiseOf(0).length, 16 * 16 * 3);
  assert.ok(Math.abs(noiseOf(0)[0] - 0.7417654) < 1e-6, `a link shows other noise than before: ${noiseOf(0)[0]}`);
});

test("noise has mean 0 and spread 1", () => {
  const eps = noiseOf(7, 100_000);
  const mean = eps.reduce((sum, value) => sum + value) / eps.length;
  const variance = eps.reduce((sum, value) => sum + (value - mean) ** 2, 0) / eps.length;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.02);
  assert.ok(eps.every(Number.isFinite));
});

test("the shares of signal and noise have squares that add up to 1", () => {
  for (const abar of [0, 0.3, 1]) {
    const { signal, noise } = mix(x0, noiseOf(0), abar);
    assert.ok(Math.abs(signal ** 2 + noise ** 2 - 1) < 1e-12);
  }
  assert.deepEqual(mix(x0, noiseOf(0), 1).xt, x0);
});

test("with the true noise the sprite comes back", () => {
  const { xt, eps, signal, noise } = mix(x0, noiseOf(1), 0.4);
  assert.ok(distance(predictSprite(xt, eps, signal, noise), x0) < 1e-6);
});

test("distance is the root mean square", () => {
  assert.equal(distance(new Float32Array(10).fill(3), new Float32Array(10)), 3);
});
