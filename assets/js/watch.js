// The painter of the Watch tab: all sprites of one epoch, as large as the screen allows. Follows film.js.
// The reel holds several epochs, and a slider goes through them; a walk and a film of training hold one.

const [epoch, epochName] = ["epoch", "epoch-name"].map(part);

const chosenPanel = (frame) => Math.min(epoch.value, frame.panels.length - 1);

function paint(frame) {
  const grid = layout(frame.count);
  drawAll(resize(canvas, grid.across * grid.scale, grid.down * grid.scale), frame, chosenPanel(frame), grid);
}

function onBegin(frame) {
  epoch.max = frame.panels.length - 1;
  epoch.value = epoch.max;
  root.dataset.panels = frame.panels.length;
  nameEpoch(frame);
}

function nameEpoch(frame) {
  epochName.textContent = frame.panels[chosenPanel(frame)].label;
  epoch.setAttribute("aria-valuetext", epochName.textContent);
}

epoch.addEventListener("input", () => {
  root.dataset.moved = "yes";
  if (shown < 0) return;
  nameEpoch(frames[shown]);
  paint(frames[shown]);
});
