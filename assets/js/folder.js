// @ts-check
/**
 * A folder of pictures or arrays, packed into one .zip by the browser, so that its subfolders arrive with it.
 * The component's value becomes the uploaded file as Gradio knows files.
 */

import { partsOf } from "./dom.js";

const READ = /\.(a?png|gif|bmp|dib|jpe?g|jpe|jfif|webp|tga|tiff?|npy|csv|jsonl)$/i;
const MEGABYTE = 2 ** 20;
const HEAD = 64; // bytes of another large file: the server names what it does not use

/** @param {string} path of a file. Systems add hidden files and a few others by themselves. */
export const isWanted = (path) => !/(^|\/)(\.|__MACOSX\/|thumbs\.db$)/i.test(path);

/** What is sent of a file: of a large one that is not read only the beginning. @param {File} file */
export const partToSend = (file) => (READ.test(file.name) || file.size <= MEGABYTE ? file : file.slice(0, HEAD));

/** @param {import("./types").Host} host */
export function mount({ element, props, trigger, upload }) {
  const part = partsOf(element);
  const [input, status] = [part("input", HTMLInputElement), part("status")];
  const text = props.strings;

  /** @param {File[]} files @returns {Promise<string>} what went wrong, or "" */
  async function send(files) {
    if (!files.length) return text.empty;
    const bytes = files.reduce((sum, file) => sum + partToSend(file).size, 0);
    if (bytes > props.most * MEGABYTE) return text.large.replace("{most}", props.most);
    status.textContent = text.packing.replace("{count}", files.length);
    try {
      const zip = await pack(files);
      const { path, url } = await upload(zip);
      props.value = { path, url, orig_name: zip.name, size: zip.size, meta: { _type: "gradio.FileData" } };
      trigger("change");
      return "";
    } catch {
      return text.failed;
    }
  }

  async function take() {
    const files = [...(input.files ?? [])].filter((file) => isWanted(file.webkitRelativePath));
    input.value = ""; // the same folder can be chosen again
    status.textContent = await send(files);
  }

  input.addEventListener("change", take);
  if (input.files?.length) take(); // chosen before this module was there
}

/** @param {File[]} files of one folder */
async function pack(files) {
  const { zipSync } = await import("../vendor/fflate.js");
  /** @type {Record<string, [Uint8Array, { level: 0 }]>} */
  const contents = {};
  for (const file of files) {
    contents[file.webkitRelativePath] = [new Uint8Array(await partToSend(file).arrayBuffer()), { level: 0 }];
  }
  const name = files[0].webkitRelativePath.split("/")[0];
  return new File([zipSync(contents, {})], `${name}.zip`, { type: "application/zip" });
}
