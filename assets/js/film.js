// What every player shares: the frames of one walk, kept as they arrive, and the controls to go through them.
// The file follows reel.js, is followed by a painter (watch.js, compare.js) and export.js, and runs with them as the body of gr.HTML's js_on_load,
// with `element`, `props` and `watch` given. The painter defines paint(frame) and may define onBegin(frame).
//
// A frame is what diffusion/ui/player.py sends. Only the newest travels; the history is kept here, and after the
// last frame nothing needs the server. Until the first one comes, the shipped reel (diffusion/reel.py) plays.

const SIZE = 16; // pixels a sprite
const GAP = 2; // sprite pixels between two sprites
const text = props.strings;
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const [root, canvas, scrub, status, announce] = ["root", "canvas", "scrub", "status", "announce"].map(part);
const SPEEDS = [0.25, 0.5, 1, 2]; // times as fast as the film is meant to be played
const FRAMES_PER_SECOND = 25; // of a film that does not say

let frames = []; // in order: {seq, step, total, t, T, left, count, columns, rows, panels: [{label, x, x0, eps}]}
let run = null;
let shown = -1; // index of the frame on the canvas
let live = false; // frames are still expected, and the newest is followed
let playing = null; // the timer while playing back
const log = (element.playerLog = { run: null, drawn: [], arrived: [], done: false }); // for tests and for the curious

// ---- frames in ----

function decode(base64) {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function decodePanel({ label, ...views }) {
  return { label, ...Object.fromEntries(Object.entries(views).map(([view, sheet]) => [view, decode(sheet)])) };
}

function receive(frame) {
  if (!frame) return;
  if (frame.ended) {
    if (frame.run === run) finish(text.stopped);
    return;
  }
  if (frame.run !== run) begin(frame);
  if (frames.length && frame.seq <= frames[frames.length - 1].seq) return; // an old message, seen again
  frames.push({ ...frame, panels: frame.panels.map(decodePanel) });
  log.arrived.push(frame.seq);
  scrub.max = frames.length - 1;
  if (live) show(frames.length - 1);
  if (frame.t === 0) finish(text.finished);
}

function begin(frame) {
  pause();
  [run, frames, shown, live] = [frame.run, [], -1, true];
  Object.assign(log, { run, drawn: [], arrived: [], done: false });
  root.dataset.state = "live";
  announce.textContent = text.started;
  if (typeof onBegin === "function") onBegin(frame);
}

function finish(message) {
  live = false;
  log.done = true;
  root.dataset.state = "ready";
  announce.textContent = message;
  if (shown >= 0) describe(frames[shown], message === text.stopped ? message : "");
}

// ---- frames out ----

async function loadReel(url) {
  const reel = await fetchReel(url);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const asked = query.get("tab") === props.tab && query.has("at");
  for (const next of reel.film) {
    const frame = await next;
    if (run !== null && run !== "reel") return; // somebody pressed Generate meanwhile
    if (run === null) {
      log.run = run = "reel";
      if (typeof onBegin === "function") onBegin(frame);
      root.dataset.state = "ready";
    }
    frames.push(frame);
    log.arrived.push(frame.seq);
    scrub.max = frames.length - 1;
    if (frames.length === 1 && !still && !asked) play(); // it moves while the rest is unpacked
  }
  log.done = true;
  if (asked) show(Number(query.get("at")) || 0);
  else if (still) show(frames.length - 1);
  if (typeof onReel === "function") onReel({ learning: await reel.learning });
}

function offerViews(frame) {
  for (const radio of part("views").querySelectorAll("input")) {
    radio.disabled = !(radio.value in frame.panels[0]);
    if (radio.disabled && radio.checked) part("views").querySelector("input").checked = true;
  }
}

function view() {
  return root.querySelector("[data-part=views] input:checked").value; // x, eps or x0
}

const scratch = document.createElement("canvas"); // one sheet at native size

function sheetOf(frame, panel) {
  const rgb = frame.panels[panel][view()];
  if (rgb instanceof ImageBitmap) return rgb;
  [scratch.width, scratch.height] = [frame.columns * SIZE, frame.rows * SIZE];
  const pen = scratch.getContext("2d");
  const image = pen.createImageData(scratch.width, scratch.height);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    image.data[to] = rgb[from];
    image.data[to + 1] = rgb[from + 1];
    image.data[to + 2] = rgb[from + 2];
    image.data[to + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
  return scratch;
}

// As large as the screen allows: the number of columns that gives the largest sprites, by whole screen pixels;
// full rows are worth a little size, and of two that are alike the flatter sheet is better.
function layout(count, share = 0.7) {
  const ratio = window.devicePixelRatio || 1;
  const width = root.clientWidth * ratio;
  const height = Math.max(240, window.innerHeight * share) * ratio;
  let best = { worth: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = columns * (SIZE + GAP) + GAP, down = rows * (SIZE + GAP) + GAP;
    const scale = Math.max(1, Math.floor(Math.min(width / across, height / down)));
    const worth = scale * (count % columns ? 0.8 : 1);
    if (worth >= best.worth) best = { columns, across, down, scale, worth };
  }
  return { ...best, scale: exportScale ?? best.scale };
}

// The canvas in screen pixels, so that a sprite's pixel is a whole number of them at every zoom.
function resize(target, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (target.width !== width || target.height !== height) {
    [target.width, target.height] = [width, height];
    [target.style.width, target.style.height] = [`${width / ratio}px`, `${height / ratio}px`];
  }
  const pen = target.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingEnabled = false;
  pen.clearRect(0, 0, width, height);
  return pen;
}

function drawSprite(pen, frame, sheet, i, x, y, size) {
  const from = [(i % frame.columns) * SIZE, Math.floor(i / frame.columns) * SIZE];
  pen.drawImage(sheet, ...from, SIZE, SIZE, x, y, size, size);
}

function drawAll(pen, frame, panel, { columns, scale }) {
  const sheet = sheetOf(frame, panel);
  for (let i = 0; i < frame.count; i++) {
    const x = GAP + (i % columns) * (SIZE + GAP), y = GAP + Math.floor(i / columns) * (SIZE + GAP);
    drawSprite(pen, frame, sheet, i, x * scale, y * scale, SIZE * scale);
  }
}

function show(index) {
  if (!frames.length) return;
  shown = Math.max(0, Math.min(index, frames.length - 1));
  offerViews(frames[shown]);
  paint(frames[shown]);
  scrub.value = shown;
  log.drawn.push(frames[shown].seq);
  describe(frames[shown], "");
}

function describe(frame, note) {
  const share = Math.round((100 * frame.step) / frame.total);
  const words = frame.caption ? [frame.caption] : [text.level.replace("{t}", frame.t).replace("{T}", frame.T), `${share} %`];
  if (live && frame.left > 0.5) words.push(text.left.replace("{s}", Math.ceil(frame.left)));
  if (note) words.push(note);
  status.textContent = words.join(" · ");
  scrub.setAttribute("aria-valuetext", words[0]);
  part("bar").style.width = `${share}%`;
}

// ---- controls ----

function play() {
  if (!frames.length) return;
  live = false;
  if (shown >= frames.length - 1) show(0);
  playing = setInterval(() => {
    if (shown < frames.length - 1) show(shown + 1);
    else if (!log.done) return;
    else if (part("loop").getAttribute("aria-pressed") === "true") show(0);
    else pause();
  }, frameTime());
  buttonFor(true);
}

const frameTime = () => 1000 / ((frames[0].per_second ?? FRAMES_PER_SECOND) * SPEEDS[part("speed").value]); // ms

function pause() {
  clearInterval(playing);
  playing = null;
  buttonFor(false);
}

function buttonFor(running) {
  const button = part("play");
  button.textContent = running ? "❚❚" : "▶";
  button.setAttribute("aria-label", running ? text.pause : text.play);
}

function look(index) {
  pause();
  live = false;
  show(index);
}

part("play").addEventListener("click", () => (playing ? pause() : play()));
part("back").addEventListener("click", () => look(shown - 1));
part("forward").addEventListener("click", () => look(shown + 1));
part("loop").addEventListener("click", (event) => {
  const pressed = event.currentTarget.getAttribute("aria-pressed") !== "true";
  event.currentTarget.setAttribute("aria-pressed", pressed);
});
part("speed").addEventListener("change", () => {
  if (playing) {
    pause();
    play();
  }
});
scrub.addEventListener("input", () => look(Number(scrub.value)));
part("views").addEventListener("change", () => show(shown));

root.addEventListener("keydown", (event) => {
  const own = event.target.closest("select, input[type=radio], input[type=range]:not([data-part=scrub])");
  if (own || event.altKey || event.ctrlKey || event.metaKey) return;
  const keys = {
    ArrowLeft: () => look(shown - 1),
    ArrowRight: () => look(shown + 1),
    Home: () => look(0),
    End: () => look(frames.length - 1),
  };
  if (!event.target.closest("button")) keys[" "] = () => (playing ? pause() : play());
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

new ResizeObserver(() => shown >= 0 && paint(frames[shown])).observe(root);
watch("value", () => [props.value].flat().forEach(receive)); // one frame, or several that were missed
queueMicrotask(() => props.reel && loadReel(props.reel)); // when the painter below is there
