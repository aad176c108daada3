// The page tells the box of a prompt (asking.js) which runs are chosen, and when the controls hold what the address asks
// for. A box that is not on the page yet finds it in `asked`. diffusion/ui/parts/prompt_box.py calls it.

globalThis.tellBox = (tab, holdsEpochs, restored, chosen, text) => {
  const runs = [chosen ?? []].flat().map((name) => (holdsEpochs ? name.replace(/\/[^/]*$/, "") : name));
  const before = globalThis.asked?.[tab];
  const detail = { tab, runs, text, restored: restored || Boolean(before?.restored) };
  globalThis.asked = { ...globalThis.asked, [tab]: detail };
  document.dispatchEvent(new CustomEvent("told", { detail }));
};
