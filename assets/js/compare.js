// The painter of the Compare tab: several epochs that started from the same noise. Follows film.js.
// Two axes, independent of each other: the film's own slider is time, `epoch` is training. Nothing asks the server.

const [epoch, epochName, wipe, wipeFrom, lens] = ["epoch", "epoch-name", "wipe", "wipe-from", "lens"].map(part);
let chosen = 0; // the sprite under the lens
let learning = []; // one frame for each epoch of training, from the reel
let placed = null; // what an address asked for, until the first frames come
let film = null; // the frames set aside while the learning film is shown
let grid = null; // where the sprites stand on the canvas, for the pointer

const mode = () => root.querySelector("[data-part=modes] input:checked").value; // one, wipe, grid or learning

function paint(frame) {
  const painter = { one: paintOne, wipe: paintWipe, grid: paintGrid, learning: paintOne }[mode()];
  painter(frame);
  paintLens(frame);
}

const chosenPanel = (frame) => Math.min(epoch.value, frame.panels.length - 1);

function paintOne(frame) {
  grid = layout(frame.count, 0.5);
  const pen = resize(canvas, grid.across * grid.scale, grid.down * grid.scale);
  drawAll(pen, frame, chosenPanel(frame), grid);
  if (!exportScale) mark(pen);
}

function paintWipe(frame) {
  grid = layout(frame.count, 0.5);
  const [width, height] = [grid.across * grid.scale, grid.down * grid.scale];
  const pen = resize(canvas, width, height);
  const edge = Math.round((width * wipe.value) / 100);
  const sides = [
    [Number(wipeFrom.value), 0, edge],
    [Number(epoch.value), edge, width - edge],
  ];
  for (const [panel, left, across] of sides) {
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, across, height);
    pen.clip();
    drawAll(pen, frame, panel, grid);
    pen.restore();
  }
  pen.fillStyle = accent();
  pen.fillRect(edge - 1, 0, 3, height);
}

// Rows are epochs, columns moments from noise to sprite: the tutorial's overview, of the first sprites of the batch.
function paintGrid(frame) {
  const ratio = window.devicePixelRatio || 1;
  const moments = root.clientWidth < 600 ? 4 : 7;
  const each = Math.min(frame.count, 4); // 2 x 2 sprites a cell
  const side = each > 1 ? 2 : 1;
  const cell = side * (SIZE + 1) + GAP;
  const margin = 70 * ratio, head = 22 * ratio;
  const scale = Math.max(1, Math.floor((root.clientWidth * ratio - margin) / (moments * cell)));
  const pen = resize(canvas, margin + moments * cell * scale, head + frame.panels.length * cell * scale);
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.font = `${12 * ratio}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  grid = null;
  for (let column = 0; column < moments; column++) {
    const moment = frames[Math.round((column * (frames.length - 1)) / (moments - 1))];
    const x = margin + column * cell * scale;
    pen.fillText(`t ${moment.t}`, x, head / 2);
    for (let row = 0; row < frame.panels.length; row++) {
      const sheet = sheetOf(moment, row);
      const y = head + row * cell * scale;
      for (let i = 0; i < each; i++) {
        const right = (i % side) * (SIZE + 1) * scale, down = Math.floor(i / side) * (SIZE + 1) * scale;
        drawSprite(pen, moment, sheet, i, x + right, y + down, SIZE * scale);
      }
    }
  }
  for (let row = 0; row < frame.panels.length; row++) {
    pen.fillText(frame.panels[row].label, 0, head + (row + 0.5) * cell * scale - GAP * scale);
  }
}

// One sprite, large, in every epoch.
function paintLens(frame) {
  const ratio = window.devicePixelRatio || 1;
  const count = frame.panels.length;
  const room = Math.floor((root.clientWidth * ratio) / count);
  const scale = Math.max(1, Math.min(Math.floor(room / (SIZE + GAP)), Math.floor(6 * ratio)));
  const size = SIZE * scale, foot = 18 * ratio;
  const pen = resize(lens, count * (size + GAP * scale), size + foot);
  pen.font = `${12 * ratio}px system-ui, sans-serif`;
  pen.textBaseline = "bottom";
  for (let panel = 0; panel < count; panel++) {
    const x = panel * (size + GAP * scale);
    drawSprite(pen, frame, sheetOf(frame, panel), Math.min(chosen, frame.count - 1), x, 0, size);
    pen.fillStyle = getComputedStyle(lens).color;
    pen.fillText(frame.panels[panel].label ?? "", x, size + foot - 2);
  }
}

function mark(pen) {
  if (mode() !== "one" || chosen >= frames[shown].count) return;
  const { columns, scale } = grid;
  const x = (GAP / 2 + (chosen % columns) * (SIZE + GAP)) * scale;
  const y = (GAP / 2 + Math.floor(chosen / columns) * (SIZE + GAP)) * scale;
  pen.strokeStyle = accent();
  pen.lineWidth = Math.max(2, scale / 3);
  pen.strokeRect(x, y, (SIZE + GAP) * scale, (SIZE + GAP) * scale);
}

const accent = () => getComputedStyle(root).getPropertyValue("--color-accent").trim() || "#4f46e5";

function onBegin(frame) {
  if (film) leaveLearning();
  const labels = frame.panels.map((panel) => panel.label);
  epoch.max = labels.length - 1;
  epoch.value = Math.min(placed?.epoch ?? labels.length - 1, labels.length - 1);
  wipeFrom.replaceChildren(...labels.map((label, i) => new Option(label, i)));
  wipeFrom.value = Math.min(placed?.from ?? 0, labels.length - 1);
  nameEpoch();
}

function onReel(reel) {
  learning = reel.learning;
  root.querySelector("input[value=learning]").disabled = !learning.length;
}

// The part of an address that only this painter knows, and the way back from it.
const placeInAddress = () => ({ mode: mode(), epoch: epoch.value, wipe: wipe.value, from: wipeFrom.value });

function restorePlace(words) {
  const radio = root.querySelector(`[data-part=modes] input[value="${CSS.escape(words.get("mode") ?? "one")}"]`);
  if (radio && !radio.disabled) radio.checked = true;
  if (words.has("wipe")) wipe.value = words.get("wipe");
  placed = { epoch: words.get("epoch"), from: words.get("from") };
  root.dataset.mode = mode();
}

function nameEpoch() {
  const name = wipeFrom.options[epoch.value]?.text ?? "";
  epochName.textContent = name;
  epoch.setAttribute("aria-valuetext", name);
}

function enterLearning() {
  film = { frames, shown };
  pause();
  live = false;
  frames = learning;
  scrub.max = frames.length - 1;
  show(0);
  play();
}

function leaveLearning() {
  pause();
  ({ frames, shown } = film);
  film = null;
  scrub.max = Math.max(0, frames.length - 1);
}

epoch.addEventListener("input", () => {
  nameEpoch();
  if (shown >= 0) paint(frames[shown]);
});
for (const control of [wipe, wipeFrom]) control.addEventListener("input", () => shown >= 0 && paint(frames[shown]));
part("modes").addEventListener("change", () => {
  root.dataset.mode = mode();
  if (mode() === "learning") enterLearning();
  else if (film) leaveLearning();
  show(shown);
});

function spriteAt(event) {
  const box = canvas.getBoundingClientRect();
  const unit = (canvas.width / box.width / (grid?.scale ?? 1)) / (SIZE + GAP);
  const [column, row] = [(event.clientX - box.left) * unit, (event.clientY - box.top) * unit].map(Math.floor);
  const index = grid && column < grid.columns ? row * grid.columns + column : -1;
  return index < (frames[shown]?.count ?? 0) ? index : -1;
}

canvas.addEventListener("pointermove", (event) => {
  if (shown < 0 || !grid) return;
  if (mode() === "wipe") wipe.value = (100 * event.offsetX) / canvas.getBoundingClientRect().width;
  const index = spriteAt(event);
  if (index >= 0) chosen = index;
  paint(frames[shown]);
});

// The canvas itself can be focused: the arrow keys move the lens from sprite to sprite.
canvas.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(grid?.columns ?? 1), ArrowDown: grid?.columns ?? 1 };
  if (!(event.key in steps) || shown < 0) return;
  event.preventDefault();
  event.stopPropagation();
  chosen = Math.max(0, Math.min(chosen + steps[event.key], frames[shown].count - 1));
  paint(frames[shown]);
});

root.dataset.mode = mode();
