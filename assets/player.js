// The player: a canvas that shows the frames of one walk, live while they arrive and again as often as one likes.
// Runs as the body of gr.HTML's js_on_load, with `element`, `props` and `watch` given. A frame is what
// diffusion/ui/player.py sends; the newest travels, the history is kept here, and nothing here calls the server.

const SIZE = 16; // pixels a sprite
const GAP = 2; // sprite pixels between two sprites
const text = props.strings;
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const [root, canvas, scrub, status, announce] = ["root", "canvas", "scrub", "status", "announce"].map(part);
const sheet = document.createElement("canvas"); // one frame at native size
const SPEEDS = [5, 12, 25, 50]; // frames a second

let frames = []; // decoded, in order: {seq, step, total, t, T, left, count, x, x0, eps}
let run = null;
let shown = -1; // index of the frame on the canvas
let live = false; // frames are still expected, and the newest is followed
let playing = null; // the timer while playing back
const log = (element.playerLog = { run: null, drawn: [], arrived: [], done: false }); // for tests and for the curious

function decode(base64) {
  const binary = atob(base64);
  const bytes = new Uint8ClampedArray(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function receive(frame) {
  if (!frame) return;
  if (frame.ended) {
    if (frame.run === run || frame.run === undefined) finish(text.stopped);
    return;
  }
  if (frame.run !== run) begin(frame);
  if (frames.length && frame.seq <= frames[frames.length - 1].seq) return; // an old message, seen again
  const [panel] = frame.panels;
  frames.push({ ...frame, x: decode(panel.x), x0: decode(panel.x0), eps: decode(panel.eps), panels: undefined });
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
}

function finish(message) {
  live = false;
  log.done = true;
  root.dataset.state = "ready";
  announce.textContent = message;
  if (shown >= 0) describe(frames[shown], message === text.stopped ? message : "");
}

function view() {
  return root.querySelector("input[type=radio]:checked").value; // x, eps or x0
}

// As large as the screen allows: the number of columns that gives the largest sprites, by whole screen pixels;
// full rows are worth a little size.
function layout(count) {
  const ratio = window.devicePixelRatio || 1;
  const width = root.clientWidth * ratio;
  const height = Math.max(240, window.innerHeight * 0.7) * ratio;
  let best = { worth: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = columns * (SIZE + GAP) + GAP, down = rows * (SIZE + GAP) + GAP;
    const scale = Math.max(1, Math.floor(Math.min(width / across, height / down)));
    const worth = scale * (count % columns ? 0.8 : 1);
    if (worth > best.worth) best = { columns, across, down, scale, worth };
  }
  return { ...best, ratio };
}

function show(index) {
  if (!frames.length) return;
  shown = Math.max(0, Math.min(index, frames.length - 1));
  const frame = frames[shown];
  const { columns, across, down, scale, ratio } = layout(frame.count);
  if (canvas.width !== across * scale || canvas.height !== down * scale) {
    canvas.width = across * scale;
    canvas.height = down * scale;
    canvas.style.width = `${canvas.width / ratio}px`;
    canvas.style.height = `${canvas.height / ratio}px`;
  }
  paintSheet(frame);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < frame.count; i++) {
    const x = (GAP + (i % columns) * (SIZE + GAP)) * scale, y = (GAP + Math.floor(i / columns) * (SIZE + GAP)) * scale;
    const from = [(i % frame.columns) * SIZE, Math.floor(i / frame.columns) * SIZE];
    pen.drawImage(sheet, ...from, SIZE, SIZE, x, y, SIZE * scale, SIZE * scale);
  }
  scrub.value = shown;
  log.drawn.push(frame.seq);
  describe(frame, "");
}

function paintSheet(frame) {
  const rgb = frame[view()];
  [sheet.width, sheet.height] = [frame.columns * SIZE, frame.rows * SIZE];
  const pen = sheet.getContext("2d");
  const image = pen.createImageData(sheet.width, sheet.height);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    image.data[to] = rgb[from];
    image.data[to + 1] = rgb[from + 1];
    image.data[to + 2] = rgb[from + 2];
    image.data[to + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}

function describe(frame, note) {
  const share = Math.round((100 * frame.step) / frame.total);
  const words = [text.level.replace("{t}", frame.t).replace("{T}", frame.T), `${share} %`];
  if (live && frame.left > 0.5) words.push(text.left.replace("{s}", Math.ceil(frame.left)));
  if (note) words.push(note);
  status.textContent = words.join(" · ");
  scrub.setAttribute("aria-valuetext", words[0]);
  part("bar").style.width = `${share}%`;
}

function play() {
  if (!frames.length) return;
  live = false;
  if (shown >= frames.length - 1) show(0);
  const speed = SPEEDS[part("speed").value];
  playing = setInterval(() => {
    if (shown < frames.length - 1) show(shown + 1);
    else if (part("loop").getAttribute("aria-pressed") === "true") show(0);
    else if (log.done) pause();
  }, 1000 / speed);
  buttonFor(true);
}

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

function save() {
  if (shown < 0) return;
  const link = document.createElement("a");
  link.download = `sprites-${view()}-level-${frames[shown].t}.png`;
  link.href = canvas.toDataURL("image/png");
  link.click();
}

part("play").addEventListener("click", () => (playing ? pause() : play()));
part("back").addEventListener("click", () => look(shown - 1));
part("forward").addEventListener("click", () => look(shown + 1));
part("save").addEventListener("click", save);
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
for (const radio of root.querySelectorAll("input[type=radio]")) radio.addEventListener("change", () => show(shown));

root.addEventListener("keydown", (event) => {
  if (event.target.closest("select, input[type=radio]") || event.altKey || event.ctrlKey || event.metaKey) return;
  const onButton = event.target.closest("button");
  const keys = {
    ArrowLeft: () => look(shown - 1),
    ArrowRight: () => look(shown + 1),
    Home: () => look(0),
    End: () => look(frames.length - 1),
  };
  if (!onButton) keys[" "] = () => (playing ? pause() : play());
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

new ResizeObserver(() => shown >= 0 && show(shown)).observe(root);
watch("value", () => receive(props.value));
