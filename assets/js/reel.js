// The reel was made in English; its epochs in the words of this page.
const told = (label) => label?.replace(/^epoch (\d+)$/, (_, epoch) => text.epoch_number.replace("{epoch}", epoch));

// The reel: a header's length, the header as JSON, then the pictures it points to. Fetched once for all players and the lesson.
function fetchReel(url) {
  window.spriteReel ??= fetch(url).then(async (answer) => {
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const file = await answer.arrayBuffer();
    const length = new DataView(file).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length)));
    const picture = ([start, size]) => createImageBitmap(new Blob([new Uint8Array(file, 4 + length + start, size)]));
    const unpackPanel = async ({ label, ...views }) => {
      const pictures = await Promise.all(Object.values(views).map(picture));
      return { label: told(label), ...Object.fromEntries(Object.keys(views).map((view, i) => [view, pictures[i]])) };
    };
    const unpack = async (frame) => ({
      ...frame,
      caption: told(frame.caption),
      panels: await Promise.all(frame.panels.map(unpackPanel)),
    });
    return { film: header.film.map(unpack), learning: Promise.all(header.learning.map(unpack)) };
  });
  return window.spriteReel;
}
