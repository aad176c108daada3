// The page tells the box of a prompt (asking.js) which runs are chosen, and when the controls hold what the address asks
// for. A box that is not on the page yet finds it in `asked`. diffusion/ui/parts/prompt_box.py calls it.

globalThis.tellBox = (tab, holdsEpochs, restored, chosen, text) => {
  const runs = [chosen ?? []].flat().map((name) => (holdsEpochs ? name.replace(/\/[^/]*$/, "") : name));
  const before = globalThis.asked?.[tab];
  const detail = { tab, runs, text, restored: restored || Boolean(before?.restored) };
  globalThis.asked = { ...globalThis.asked, [tab]: detail };
  document.dispatchEvent(new CustomEvent("told", { detail }));
};

// Who draws, this browser or the server (place.js), is asked by a button of its own (generation.py).
globalThis.pressPlace = async (tab) => {
  const place = (await globalThis.drawingPlace?.().catch(() => null)) ?? "server";
  document.getElementById(`${tab}-${place}`)?.click();
  globalThis.tellDrawing(tab, false);
};

// A player hears when the server draws for it, and when it has ended (generate_button.js); of several that follow each
// other when the last one has. A player that is not on the page yet finds it in `drawing`.
globalThis.tellDrawing = (tab, isOn) => {
  globalThis.drawing ??= {};
  globalThis.drawing[tab] = Math.max(0, (globalThis.drawing[tab] ?? 0) + (isOn ? 1 : -1));
  document.dispatchEvent(new CustomEvent("drawing", { detail: { tab, isOn: globalThis.drawing[tab] > 0 } }));
};
