// Take it with you: what a player shows, as files made in the browser, and as an address. After libraries.js, film.js and a painter.

const query = new URLSearchParams(location.search);
let exportScale = null; // while a film is written: sprite pixels in picture pixels, instead of what the screen allows

function download(content, name, type) {
  const link = document.createElement("a");
  link.download = name;
  link.href = content instanceof Blob || type ? URL.createObjectURL(new Blob([content], { type })) : content;
  link.click();
  if (link.href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const pngOf = (target) => new Promise((resolve) => target.toBlob(resolve, "image/png"));
const panelShown = (frame) => (typeof chosenPanel === "function" ? chosenPanel(frame) : frame.panels.length - 1);

function copyOfSheet(frame) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [frame.columns * SIZE, frame.rows * SIZE];
  copy.getContext("2d").drawImage(sheetOf(frame, panelShown(frame)), 0, 0);
  return copy;
}

async function saveGif(name) {
  const { GIFEncoder, quantize, applyPalette } = await vendor("gifenc");
  const gif = GIFEncoder();
  const [back, hold] = [shown, 1500];
  exportScale = 3;
  try {
    for (let i = 0; i < frames.length; i++) {
      paint(frames[i]);
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 3; at < data.length; at += 4) {
        if (!data[at]) data.fill(255, at - 3, at + 1); // gaps are white, as on the page
      }
      const palette = quantize(data, 256);
      const delay = i === frames.length - 1 ? hold : frameTime();
      gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
      status.textContent = text.gif.replace("{done}", i + 1).replace("{total}", frames.length);
      if (i % 4 === 0) await new Promise(requestAnimationFrame);
    }
  } finally {
    exportScale = null;
    show(back);
  }
  gif.finish();
  download(gif.bytes(), `${name}.gif`, "image/gif");
}

async function saveZip(name) {
  const { zipSync } = await vendor("fflate");
  const frame = frames[shown];
  const one = document.createElement("canvas");
  one.width = one.height = SIZE;
  const files = {};
  for (let i = 0; i < frame.count; i++) {
    drawSprite(one.getContext("2d"), frame, sheetOf(frame, panelShown(frame)), i, 0, 0, SIZE);
    const png = await (await pngOf(one)).arrayBuffer();
    files[`${name}-${String(i + 1).padStart(2, "0")}.png`] = [new Uint8Array(png), { level: 0 }];
  }
  download(zipSync(files), `${name}.zip`, "application/zip");
}

const SAVE = {
  gif: saveGif,
  sheet: async (name) => download(await pngOf(copyOfSheet(frames[shown])), `${name}-native.png`),
  picture: async (name) => download(await pngOf(canvas), `${name}.png`),
  zip: saveZip,
  recipe: async (name) => {
    if (!frames[0].recipe) throw new Error(text.no_recipe);
    download(JSON.stringify(frames[0].recipe, null, 2) + "\n", `${name}.json`, "application/json");
  },
};

async function save(kind) {
  if (shown < 0) return;
  pause();
  const panel = frames[shown].panels[panelShown(frames[shown])].label.replace(/[^\p{L}\p{N}]+/gu, "-");
  try {
    await SAVE[kind](`sprites-${panel}-${view()}-level-${frames[shown].t}`);
  } catch (problem) {
    announce.textContent = status.textContent = `${text.failed}: ${problem.message}`;
  }
}

// Everything that leads back to what is shown: the recipe, and where in it we stand.
function address() {
  const state = { tab: props.tab, ...frames[0]?.recipe, view: view(), at: shown };
  if (typeof placeInAddress === "function") Object.assign(state, placeInAddress());
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) words.set(name, Array.isArray(value) ? value.join(",") : value);
  return `${location.origin}${location.pathname}?${words}`;
}

async function share() {
  const link = address();
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link);
    announce.textContent = status.textContent = text.copied;
  } catch {
    status.textContent = text.in_address; // no clipboard without https; the address bar has it
  }
}

function restoreView() {
  if (query.get("tab") !== props.tab) return;
  const wanted = part("views").querySelector(`input[value="${CSS.escape(query.get("view") ?? "x")}"]`);
  if (wanted) wanted.checked = true;
  if (typeof restorePlace === "function") restorePlace(query);
}

part("save").addEventListener("change", (event) => {
  const kind = event.target.value;
  event.target.value = "";
  if (kind) save(kind);
});
part("share").addEventListener("click", share);
restoreView();
