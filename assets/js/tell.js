// The page tells the box of a prompt (asking.js) which runs are chosen, and when the controls hold what the address asks
// for. A box that is not on the page yet finds it in `asked`. diffusion/ui/parts/prompt_box.py calls it.

globalThis.tellBox = (tab, holdsEpochs, restored, chosen, text) => {
  const runs = [chosen ?? []].flat().map((name) => (holdsEpochs ? name.replace(/\/[^/]*$/, "") : name));
  const before = globalThis.asked?.[tab];
  const detail = { tab, runs, text, restored: restored || Boolean(before?.restored) };
  globalThis.asked = { ...globalThis.asked, [tab]: detail };
  document.dispatchEvent(new CustomEvent("told", { detail }));
};

// After a press: who draws, this browser or the server (place.js), is asked when what the server still draws for the tab
// has come to its end. An event that joins while another one's messages stream in may miss its own first ones, and all of
// them if the stream is just closing.
globalThis.pressPlace = async (tab) => {
  const pressed = (globalThis.pressed ??= {});
  const mine = (pressed[tab] = (pressed[tab] ?? 0) + 1);
  const place = (await globalThis.drawingPlace?.().catch(() => null)) ?? "server";
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const until = performance.now() + 2000; // in a queue, it ends only when its turn comes
  const isServing = () => globalThis.serving?.[tab] && performance.now() < until;
  if (isServing()) {
    while (isServing()) await wait(10);
    await wait(50); // for the stream to close
  }
  if (mine === pressed[tab]) globalThis.askPlace(tab, place);
  globalThis.tellDrawing(tab, false);
};

// Each has a button of its own (generation.py), which tells when it is done.
globalThis.askPlace = (tab, place) => {
  (place === "server" ? globalThis.tellServing : globalThis.tellDrawing)(tab, true);
  document.getElementById(`${tab}-${place}`).click();
};

globalThis.tellServing = (tab, isOn) => {
  globalThis.serving = { ...globalThis.serving, [tab]: (globalThis.serving?.[tab] ?? 0) + (isOn ? 1 : -1) };
  globalThis.tellDrawing(tab, isOn);
};

// A player hears when the server draws for it, and when it has ended (generate_button.js); of several that follow each
// other when the last one has. A player that is not on the page yet finds it in `drawing`.
globalThis.tellDrawing = (tab, isOn) => {
  globalThis.drawing ??= {};
  globalThis.drawing[tab] = Math.max(0, (globalThis.drawing[tab] ?? 0) + (isOn ? 1 : -1));
  document.dispatchEvent(new CustomEvent("drawing", { detail: { tab, isOn: globalThis.drawing[tab] > 0 } }));
};
