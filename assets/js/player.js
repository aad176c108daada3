// @ts-check
/**
 * The player: the frames of one trajectory, kept as they arrive, and the controls to go through them.
 *
 * diffusion/ui/parts/player.py sends only the newest frame; the history is kept here, and after the last frame nothing
 * needs the server. Until the first one comes, the shipped reel plays. A painter (watch.js, compare.js) paints a frame.
 */

import { drawSprite, resize, sheetOf } from "./canvas.js";
import { partsOf, pixelRatio, wantsStillness } from "./dom.js";
import { cornerOf, fitGrid, spriteAt } from "./layout.js";
import { queryFor, queryOf } from "./link.js";
import { SIZE, bytesOf } from "./pixels.js";
import { fetchReel } from "./reel.js";
import { wireSaving } from "./saving.js";
import { SpriteWords } from "./sprite_words.js";

/** @typedef {import("./types").Frame} Frame @typedef {import("./types").Grid} Grid */
/** @typedef {import("./types").Painter} Painter @typedef {import("./types").Panel} Panel */

const SPEEDS = [0.25, 0.5, 1, 2]; // times as fast as the frames are meant to be played
const FRAMES_PER_SECOND = 25; // of frames that do not say
const REEL = "reel"; // the run of its frames

export class Player {
  /** The frames of the newest run. @type {Frame[]} */
  arrived = [];
  /** Those that are gone through: `arrived`, or what a painter has opened. */
  frames = this.arrived;
  /** @type {string | null} */
  run = null;
  shown = -1; // index of the frame on the canvas
  /** @type {{ run: string | null, drawn: number[], arrived: number[], done: boolean }} */
  log = { run: null, drawn: [], arrived: [], done: false };
  /** While a file is written: picture pixels a sprite pixel, in place of what the screen allows. @type {number | null} */
  fixedScale = null;
  /** Index of the sprite that is looked at closely. */
  chosen = 0;
  #live = false; // frames are still expected, and the newest is followed
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #playing;

  /** @param {import("./types").Host} host @param {(player: Player) => Painter} makePainter */
  constructor(host, makePainter) {
    const { element, props, watch, early } = host;
    this.text = props.strings;
    this.tab = props.tab;
    this.part = partsOf(element);
    this.root = this.part("root");
    this.canvas = this.part("canvas", HTMLCanvasElement);
    this.scrub = this.part("scrub", HTMLInputElement);
    this.status = this.part("status");
    this.query = queryFor(location.search, this.tab);
    element.playerLog = this.log; // for tests and for the curious
    this.words = new SpriteWords(this);
    this.painter = makePainter(this);
    this.#wire();
    wireSaving(this);
    this.#restore();
    for (const frame of early.flat()) this.receive(frame);
    watch("value", () => [props.value].flat().forEach((frame) => this.receive(frame))); // one, or several that were missed
    if (props.reel) this.#playReel(props.reel);
  }

  // ---- frames in ----

  /** @param {any} frame as Python sends it: its sheets are base64 */
  receive(frame) {
    if (!frame) return;
    if (frame.ended) {
      if (frame.run === this.run) this.#finish(this.text.stopped);
      return;
    }
    if (frame.run !== this.run) this.#begin(frame);
    const last = this.arrived.at(-1);
    if (last && frame.seq <= last.seq) return; // an old message, seen again
    this.#add({ ...frame, panels: frame.panels.map(decodePanel) });
    if (this.#live) this.show(this.frames.length - 1);
    if (frame.t === 0) this.#finish(this.text.finished);
  }

  /** @param {Frame} frame */
  #begin(frame) {
    this.pause();
    this.arrived = this.frames = [];
    [this.run, this.shown, this.#live] = [frame.run, -1, true];
    Object.assign(this.log, { run: this.run, drawn: [], arrived: [], done: false });
    this.root.dataset.state = "live";
    this.part("announce").textContent = this.text.started;
    this.words.begin(frame);
    this.painter.begin(frame);
  }

  /** @param {Frame} frame */
  #add(frame) {
    this.arrived.push(frame);
    this.log.arrived.push(frame.seq);
    this.#measureScrub();
  }

  #measureScrub() {
    this.scrub.max = String(Math.max(0, this.frames.length - 1));
  }

  /** @param {string} message */
  #finish(message) {
    this.#live = false;
    this.log.done = true;
    this.root.dataset.state = "ready";
    this.part("announce").textContent = message;
    if (this.current) this.#describe(this.current, message === this.text.stopped ? message : "");
  }

  /** @param {string} url */
  async #playReel(url) {
    const reel = await fetchReel(url, this.text);
    const still = wantsStillness();
    const at = this.query?.get("at") ?? null;
    for (const next of reel.trajectory) {
      const frame = await next;
      if (this.run !== null && this.run !== REEL) return; // somebody pressed Generate meanwhile
      if (this.run === null) {
        this.log.run = this.run = REEL;
        this.painter.begin(frame);
        this.root.dataset.state = "ready";
      }
      this.#add(frame);
      if (this.frames.length === 1 && !still && at === null) this.play(); // it moves while the rest is unpacked
    }
    this.log.done = true;
    if (at !== null) this.show(Number(at) || 0);
    else if (still) this.show(this.frames.length - 1);
    this.painter.takeLearning?.(await reel.learning);
  }

  // ---- frames out ----

  get current() {
    return this.frames.at(this.shown < 0 ? this.frames.length : this.shown);
  }

  /** Other frames to go through; `arrived` goes on by itself. @param {Frame[]} frames @param {number} shown */
  open(frames, shown) {
    this.pause();
    this.#live = false;
    [this.frames, this.shown] = [frames, shown];
    this.#measureScrub();
  }

  /** @returns {import("./types").View} */
  view() {
    return /** @type {any} */ (this.root.querySelector("[data-part=views] input:checked")).value;
  }

  /** @param {Frame} frame @param {number} panel */
  sheet(frame, panel) {
    return sheetOf(frame, panel, this.view());
  }

  /** @param {number} count sprites @param {number} share of the screen's height @returns {Grid} */
  fitGrid(count, share = 0.7) {
    const height = Math.max(240, window.innerHeight * share) * pixelRatio();
    const grid = fitGrid(count, this.root.clientWidth * pixelRatio(), height, this.words.foot);
    return this.fixedScale ? { ...grid, scale: this.fixedScale, foot: 0 } : grid;
  }

  /** @param {Grid} grid */
  resize(grid) {
    return resize(this.canvas, grid.across * grid.scale, grid.down * grid.scale + grid.rows * grid.foot);
  }

  /** The sprite under the pointer, or -1. @param {MouseEvent} event @param {Grid} grid */
  spriteUnder(event, grid) {
    const box = this.canvas.getBoundingClientRect();
    const unit = this.canvas.width / box.width;
    return spriteAt((event.clientX - box.left) * unit, (event.clientY - box.top) * unit, grid, this.current?.count ?? 0);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Frame} frame @param {number} panel @param {Grid} grid */
  drawAll(pen, frame, panel, grid) {
    const sheet = this.sheet(frame, panel);
    for (let i = 0; i < frame.count; i++) {
      const [x, y] = cornerOf(i, grid);
      drawSprite(pen, frame, sheet, i, x, y, SIZE * grid.scale);
    }
    this.words.draw(pen, grid);
  }

  /** @param {number} index */
  show(index) {
    this.shown = Math.max(0, Math.min(index, this.frames.length - 1));
    const frame = this.current;
    if (!frame) return;
    this.#offerViews(frame);
    this.painter.paint(frame);
    this.scrub.value = String(this.shown);
    this.log.drawn.push(frame.seq);
    this.#describe(frame, "");
  }

  repaint() {
    if (this.current) this.painter.paint(this.current);
  }

  /** @param {Frame} frame */
  #offerViews(frame) {
    const radios = /** @type {NodeListOf<HTMLInputElement>} */ (this.part("views").querySelectorAll("input"));
    for (const radio of radios) {
      radio.disabled = !(radio.value in frame.panels[0]);
      if (radio.disabled && radio.checked) radios[0].checked = true;
    }
  }

  /** @param {Frame} frame @param {string} note */
  #describe(frame, note) {
    const share = Math.round((100 * frame.step) / frame.total);
    const level = this.text.level.replace("{t}", frame.t).replace("{T}", frame.T);
    const words = frame.caption ? [frame.caption] : [level, `${share} %`];
    if (this.#live && frame.left > 0.5) words.push(this.text.left.replace("{s}", Math.ceil(frame.left)));
    if (note) words.push(note);
    this.status.textContent = words.join(" · ");
    this.scrub.setAttribute("aria-valuetext", words[0]);
    this.part("bar").style.width = `${share}%`;
  }

  /** To those who see and to those who hear. @param {string} message */
  say(message) {
    this.part("announce").textContent = this.status.textContent = message;
  }

  // ---- controls ----

  play() {
    if (!this.frames.length) return;
    this.#live = false;
    if (this.shown >= this.frames.length - 1) this.show(0);
    this.#playing = setInterval(() => {
      if (!this.root.offsetParent) return; // in a tab that is not open, nobody sees it
      if (this.shown < this.frames.length - 1) this.show(this.shown + 1);
      else if (!this.log.done) return;
      else if (this.part("loop").getAttribute("aria-pressed") === "true") this.show(0);
      else this.pause();
    }, this.frameTime());
    this.#labelPlay();
  }

  /** Milliseconds. */
  frameTime() {
    const speed = SPEEDS[Number(this.part("speed", HTMLSelectElement).value)];
    return 1000 / ((this.frames[0].per_second ?? FRAMES_PER_SECOND) * speed);
  }

  pause() {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#labelPlay();
  }

  #toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  #labelPlay() {
    const button = this.part("play");
    button.textContent = this.#playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", this.#playing ? this.text.pause : this.text.play);
  }

  /** @param {number} index */
  seek(index) {
    this.pause();
    this.#live = false;
    if (this.frames.length) this.show(index);
  }

  #wire() {
    this.part("play").addEventListener("click", () => this.#toggle());
    this.part("back").addEventListener("click", () => this.seek(this.shown - 1));
    this.part("forward").addEventListener("click", () => this.seek(this.shown + 1));
    const loop = this.part("loop");
    loop.addEventListener("click", () => {
      loop.setAttribute("aria-pressed", String(loop.getAttribute("aria-pressed") !== "true"));
    });
    this.part("speed").addEventListener("change", () => {
      if (!this.#playing) return;
      this.pause();
      this.play();
    });
    this.scrub.addEventListener("input", () => this.seek(Number(this.scrub.value)));
    this.part("views").addEventListener("change", () => this.frames.length && this.show(this.shown));
    this.canvas.addEventListener("pointerdown", (event) => {
      const index = this.spriteUnder(event, this.fitGrid(this.current?.count ?? 1, this.tab === "watch" ? 0.7 : 0.5));
      if (index >= 0) this.chosen = index;
    });
    this.part("share").addEventListener("click", () => this.#share());
    this.root.addEventListener("keydown", (event) => this.#press(event));
    new ResizeObserver(() => this.repaint()).observe(this.root);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const target = /** @type {Element} */ (event.target);
    const own = target.closest("select, input[type=radio], input[type=range]:not([data-part=scrub])");
    if (own || event.altKey || event.ctrlKey || event.metaKey) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.seek(this.shown - 1),
      ArrowRight: () => this.seek(this.shown + 1),
      Home: () => this.seek(0),
      End: () => this.seek(this.frames.length - 1),
    };
    if (!target.closest("button")) keys[" "] = () => this.#toggle();
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // ---- the address ----

  async #share() {
    const place = { view: this.view(), at: this.shown, ...this.painter.place?.() };
    const link = `${location.origin}${location.pathname}?${queryOf({ tab: this.tab, ...this.frames[0]?.recipe, ...place })}`;
    history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      this.say(this.text.copied);
    } catch {
      this.status.textContent = this.text.in_address; // no clipboard without https; the address bar has it
    }
  }

  #restore() {
    if (!this.query) return;
    const view = CSS.escape(this.query.get("view") ?? "x");
    const radio = /** @type {HTMLInputElement | null} */ (this.part("views").querySelector(`input[value="${view}"]`));
    if (radio) radio.checked = true;
    this.painter.restore?.(this.query);
  }
}

/** @param {Record<string, string>} panel @returns {Panel} */
function decodePanel({ label, ...views }) {
  return { label, ...Object.fromEntries(Object.entries(views).map(([view, sheet]) => [view, bytesOf(sheet)])) };
}
