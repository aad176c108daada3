// @ts-check
/**
 * The player: the frames of one trajectory, kept as they arrive, and the controls to go through them.
 *
 * diffusion/ui/parts/player.py sends only the newest frame; the history is kept here, and after the last frame nothing
 * needs the server. An address that asks for nothing shows the shipped reel. A painter (watch.js, compare.js) paints a
 * frame, playing.js moves from one to the next.
 */

import { canvasName, sourceOf, statusOf } from "./about_frames.js";
import { fill, wantsStillness } from "./dom.js";
import { followDrawing } from "./generate_button.js";
import { Here } from "./here.js";
import { asksToDraw, queryFor } from "./link.js";
import { durationOf, frameAt, frameOfLevel, placeOf } from "./pace.js";
import { bytesOf } from "./pixels.js";
import { restore } from "./player_address.js";
import { wireControls } from "./player_controls.js";
import { Playing } from "./playing.js";
import { fetchReel, pickSprites } from "./reel.js";
import { wireSaving } from "./saving.js";
import { Stage } from "./stage.js";

/** @typedef {import("./types").Frame} Frame */
/** @typedef {import("./types").Painter} Painter @typedef {import("./types").Panel} Panel */

const SPEEDS = [0.25, 0.5, 1, 2]; // times as fast as the frames are meant to be played
const SCRUB = 1000; // the slider's end
const REEL = "reel"; // the run of its frames

export class Player extends Stage {
  /** The frames of the newest run. @type {Frame[]} */
  arrived = [];
  /** Those that are gone through: `arrived`, or what a painter has opened. */
  frames = this.arrived;
  /** @type {string | null} */
  run = null;
  shown = -1; // index of the frame on the canvas
  /** @type {{ run: string | null, drawn: number[], arrived: number[], done: boolean }} */
  log = { run: null, drawn: [], arrived: [], done: false };
  /** Whether all frames of the newest run are there. */
  isComplete = false;
  /** The newest run is collected, and shown when it is finished. Set before its first frame comes. */
  isQuiet = false;
  #isLive = false; // the newest run is followed
  /** Where an address stands, until its frames are there. @type {import("./player_address.js").Moment | null} */
  #wanted = null;

  /** @param {import("./types").Host} host @param {(player: Player) => Painter} makePainter */
  constructor(host, makePainter) {
    super(host);
    const { element, props, watch, early } = host;
    this.scrub = this.part("scrub", HTMLInputElement);
    this.status = this.part("status");
    const query = queryFor(location.search, this.tab);
    element.playerLog = this.log; // for tests and for the curious
    this.playing = new Playing(this);
    this.here = new Here(this);
    this.painter = makePainter(this);
    wireControls(this);
    wireSaving(this);
    this.#wanted = restore(this, query);
    const isAsked = Boolean(query && asksToDraw(query));
    for (const frame of early.flat()) this.receive(frame);
    watch("value", () => [props.value].flat().forEach((frame) => this.receive(frame))); // one, or several that were missed
    if (props.reel && !isAsked) this.#playReel(props.reel);
    else if (isAsked) this.part("hint").textContent = this.text.drawing;
    followDrawing(this.tab, this.text, (isOn) => this.#hearDrawing(isOn));
  }

  // ---- frames in ----

  /** @param {any} frame as Python sends it: its sheets are base64 */
  receive(frame) {
    if (!frame) return;
    if (frame.plan !== undefined) {
      this.here.begin(frame.run, frame.plan);
      return;
    }
    this.here.leaveTo(frame.run);
    if (frame.ended) {
      if (frame.run === this.run) this.#finish(this.text.stopped);
      return;
    }
    if (frame.run !== this.run) this.#begin(frame);
    const last = this.arrived.at(-1);
    if (last && frame.seq <= last.seq) return; // an old message, seen again
    this.arrived.push({ ...frame, panels: frame.panels.map(decodePanel) });
    this.log.arrived.push(frame.seq);
    this.isComplete = frame.t === 0;
    if (this.#isLive && frame.per_second) this.show(this.frames.length - 1); // an epoch of a training
    else if (this.#isLive && this.frames.length === 1) this.#follow();
    if (this.isComplete && (!this.#isLive || frame.per_second)) this.#finish(this.text.finished);
    else if (this.isComplete && !this.playing.isSeen) this.rest(); // #follow ends
  }

  /** @param {Frame} frame */
  #begin(frame) {
    this.pause();
    this.isQuiet = (this.isQuiet && this.frames.length > 0) || (wantsStillness() && !frame.per_second);
    [this.arrived, this.run, this.#isLive, this.isComplete] = [[], frame.run, !this.isQuiet, false];
    Object.assign(this.log, { run: this.run, drawn: [], arrived: [], done: false });
    this.root.dataset.state = this.isQuiet && !this.frames.length ? "empty" : "live";
    this.part("announce").textContent = this.text.started;
    if (!this.isQuiet) this.#open(frame);
  }

  /** Shows `arrived` from now on. @param {Frame} first */
  #open(first) {
    [this.frames, this.shown] = [this.arrived, -1];
    this.words.begin(first);
    this.painter.begin(first);
  }

  async #follow() {
    const { run } = this;
    this.show(0);
    await this.playing.follow();
    if (run !== this.run || this.log.done) return;
    this.#isLive = false;
    if (this.isComplete) this.#finish(this.text.finished); // or when the last one comes
  }

  /** @param {string} message */
  #finish(message) {
    const isStopped = message === this.text.stopped;
    if (this.isQuiet && this.arrived.length) this.#open(this.arrived[0]);
    if (this.isQuiet || this.#wanted) this.#stand();
    else if (isStopped && this.#isLive) this.rest();
    this.#isLive = this.isQuiet = false;
    this.isComplete = this.log.done = true;
    this.root.dataset.state = "ready";
    this.part("announce").textContent = message;
    if (this.current) this.status.textContent = statusOf(this.text, this.current, isStopped ? message : "");
    if (!isStopped) this.painter.keep?.(this.arrived);
  }

  /** At the last frame, or where an address wants it. */
  #stand() {
    const { level, at } = this.#wanted ?? {};
    this.#wanted = null;
    if (level !== undefined) this.show(frameOfLevel(this.frames, level));
    else this.show(at ?? this.frames.length - 1);
  }

  /** The finished sprites first, then the others. @param {string} url */
  async #playReel(url) {
    const reel = await fetchReel(url, this.text);
    /** @param {Frame} frame */
    const pick = (frame) => pickSprites(frame, this.tab);
    const finished = pick(await reel.trajectory[reel.trajectory.length - 1]);
    if (this.run !== null) return; // somebody had others drawn meanwhile
    this.log.run = this.run = REEL;
    this.arrived = this.frames = [finished];
    this.painter.begin(finished);
    this.root.dataset.state = "ready";
    this.show(0);
    const all = (await Promise.all(reel.trajectory)).map(pick);
    if (this.run !== REEL) return;
    this.log.arrived = all.map(({ seq }) => seq);
    const isAtEnd = this.frames === this.arrived;
    this.arrived = all;
    if (isAtEnd) [this.frames, this.shown] = [all, all.length - 1];
    this.isComplete = this.log.done = true;
    if (this.#wanted) this.#stand();
    else if (isAtEnd && !wantsStillness()) this.playing.perform();
    this.painter.takeLearning?.((await reel.learning).map(pick));
  }

  /** The server begins or ends to draw for this player. @param {boolean} isOn */
  #hearDrawing(isOn) {
    if (isOn && this.playing.isOn) this.rest();
    if (isOn && this.frames.length) this.stage.scrollIntoView({ block: "nearest" }); // where the button lies far below
    if (!isOn && !this.frames.length) this.part("hint").textContent = this.text.not_drawn;
    if (!isOn && this.log.done) this.isQuiet = false; // nothing came
  }

  // ---- frames out ----

  get current() {
    return this.frames.at(this.shown < 0 ? this.frames.length : this.shown);
  }

  get isReel() {
    return this.run === REEL;
  }

  get isAtEnd() {
    return this.shown >= this.frames.length - 1;
  }

  get speed() {
    return SPEEDS[Number(this.part("speed", HTMLSelectElement).value)];
  }

  /** Other frames to go through; `arrived` goes on by itself. @param {Frame[]} frames @param {number} shown */
  open(frames, shown) {
    this.pause();
    this.#isLive = this.isQuiet = false;
    [this.frames, this.shown] = [frames, shown];
  }

  /** @param {number} index */
  show(index) {
    this.shown = Math.max(0, Math.min(index, this.frames.length - 1));
    this.fading = null;
    const frame = this.current;
    if (!frame) return;
    this.offerViews(frame);
    this.#paint(frame);
    this.scrub.value = String(SCRUB * placeOf(this.frames, this.shown));
    this.log.drawn.push(frame.seq);
    const left = this.#isLive && frame.left > 0.5 ? fill(this.text.left, { s: Math.ceil(frame.left) }) : "";
    this.status.textContent = statusOf(this.text, frame, left);
    this.scrub.setAttribute("aria-valuetext", statusOf(this.text, frame));
    const { level = -1, at = Infinity } = this.#wanted ?? {};
    if (this.#isLive && (frame.t <= level || this.shown >= at)) this.pause(); // the address stands here
  }

  /** On the way to another frame. @param {number} index @param {number} share of the way */
  fade(index, share) {
    const frame = this.current;
    if (!frame) return;
    this.fading = { frame: this.frames[index], share };
    this.painter.paint(frame);
    const [from, to] = [placeOf(this.frames, this.shown), placeOf(this.frames, index)];
    this.scrub.value = String(SCRUB * (from + share * (to - from)));
  }

  repaint() {
    if (this.current) this.#paint(this.current);
  }

  /** Others draw from the frame that is on the canvas: they hear "frame-shown" on the root. @param {Frame} frame */
  #paint(frame) {
    this.painter.paint(frame);
    this.#name(frame);
    const detail = { frame, index: this.shown, panel: this.painter.panelShown(frame) };
    this.root.dispatchEvent(new CustomEvent("frame-shown", { detail }));
  }

  /** Looks closely at a sprite; "sprite-chosen" says which, and "frame-shown" comes again. @param {number} index */
  choose(index) {
    this.chosen = index;
    this.root.dispatchEvent(new CustomEvent("sprite-chosen", { detail: { index } }));
    this.repaint();
  }

  /** What is on the canvas, to those who see and to those who hear. @param {Frame} frame */
  #name(frame) {
    const about = { frame, recipe: this.frames[0].recipe, panel: this.painter.panelShown(frame), isReel: this.isReel };
    this.part("source").textContent = this.tab === "watch" ? sourceOf(this.text, about) : "";
    const name = (this.painter.nameCanvas?.(frame) ?? canvasName(this.text, about)) + this.words.all;
    if (this.canvas.getAttribute("aria-label") !== name) this.canvas.setAttribute("aria-label", name);
  }

  /** To those who see and to those who hear. @param {string} message */
  say(message) {
    this.part("announce").textContent = this.status.textContent = message;
  }

  // ---- controls ----

  /** Milliseconds of a frame, on average. */
  frameTime() {
    return durationOf(this.frames) / this.speed / Math.max(1, this.frames.length - 1);
  }

  play() {
    if (!this.frames.length) return;
    this.#isLive = false;
    this.playing.play(() => this.part("loop").getAttribute("aria-pressed") === "true");
  }

  pause() {
    this.playing.pause();
    this.fading = null;
  }

  toggle() {
    if (this.playing.isOn) this.pause();
    else this.play();
  }

  /** @param {number} index */
  seek(index) {
    this.pause();
    this.#isLive = false;
    this.#wanted = null;
    if (this.frames.length) this.show(index);
  }

  /** @param {number} place between noise (0) and sprites (1) */
  seekPlace(place) {
    if (this.frames.length) this.seek(frameAt(this.frames, place));
  }

  /** At the finished sprites. */
  rest() {
    this.seek(this.frames.length - 1);
  }

}

/** @param {Record<string, string>} panel @returns {Panel} */
function decodePanel({ label, ...views }) {
  return { label, ...Object.fromEntries(Object.entries(views).map(([view, sheet]) => [view, bytesOf(sheet)])) };
}
