// @ts-check
/** Our network (diffusion/core/sprite_unet.py) as a graph; its variant "first" too. */

import { GraphBuilder, foldAfter, foldBefore, linear, silu } from "./graph.js";

const [WORD, EMBEDDING, SINUSOIDS, HEADS] = [160, 128, 64, 4];

/**
 * @param {Map<string, Net.Tensor>} weights @param {{ width: number, variant: string }} config
 * @returns {Net.Graph}
 */
export function spriteUnet(weights, { width, variant }) {
  const builder = new GraphBuilder(weights);
  const isFirst = variant === "first";
  const deep = isFirst ? Math.floor((width * 13) / 64) * 8 : Math.floor((width * 3) / 2);

  /** FiLM layers of all blocks, as one. @type {Net.Layer[]} */
  const films = [];
  let features = 0;

  /** @param {string} name @param {number | Net.Input[]} inputs @param {number} cin @param {number} cout @returns {number} */
  const block = (name, inputs, cin, cout) => {
    const list = typeof inputs === "number" ? [{ from: inputs, up: /** @type {1} */ (1) }] : inputs;
    const film = builder.layer(`${name}.film`, 2 * cout, EMBEDDING);
    films.push({ ...film, bias: film.bias.map((value, i) => (i < cout ? value + 1 : value)) }); // 1 + scale
    const first = foldAfter(builder.layer(`${name}.conv1`, cout, cin, 3), builder.norm(`${name}.norm2`, cout));
    const h = builder.conv(list, first, cout, { pre: { ...builder.norm(`${name}.norm1`, cin), act: "silu" }, film: features, act: "silu" });
    features += 2 * cout;
    const skip = { inputs: list, cin, ...(cin === cout ? {} : builder.layer(`${name}.skip`, cout, cin, 1)) };
    return builder.conv(h, builder.layer(`${name}.conv2`, cout, cout, 3), cout, { skip });
  };

  /** @param {string} name @param {number} x @param {number} channels */
  const attention = (name, x, channels) => {
    const [each, side] = [channels / HEADS, builder.tensors[x].side];
    const dim = Math.ceil(each / 4) * 4; // a head's channels, filled up with zeros
    const qkv = foldBefore(builder.layer(`${name}.qkv`, 3 * channels, channels, 1), builder.norm(`${name}.norm`, channels));
    const padded = { weight: new Float32Array(3 * HEADS * dim * channels), bias: new Float32Array(3 * HEADS * dim) };
    for (let o = 0; o < 3 * channels; o++) {
      const [factor, to] = [o < channels ? each ** -0.5 : 1, Math.floor(o / each) * dim + (o % each)];
      padded.bias[to] = qkv.bias[o] * factor;
      for (let c = 0; c < channels; c++) padded.weight[to * channels + c] = qkv.weight[o * channels + c] * factor;
    }
    const out = builder.layer(`${name}.out`, channels, channels, 1);
    const spread = new Float32Array(channels * HEADS * dim);
    for (let o = 0; o < channels; o++) {
      for (let c = 0; c < channels; c++) spread[o * HEADS * dim + Math.floor(c / each) * dim + (c % each)] = out.weight[o * channels + c];
    }
    const parts = builder.conv(x, padded, 3 * HEADS * dim, { k: 1 });
    const values = builder.tensor(HEADS * dim, side);
    builder.ops.push({ kind: "attention", from: parts, out: values, heads: HEADS, dim });
    return builder.conv(values, { weight: spread, bias: out.bias }, channels, { k: 1, skip: { inputs: [{ from: x, up: 1 }], cin: channels } });
  };

  const time = [builder.layer("time.0", EMBEDDING, SINUSOIDS), builder.layer("time.2", EMBEDDING, EMBEDDING)];
  const names = isFirst ? builder.size("context.weight", 1) : builder.size("words.weight", 1);
  const words = isFirst ? null : builder.take("words.weight", WORD, names);
  const context = builder.layer("context", EMBEDDING, isFirst ? names : WORD);
  const grids = isFirst ? [] : [gridMaker(builder, "grid8", 8, 4, width), gridMaker(builder, "grid4", 4, 8, deep)];

  const input = builder.tensor(3, 16);
  const first = builder.conv(input, builder.layer("first", width, 3, 3), width);
  const h16 = block("down16", first, width, width);
  const to8 = builder.conv(h16, builder.layer("to8", width, width, 3), width, { stride: 2, ...(isFirst ? {} : { grid: 0 }) });
  const h8 = attention("look8", block("down8", to8, width, deep), deep);
  const to4 = builder.tensor(deep, 4);
  builder.ops.push({ kind: "pool", from: h8, out: to4, size: 2, mode: "mean", act: "none", ...(isFirst ? {} : { grid: 1 }) });
  const h4 = block("middle2", attention("look4", block("middle1", to4, deep, deep), deep), deep, deep);
  const u8 = attention("look8_up", block("up8", [{ from: h4, up: 2 }, { from: h8, up: 1 }], 2 * deep, deep), deep);
  const narrow = builder.conv(u8, builder.layer("narrow", width, deep, 1), width, { k: 1 });
  const u16 = block("up16b", block("up16a", [{ from: narrow, up: 2 }, { from: h16, up: 1 }], 2 * width, width), width, width);
  const output = builder.conv(u16, builder.layer("last", 3, width, 3), 3, { pre: { ...builder.norm("norm", width), act: "silu" } });
  builder.finish();

  const film = { cin: EMBEDDING, cout: features, weight: new Float32Array(EMBEDDING * features), bias: new Float32Array(features) };
  let at = 0;
  for (const { weight, bias } of films) {
    film.bias.set(bias, at);
    for (let o = 0; o < bias.length; o++, at++) {
      for (let i = 0; i < EMBEDDING; i++) film.weight[i * features + at] = weight[o * EMBEDDING + i];
    }
  }
  return {
    tensors: builder.tensors, ops: builder.ops, input, output, colours: [3, 3], features, film, names,
    gridShapes: grids.map(({ shape }) => shape),
    ask(contexts) {
      const embedded = contexts.map((one) => (words ? linear({ weight: words }, one) : one));
      const asked = embedded.map((one) => linear(context, one));
      return {
        rows: contexts.length,
        grids: grids.map(({ shape, make }) => {
          const all = new Float32Array(contexts.length * shape.channels * shape.side ** 2);
          embedded.forEach((one, row) => all.set(make(one), row * shape.channels * shape.side ** 2));
          return all;
        }),
        embed(t) {
          const moment = linear(time[1], linear(time[0], sinusoids(t)).map(silu));
          const rows = new Float32Array(contexts.length * EMBEDDING);
          asked.forEach((one, row) => rows.set(one.map((value, i) => silu(value + moment[i])), row * EMBEDDING));
          return rows;
        },
      };
    },
  };
}

/** Features of every place from embedded words. @param {GraphBuilder} builder @param {string} name */
function gridMaker(builder, name, /** @type {number} */ side, /** @type {number} */ depth, /** @type {number} */ channels) {
  const [places, spread] = [builder.layer(`${name}.places`, depth * side ** 2, WORD), builder.layer(`${name}.spread`, channels, depth, 1)];
  const make = (/** @type {Float32Array} */ words) => {
    const [deep, area] = [linear(places, words), side ** 2];
    return Float32Array.from({ length: channels * area }, (_, i) => {
      const [c, pixel] = [Math.floor(i / area), i % area];
      let sum = spread.bias[c];
      for (let d = 0; d < depth; d++) sum += spread.weight[c * depth + d] * deep[d * area + pixel];
      return sum;
    });
  };
  return { shape: { channels, side }, make };
}

/** Vaswani et al. 2017, section 3.5, of 1000 t. @param {number} time in [0, 1] */
export function sinusoids(time) {
  const half = SINUSOIDS / 2;
  const factor = Math.fround(-Math.log(10_000));
  const angle = (/** @type {number} */ i) => Math.fround(Math.fround(1000 * Math.fround(time)) * Math.fround(Math.exp(Math.fround(factor * i) / half)));
  return Float32Array.from({ length: SINUSOIDS }, (_, i) => (i < half ? Math.sin(angle(i)) : Math.cos(angle(i - half))));
}
