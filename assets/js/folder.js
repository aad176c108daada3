// @ts-check
/**
 * A folder of pictures, packed into one .zip by the browser, so that its subfolders arrive with it.
 * The component's value becomes the uploaded file as Gradio knows files.
 */

import { partsOf } from "./dom.js";

const PICTURE = /^[^.].*\.(png|gif|bmp|jpe?g|webp)$/i;
const MEGABYTE = 2 ** 20;

/** @param {string} name of a file */
export const isPicture = (name) => PICTURE.test(name);

/** @param {import("./types").Host} host */
export function mount({ element, props, trigger, upload }) {
  const part = partsOf(element);
  const [input, status] = [part("input", HTMLInputElement), part("status")];
  const text = props.strings;

  /** @param {File[]} pictures @returns {Promise<string>} what went wrong, or "" */
  async function send(pictures) {
    if (!pictures.length) return text.empty;
    const bytes = pictures.reduce((sum, file) => sum + file.size, 0);
    if (bytes > props.most * MEGABYTE) return text.large.replace("{most}", props.most);
    status.textContent = text.packing.replace("{count}", pictures.length);
    try {
      const zip = await pack(pictures);
      const { path, url } = await upload(zip);
      props.value = { path, url, orig_name: zip.name, size: zip.size, meta: { _type: "gradio.FileData" } };
      trigger("change");
      return "";
    } catch {
      return text.failed;
    }
  }

  input.addEventListener("change", async () => {
    const pictures = [...(input.files ?? [])].filter((file) => isPicture(file.name));
    input.value = ""; // the same folder can be chosen again
    status.textContent = await send(pictures);
  });
}

/** @param {File[]} pictures of one folder */
async function pack(pictures) {
  const { zipSync } = await import("../vendor/fflate.js");
  /** @type {Record<string, [Uint8Array, { level: 0 }]>} */
  const contents = {};
  for (const file of pictures) {
    contents[file.webkitRelativePath] = [new Uint8Array(await file.arrayBuffer()), { level: 0 }];
  }
  const name = pictures[0].webkitRelativePath.split("/")[0];
  return new File([zipSync(contents, {})], `${name}.zip`, { type: "application/zip" });
}
