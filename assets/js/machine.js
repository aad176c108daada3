// @ts-check
/**
 * One sampling step, drawn: x_t goes into the network, its noise comes out, what is left is the sprite that the network
 * expects, and a mixture of both goes in again. The sprite chosen in a player is in every box, at every frame; a click
 * on the network opens it (machine_unet.js). Everything is drawn from the frames; nothing asks the server.
 */

import { drawSprite, penOf, sheetOf } from "./canvas.js";
import { fill, find } from "./dom.js";
import { arrow, bypass, corners } from "./machine_lines.js";
import { inFullContrast, levelAfter, noiseIn, stepAt, weights } from "./machine_math.js";
import { NetworkDrawing } from "./machine_unet.js";
import { SIZE } from "./pixels.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Network} Network */
/** @typedef {import("./types").View} View @typedef {import("./machine_lines.js").Box} Box */

const RESTS_AFTER = 700; // milliseconds without another frame
/** From box to box; the kind is the line's colour. */
const LINES = [
  ["x", "network", "plain"], ["network", "eps", "of-noise"], ["eps", "x0", "of-noise"], ["x0", "s", "of-guess"],
  ["s", "level", "plain"], ["level", "x", "plain"],
];
const SAMPLERS = { dpmpp: "DPM-Solver++(2M)", "sde-dpmpp": "SDE-DPM-Solver++(2M)", sa: "SA-Solver" }; // of several steps

/**
 * Draws the step below or beside a player.
 * @param {import("./player.js").Player} player @param {any} [given] the player's property `machine`; without it, nothing
 */
export function mountMachine(player, given) {
  if (!given) return;
  const below = player.root.closest(".workbench")?.nextElementSibling; // where watch.js puts it
  let place = player.root.querySelector("[data-part=aside]") ?? (below?.matches("[data-part=aside]") ? below : null);
  if (!place) player.root.append((place = document.createElement("div")));
  place.insertAdjacentHTML("beforeend", given.html);
  return new Machine(player, find(place, ".machine"), given);
}

class Machine {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /** @param {import("./player.js").Player} player @param {HTMLElement} root @param {any} given */
  constructor(player, root, given) {
    this.player = player;
    this.root = root;
    this.given = given;
    this.text = /** @type {import("./types").Strings} */ (given.words);
    this.button = find(root, "[data-machine=open]", HTMLButtonElement);
    this.inside = this.#part("network");
    this.drawing = new NetworkDrawing(this.inside, this.text);
    this.button.addEventListener("click", () => this.#toggle());
    root.addEventListener("keydown", (event) => this.#press(event));
    player.root.addEventListener("frame-shown", () => this.#draw());
    const observer = new ResizeObserver(() => this.#drawLines());
    for (const place of root.querySelectorAll("[data-machine=loop], [data-box]")) observer.observe(place);
    this.#draw();
  }

  /** @param {string} name */
  #part(name) {
    return find(this.root, `[data-machine="${name}"]`);
  }

  /** A part of a formula. @param {string} selector */
  #symbol(selector) {
    const symbol = this.root.querySelector(selector);
    if (!symbol) throw new TypeError(selector);
    return symbol;
  }

  // ---- one step ----

  #draw() {
    const { player, root, text } = this;
    const { frames, current } = player;
    root.dataset.state = current ? "ready" : "empty";
    if (!current || !root.offsetParent) return;
    const [now, next] = stepAt(frames.indexOf(current), frames.length);
    const frame = frames[now], after = next === null ? null : frames[next];
    const sprite = Math.min(player.chosen, frame.count - 1);
    const panel = player.painter.panelShown(frame);
    const network = /** @type {Network} */ (frames[0].network ?? this.given.network);
    const isLast = after?.t === 0;

    const x = this.#paint("x", frame, panel, sprite, "x");
    const x0 = this.#paint("x0", frame, panel, sprite, "x0");
    const hasNoise = Boolean(frame.panels[panel].eps);
    const eps = this.#paintNoise(frame, panel, sprite, x && x0 && frame.t ? noiseIn(x, x0, network.abar[frame.t]) : null);
    if (after) this.#paint("s", after, panel, sprite, "x");
    this.#nameTiles(frame, after, sprite);
    find(root, "[data-box=s]").classList.toggle("of-sprite", isLast);
    find(root, "[data-box=s]").classList.toggle("empty", !after);
    this.#part("s-name").textContent = isLast ? text.finished : text.s;
    this.#symbol("[data-machine=s-symbol] mi:last-child").textContent = isLast ? "0" : "s";
    this.#part("hint").textContent = fill(text.hint, { n: sprite + 1, count: frame.count });
    this.#part("level").textContent = fill(text.level, frame);
    const rounds = after ? after.step - frame.step : 1;
    this.#part("rounds").textContent = rounds > 1 ? fill(text.rounds, { n: rounds }) : text.once;
    this.#share("share", network.abar[frame.t]);
    this.#share("share-after", after ? network.abar[after.t] : 1);
    const asked = this.#asked(sprite);
    this.#part("asked").textContent = asked;
    this.#numbers(frame, network, hasNoise);
    this.#move();
    if (!this.inside.hidden) this.drawing.show(network, frame, asked, { x, eps });
  }

  /**
   * The sprite into a box. @param {string} box @param {Frame} frame @param {number} panel @param {number} sprite
   * @param {View} view @returns {Uint8ClampedArray | null} its pixels, RGBA
   */
  #paint(box, frame, panel, sprite, view) {
    const pen = this.#pen(box);
    pen.clearRect(0, 0, SIZE, SIZE);
    if (!frame.panels[panel][view]) return null;
    drawSprite(pen, frame, sheetOf(frame, panel, view), sprite, 0, 0, SIZE);
    return pen.getImageData(0, 0, SIZE, SIZE).data;
  }

  /** The noise, as sent or as it follows from x_t and x̂_0. @param {Frame} frame @param {number} panel @param {number} sprite @param {Uint8ClampedArray<ArrayBuffer> | null} computed */
  #paintNoise(frame, panel, sprite, computed) {
    const sent = this.#paint("eps", frame, panel, sprite, "eps");
    const pixels = sent ? inFullContrast(sent) : computed;
    if (pixels) this.#pen("eps").putImageData(new ImageData(pixels, SIZE, SIZE), 0, 0);
    return pixels;
  }

  /** @param {string} box */
  #pen(box) {
    return penOf(find(this.root, `[data-box=${box}] canvas`, HTMLCanvasElement), { willReadFrequently: true });
  }

  /** @param {Frame} frame @param {Frame | null} after @param {number} sprite */
  #nameTiles(frame, after, sprite) {
    const { text } = this;
    const names = { x: text.x, eps: text.eps, x0: text.x0, s: after?.t === 0 ? text.finished : text.s };
    for (const [box, what] of Object.entries(names)) {
      const t = box === "s" ? after?.t ?? 0 : frame.t;
      find(this.root, `[data-box=${box}] canvas`).setAttribute("aria-label", fill(text.alt, { what, n: sprite + 1, t }));
    }
  }

  /** How much of a mixture is noise. @param {string} name @param {number} abar */
  #share(name, abar) {
    const noise = Math.round(100 * (1 - abar));
    const bar = this.#part(name);
    bar.style.setProperty("--part", `${noise}%`);
    bar.setAttribute("aria-label", fill(this.text.shares, { noise, sprite: 100 - noise }));
    bar.title = fill(this.text.shares, { noise, sprite: 100 - noise });
  }

  /** What the sprite was asked for. @param {number} sprite */
  #asked(sprite) {
    const first = this.player.frames[0], recipe = first.recipe ?? {};
    const kinds = (recipe.kinds ?? []).flatMap((/** @type {number} */ share, /** @type {number} */ i) =>
      share > 0 ? [this.given.kind_names[i]] : []);
    const words = [first.words?.[sprite] || recipe.prompt, ...kinds].filter(Boolean).join(", ");
    if (words) return fill(this.text.asked, { words });
    return recipe.surprise ? this.text.surprise : this.text.nothing;
  }

  /** @param {Frame} frame @param {Network} network @param {boolean} hasNoise */
  #numbers(frame, network, hasNoise) {
    const { recipe } = this.player.frames[0];
    const sampler = recipe?.sampler ?? "ddpm";
    const abar = network.abar[frame.t], after = network.abar[levelAfter(frame.T, frame.step, frame.total)];
    const numbers = { noise: Math.sqrt(1 - abar), signal: Math.sqrt(abar), ...weights(sampler, abar, after, recipe?.eta) };
    if (recipe?.fresh_noise === false) numbers.sigma = 0;
    for (const [name, value] of Object.entries(numbers)) {
      this.#symbol(`[data-number=${name}]`).textContent = Number.isFinite(value) ? value.toFixed(2) : "…";
    }
    const several = /** @type {Record<string, string>} */ (SAMPLERS)[sampler];
    const notes = [several && fill(this.text.multistep, { sampler: several }), hasNoise ? "" : this.text.computed];
    this.#part("note").textContent = notes.filter(Boolean).join(" ");
  }

  /** The dots on the lines go on while frames do. */
  #move() {
    clearTimeout(this.#rest);
    this.root.dataset.moving = "yes";
    this.#rest = setTimeout(() => delete this.root.dataset.moving, RESTS_AFTER);
  }

  // ---- the lines ----

  #drawLines() {
    const loop = this.#part("loop");
    const lines = /** @type {Element} */ (loop.querySelector("[data-machine=lines]"));
    const origin = loop.getBoundingClientRect();
    if (!origin.width) return;
    /** @param {string} name @returns {Box} */
    const box = (name) => {
      const whole = find(loop, `[data-box=${name}]`);
      const { left, right, top, bottom } = (whole.querySelector("canvas, button") ?? whole).getBoundingClientRect();
      const foot = whole.getBoundingClientRect().bottom - origin.top;
      return { left: left - origin.left, right: right - origin.left, top: top - origin.top, bottom: bottom - origin.top, foot };
    };
    const ways = LINES.map(([from, to, kind]) => arrow(corners(box(from), box(to), from === "level"), kind));
    lines.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`);
    lines.replaceChildren(arrow(bypass(box("x"), box("x0")), "plain thin"), ...ways);
  }

  // ---- the network ----

  #toggle() {
    const opens = this.inside.hidden;
    this.inside.hidden = !opens;
    this.button.setAttribute("aria-expanded", String(opens));
    this.#part("open-name").textContent = opens ? this.text.close : this.text.open;
    if (opens) this.#draw();
  }

  /** Escape closes what is open; a button's own keys stay its own. @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Escape" || this.inside.hidden) return;
    event.stopPropagation();
    this.#toggle();
    this.button.focus();
  }
}
