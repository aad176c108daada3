// @ts-check
/**
 * The network, opened: a U of slabs, as high as the picture is there and as thick as it has features, with the two
 * embeddings on lines of their own below. The shapes come from the network itself (diffusion/core/stages.py).
 */

import { drawRgb } from "./canvas.js";
import { fill } from "./dom.js";
import { draw, pathThrough } from "./machine_lines.js";
import { SIZE, withoutAlpha } from "./pixels.js";

/** @typedef {import("./types").Network} Network @typedef {import("./types").Stage} Stage */
/** @typedef {{ stage: Stage, x: number, y: number, thick: number, side: number, depth: number, right: number }} Slab */

const GAP = 26; // between two slabs
const TILE = 78; // the pictures at both ends
const TOP = 74; // the middle of the first row
const JOIN = 16; // room for the sign where details come back

/** @param {number} height of the picture there, in pixels */
const sideOf = (height) => 90 * (height / SIZE) ** 0.75;
/** @param {number} channels */
const thicknessOf = (channels) => Math.max(4, Math.min(26, channels / 8));
/** @param {[number, number, number]} shape channels, height, width */
const written = ([channels, height, width]) => `${height}×${width}×${channels}`;

export class NetworkDrawing {
  #drawn = ""; // what the drawing is of

  /** @param {HTMLElement} place @param {import("./types").Strings} text */
  constructor(place, text) {
    this.place = place;
    this.text = text;
  }

  /**
   * @param {Network} network @param {import("./types").Frame} frame @param {string} asked
   * @param {{ x: Uint8ClampedArray | null, eps: Uint8ClampedArray | null }} pictures RGBA, what goes in and comes out
   */
  show(network, frame, asked, pictures) {
    const key = JSON.stringify([network.network, network.stages, network.context]);
    if (key !== this.#drawn) this.#build(network);
    this.#drawn = key;
    for (const [name, pixels] of Object.entries(pictures)) {
      const url = pixels ? drawRgb(withoutAlpha(pixels), SIZE, SIZE).toDataURL() : "";
      this.place.querySelector(`image[data-picture=${name}]`)?.setAttribute("href", url);
    }
    const time = fill(this.text.time_value, { value: (frame.t / frame.T).toFixed(3) });
    const values = { time, context: asked.length > 44 ? `${asked.slice(0, 43)}…` : asked };
    for (const [name, value] of Object.entries(values)) {
      const place = this.place.querySelector(`[data-value=${name}]`);
      if (place) place.textContent = value;
    }
  }

  /** @param {Network} network */
  #build(network) {
    const { text } = this;
    const { slabs, joins, width, height } = placeSlabs(network.stages);
    const numbers = new Intl.NumberFormat(document.documentElement.lang || "en");
    const hint = fill(text.network_hint, {
      name: text.networks[network.network] ?? network.network,
      parameters: numbers.format(network.parameters),
    });
    const title = Object.assign(document.createElement("h3"), { textContent: text.network_title });
    const said = Object.assign(document.createElement("p"), { className: "machine-said", textContent: hint });
    const scroller = document.createElement("div");
    scroller.className = "machine-scroll";
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", text.scroll);
    const picture = draw("svg", { viewBox: `0 0 ${width} ${height + 88}`, role: "img", "aria-label": hint, class: "machine-unet" });
    picture.append(
      ...drawFlow(slabs, joins, width),
      ...drawEmbeddings(network, slabs, height, text, numbers),
      ...slabs.map((slab, i) => drawSlab(slab, slabs[i - 1], text)),
      ...[["x", 4, "xₜ", ""], ["eps", width - TILE - 4, "ε̂", "of-noise"]].map(([name, x, label, kind]) =>
        drawTile(String(name), Number(x), String(label), String(kind))),
    );
    scroller.append(picture);
    const list = document.createElement("ol");
    list.className = "player-announce";
    list.setAttribute("aria-label", text.stages);
    list.append(...network.stages.map((stage) =>
      Object.assign(document.createElement("li"), { textContent: describe(stage, network.stages, text) })));
    this.place.replaceChildren(title, said, scroller, list);
    this.#point(picture, network.stages, said, hint);
  }

  /** @param {SVGElement} picture @param {Stage[]} stages @param {HTMLElement} said @param {string} hint */
  #point(picture, stages, said, hint) {
    picture.addEventListener("pointerover", (event) => {
      const name = /** @type {Element} */ (event.target).closest("[data-stage]")?.getAttribute("data-stage");
      const stage = stages.find((one) => one.name === name);
      said.textContent = stage ? describe(stage, stages, this.text) : hint;
      for (const one of picture.querySelectorAll("[data-stage], [data-from]")) {
        const belongs = [one.getAttribute("data-stage"), one.getAttribute("data-to")].includes(name ?? null);
        one.classList.toggle("lit", Boolean(stage) && belongs);
      }
    });
    picture.addEventListener("pointerleave", () => {
      said.textContent = hint;
      for (const one of picture.querySelectorAll(".lit")) one.classList.remove("lit");
    });
  }
}

/** A sentence about a part. @param {Stage} stage @param {Stage[]} stages @param {import("./types").Strings} text */
export function describe(stage, stages, text) {
  const joined = stages.find((one) => one.name === stage.joins);
  const told = stage.time && stage.context ? "takes_both" : stage.time ? "takes_time" : stage.context ? "takes_context" : "";
  return [
    `${stage.name}: ${text.kinds[stage.kind] ?? stage.kind}`,
    `${written(stage.takes)} → ${written(stage.gives)}`,
    joined && fill(text.joins, { shape: written(joined.gives) }),
    text[told],
  ].filter(Boolean).join(" · ");
}

/** Where everything stands, in units of the drawing. @param {Stage[]} stages */
export function placeSlabs(stages) {
  const heights = [...new Set([SIZE, ...stages.map(({ gives }) => gives[1])])].sort((a, b) => b - a);
  /** @type {number[]} the middle of each row */
  const rows = [];
  for (const [i, height] of heights.entries()) {
    rows.push(i ? rows[i - 1] + (sideOf(heights[i - 1]) + sideOf(height)) / 2 + 36 : TOP);
  }
  let x = 4 + TILE + GAP;
  /** @type {Slab[]} */
  const slabs = [];
  /** Where the details of an earlier part come back. @type {{ from: Slab, to: Slab, x: number, y: number }[]} */
  const joins = [];
  for (const stage of stages) {
    const from = slabs.find((slab) => slab.stage.name === stage.joins);
    if (from) x += JOIN;
    const thick = thicknessOf(stage.gives[0]), side = sideOf(stage.gives[1]), depth = side * 0.3;
    const slab = { stage, x, y: rows[heights.indexOf(stage.gives[1])], thick, side, depth, right: x + thick + depth };
    if (from) joins.push({ from, to: slab, x: x - JOIN - 4, y: from.y });
    slabs.push(slab);
    x = slab.right + GAP;
  }
  const last = rows[rows.length - 1] + sideOf(heights[heights.length - 1]) / 2;
  return { slabs, joins, width: x + TILE + 4, height: last + 18 };
}

/** The lines that the features take. @param {Slab[]} slabs @param {ReturnType<typeof placeSlabs>["joins"]} joins @param {number} width */
function drawFlow(slabs, joins, width) {
  const parts = [];
  let from = { x: 4 + TILE, y: TOP };
  for (const slab of slabs) {
    const join = joins.find(({ to }) => to === slab);
    const stops = [...(join ? [{ x: join.x, y: join.y }] : []), { x: slab.x, y: slab.y }];
    for (const to of stops) {
      const middle = to === stops[0] ? from.x + 9 : to.x - 7;
      const points = from.y === to.y ? [[from.x, from.y], [to.x, to.y]] : [[from.x, from.y], [middle, from.y], [middle, to.y], [to.x, to.y]];
      parts.push(draw("path", { d: pathThrough(/** @type {any} */ (points)), class: "way", "data-from": "", "data-to": slab.stage.name }));
      from = to;
    }
    from = { x: slab.x + slab.thick + slab.depth / 2, y: slab.y };
  }
  parts.push(draw("path", { d: `M${from.x} ${from.y}H${width - TILE - 4}`, class: "way" }));
  for (const { from: source, to, x, y } of joins) {
    parts.push(
      draw("path", { d: `M${source.right - source.depth / 2} ${y}H${x - 7}`, class: "skip", "data-from": source.stage.name, "data-to": to.stage.name }),
      draw("circle", { cx: x, cy: y, r: 7, class: "join" }),
      draw("path", { d: `M${x - 3.5} ${y}h7M${x} ${y - 3.5}v7`, class: "sign" }),
    );
  }
  return parts;
}

/** @param {Slab} slab @param {Slab | undefined} before @param {import("./types").Strings} text */
function drawSlab({ stage, x, y, thick, side, depth }, before, text) {
  const [top, rise] = [y - side / 2, depth * 0.45];
  const faces = [
    draw("path", { d: `M${x} ${top}l${depth} ${-rise}h${thick}l${-depth} ${rise}z`, class: "top" }),
    draw("path", { d: `M${x + thick} ${top}l${depth} ${-rise}v${side}l${-depth} ${rise}z`, class: "right" }),
    draw("rect", { x, y: top, width: thick, height: side, class: "front" }),
  ];
  if (stage.kind === "attention") {
    const dots = [0.25, 0.5, 0.75].map((share) =>
      draw("circle", { cx: x + thick + depth / 2, cy: top + side * share - rise / 2, r: 2.2, class: "dot" }));
    faces.push(...dots);
  }
  if (String(before?.stage.gives) !== String(stage.gives)) {
    faces.push(draw("text", { x: x + (thick + depth) / 2, y: top - rise - 7, class: "shape" }, [written(stage.gives)]));
  }
  faces.push(draw("title", {}, [`${stage.name}: ${text.kinds[stage.kind] ?? stage.kind}`]));
  return draw("g", { "data-stage": stage.name, class: `slab ${stage.kind}` }, faces);
}

/** @param {string} name @param {number} x @param {string} label @param {string} kind */
function drawTile(name, x, label, kind) {
  return draw("g", { class: `tile ${kind}` }, [
    draw("image", { x, y: TOP - TILE / 2, width: TILE, height: TILE, "data-picture": name, preserveAspectRatio: "none" }),
    draw("rect", { x, y: TOP - TILE / 2, width: TILE, height: TILE, rx: 4, class: "rim" }),
    draw("text", { x: x + TILE / 2, y: TOP + TILE / 2 + 20, class: "symbol" }, [label]),
    ...(name === "x" ? [draw("text", { x: x + TILE / 2, y: TOP - TILE / 2 - 8, class: "shape" }, [written([3, SIZE, SIZE])])] : []),
  ]);
}

/**
 * Time and words, from their boxes on two lines to the parts that they enter.
 * @param {Network} network @param {Slab[]} slabs @param {number} height @param {import("./types").Strings} text @param {Intl.NumberFormat} numbers
 */
function drawEmbeddings(network, slabs, height, text, numbers) {
  const parts = [];
  const rows = /** @type {const} */ ([["time", height, 4, 46, -2.5], ["context", height + 11, 300, 320, 2.5]]);
  for (const [name, y, left, riser, beside] of rows) {
    const told = slabs.filter(({ stage }) => stage[name]);
    const ends = told.map(({ x, thick }) => x + thick / 2 + beside);
    for (const [i, x] of ends.entries()) {
      const slab = told[i];
      parts.push(draw("path", { d: `M${x} ${y}V${slab.y + slab.side / 2}`, class: name, "data-from": "", "data-to": slab.stage.name }));
    }
    const sizes = network[name].map((pair) => pair.map((size) => numbers.format(size)).join(" → "));
    const chain = network[name].length > 1 && network[name][0][1] === network[name][1][0];
    const written_sizes = chain ? [network[name][0][0], ...network[name].map((pair) => pair[1])].map((size) => numbers.format(size)).join(" → ") : sizes.join(", ");
    parts.push(
      draw("path", { d: `M${riser} ${height + 34}V${y}M${Math.min(riser, ...ends)} ${y}H${Math.max(riser, ...ends)}`, class: name }),
      draw("rect", { x: left, y: height + 34, width: name === "time" ? 270 : 430, height: 46, rx: 6, class: `pill ${name}` }),
      draw("text", { x: left + 14, y: height + 53, class: "pill-name" }, [`${text[name]}  ${written_sizes}`]),
      draw("text", { x: left + 14, y: height + 71, class: "pill-value", "data-value": name }),
    );
  }
  return parts;
}
