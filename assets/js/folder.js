// @ts-check
/**
 * A folder of pictures or arrays, chosen or dropped, packed into one .zip by the browser, so that its subfolders arrive
 * with it. The component's value becomes the uploaded file as Gradio knows files.
 */

import { fill, partsOf } from "./dom.js";

const READ = /\.(a?png|gif|bmp|dib|jpe?g|jpe|jfif|webp|tga|tiff?|npy|csv|jsonl)$/i;
const ALONE = /\.(zip|npz|npy)$/i; // sent as it is where nothing else comes with it
const MEGABYTE = 2 ** 20;
const HEAD = 64; // bytes of another large file: the server names what it does not use

/** A file and where it lies in its folder. @typedef {{ path: string, file: File }} Placed */

/** @param {string} path of a file. Systems add hidden files and a few others by themselves. */
export const isWanted = (path) => !/(^|\/)(\.|__MACOSX\/|thumbs\.db$)/i.test(path);

/** What is sent of a file: of a large one that is not read only the beginning. @param {File} file */
export const partToSend = (file) => (READ.test(file.name) || file.size <= MEGABYTE ? file : file.slice(0, HEAD));

/** The files that were dropped, with those of the folders among them. @param {FileSystemEntry[]} entries @returns {Promise<Placed[]>} */
export async function filesIn(entries) {
  const found = [];
  for (const entry of entries) {
    const path = entry.fullPath.replace(/^\//, "");
    if (!isWanted(path)) continue;
    if (entry.isDirectory) found.push(...(await filesIn(await listFolder(/** @type {FileSystemDirectoryEntry} */ (entry)))));
    else found.push({ path, file: await fileOf(/** @type {FileSystemFileEntry} */ (entry)) });
  }
  return found;
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** All entries of a folder; the browser gives at most 100 at a time. @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function listFolder(folder) {
  const [reader, all] = [folder.createReader(), /** @type {FileSystemEntry[]} */ ([])];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

/** @param {import("./types").Host} host */
export function mount({ element, props, trigger, upload }) {
  const part = partsOf(element);
  const [input, status] = [part("input", HTMLInputElement), part("status")];
  const text = props.strings;

  /** @param {Placed[]} files @returns {Promise<string>} what was done, or what went wrong */
  async function send(files) {
    if (!files.length) return text.empty;
    const bytes = files.reduce((sum, { file }) => sum + partToSend(file).size, 0);
    if (bytes > props.most * MEGABYTE) return fill(text.large, { most: props.most });
    status.textContent = fill(text.packing, { count: files.length });
    try {
      const file = files.length === 1 && ALONE.test(files[0].path) ? files[0].file : await pack(files);
      const { path, url } = await upload(file);
      props.value = { path, url, orig_name: file.name, size: file.size, meta: { _type: "gradio.FileData" } };
      trigger("change");
      return fill(text.sent, { name: file.name, count: files.length });
    } catch {
      return text.failed;
    }
  }

  async function take() {
    const files = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath, file }));
    input.value = ""; // the same folder can be chosen again
    status.textContent = await send(files.filter(({ path }) => isWanted(path)));
  }

  input.addEventListener("change", take);
  if (input.files?.length) take(); // chosen before this module was there

  const place = element.closest("#train-upload");
  if (place instanceof HTMLElement) takeDropped(place, async (entries) => (status.textContent = await send(await filesIn(entries))));
}

/**
 * Everything that is dropped on a place, before what lies in it gets the event: that would take files only.
 * @param {HTMLElement} place @param {(entries: FileSystemEntry[]) => unknown} take
 */
function takeDropped(place, take) {
  /** @param {DragEvent} event */
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {DragEvent} event */
  function over(event) {
    if (!hasFiles(event)) return;
    event.preventDefault(); // otherwise the browser opens the file
    place.classList.add("is-dropping");
  }
  place.addEventListener("dragenter", over, true);
  place.addEventListener("dragover", over, true);
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(/** @type {Node | null} */ (event.relatedTarget))) place.classList.remove("is-dropping");
  });
  place.addEventListener("drop", (event) => {
    place.classList.remove("is-dropping");
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const found = entries.filter((entry) => entry !== null);
    if (!found.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(found);
  }, true);
}

/** @param {Placed[]} files */
async function pack(files) {
  const { zipSync } = await import("../vendor/fflate.js");
  /** @type {Record<string, [Uint8Array, { level: 0 }]>} */
  const contents = {};
  for (const { path, file } of files) {
    contents[path] = [new Uint8Array(await partToSend(file).arrayBuffer()), { level: 0 }];
  }
  const [folder, ...below] = files[0].path.split("/");
  const name = below.length ? folder : "pictures";
  return new File([zipSync(contents, {})], `${name}.zip`, { type: "application/zip" });
}
