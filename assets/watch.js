// The painter of the Watch tab: all sprites of one epoch, as large as the screen allows. Follows film.js.

function paint(frame) {
  const grid = layout(frame.count);
  drawAll(resize(canvas, grid.across * grid.scale, grid.down * grid.scale), frame, frame.panels.length - 1, grid);
}
