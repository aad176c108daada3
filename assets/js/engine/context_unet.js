// @ts-check
/** The tutorial's network (diffusion/core/context_unet.py), mended, as a graph. */

import { GraphBuilder, foldAfter, gelu, linear } from "./graph.js";

/**
 * @param {Map<string, Net.Tensor>} weights @param {{ width: number }} config
 * @returns {Net.Graph}
 */
export function contextUnet(weights, { width }) {
  const builder = new GraphBuilder(weights);

  /** @param {string} name @param {number} x @param {number} cin @param {number} cout @param {Partial<Net.Conv>} more */
  const residual = (name, x, cin, cout, more = {}) => {
    const [one, two] = [[1, cin], [2, cout]].map(([i, channels]) =>
      foldAfter(builder.layer(`${name}.conv${i}.0`, cout, channels, 3), builder.norm(`${name}.conv${i}.1`, cout)));
    return builder.conv(builder.conv(x, one, cout, { act: "gelu" }), two, cout, { act: "gelu", ...more });
  };
  /** @param {string} name @param {number} x @param {number} cin @param {number} cout */
  const down = (name, x, cin, cout) => {
    const y = residual(`${name}.model.1`, residual(`${name}.model.0`, x, cin, cout), cout, cout);
    const out = builder.tensor(cout, builder.tensors[y].side / 2);
    builder.ops.push({ kind: "pool", from: y, out, size: 2, mode: "max", act: "none" });
    return out;
  };
  /** A transposed convolution of size and stride s. @param {string} name @param {number | Net.Input[]} inputs @param {number} cin @param {number} cout @param {number} s */
  const transposed = (name, inputs, cin, cout, s) => {
    const [weight, bias] = [builder.take(`${name}.weight`, cin, cout, s, s), builder.take(`${name}.bias`, cout)];
    const turned = { weight: new Float32Array(weight.length), bias: new Float32Array(s * s * cout) };
    for (let place = 0; place < s * s; place++) {
      for (let o = 0; o < cout; o++) {
        const to = place * cout + o;
        turned.bias[to] = bias[o];
        for (let i = 0; i < cin; i++) turned.weight[to * cin + i] = weight[(i * cout + o) * s * s + place];
      }
    }
    return builder.conv(inputs, turned, cout, { k: 1, spread: s });
  };
  /** @param {string} name @param {number} x @param {number} skip @param {number} cin of both @param {Partial<Net.Conv>} more */
  const up = (name, x, skip, cin, more = {}) => {
    const y = transposed(`${name}.model.0`, [{ from: x, up: 1 }, { from: skip, up: 1 }], cin, width, 2);
    return residual(`${name}.model.2`, residual(`${name}.model.1`, y, width, width), width, width, more);
  };
  /** @param {string} name @param {number} size @param {number} channels @returns {(vector: Float32Array) => Float32Array} */
  const embedding = (name, size, channels) => {
    const [one, two] = [builder.layer(`${name}.model.0`, channels, size), builder.layer(`${name}.model.2`, channels, channels)];
    return (vector) => linear(two, linear(one, vector).map(gelu));
  };
  /** @param {string} name @param {number} channels */
  const groupNorm = (name, channels) => ({
    groups: 8, scale: builder.take(`${name}.weight`, channels), shift: builder.take(`${name}.bias`, channels), act: /** @type {const} */ ("relu"),
  });

  const names = builder.size("contextembed1.model.0.weight", 1);
  const times = [embedding("timeembed1", 1, 2 * width), embedding("timeembed2", 1, width)];
  const contexts = [embedding("contextembed1", names, 2 * width), embedding("contextembed2", names, width)];

  const input = builder.tensor(3, 16);
  const shortcut = builder.layer("init_conv.shortcut", width, 3, 1);
  const scaled = { weight: shortcut.weight.map((value) => value / 1.414), bias: shortcut.bias.map((value) => value / 1.414) };
  const full = residual("init_conv", input, 3, width, { gain: 1 / 1.414, skip: { inputs: [{ from: input, up: 1 }], cin: 3, ...scaled } });
  const half = down("down1", full, width, width);
  const quarter = down("down2", half, width, 2 * width);
  const summary = builder.tensor(2 * width, 1);
  builder.ops.push({ kind: "pool", from: quarter, out: summary, size: 4, mode: "mean", act: "gelu" });
  const grown = transposed("up0.0", summary, 2 * width, 2 * width, 4);
  const seed = builder.tensor(2 * width, 4);
  builder.ops.push({ kind: "groupnorm", from: grown, out: seed, ...groupNorm("up0.1", 2 * width), film: 0 });
  const up1 = up("up1", seed, quarter, 4 * width, { film: 4 * width, filmLast: true });
  const up2 = up("up2", up1, half, 2 * width);
  const last = builder.conv([{ from: up2, up: 1 }, { from: full, up: 1 }], builder.layer("out.0", width, 2 * width, 3), width);
  const normed = builder.tensor(width, 16);
  builder.ops.push({ kind: "groupnorm", from: last, out: normed, ...groupNorm("out.1", width) });
  const output = builder.conv(normed, builder.layer("out.3", 3, width, 3), 3);
  builder.finish();

  const features = 6 * width; // scale and shift of `seed`, then of `up1`
  return {
    tensors: builder.tensors, ops: builder.ops, input, output, colours: [3, 3], features, names, gridShapes: [],
    ask(asked) {
      const scales = asked.map((one) => contexts.map((embed) => embed(one)));
      return {
        rows: asked.length,
        grids: [],
        embed(t) {
          const [shift1, shift2] = times.map((embed) => embed(Float32Array.of(t)));
          const rows = new Float32Array(asked.length * features);
          scales.forEach(([scale1, scale2], row) => {
            let at = row * features;
            for (const part of [scale1, shift1, scale2, shift2]) {
              rows.set(part, at);
              at += part.length;
            }
          });
          return rows;
        },
      };
    },
  };
}
