// A folder of pictures, packed into one .zip by the browser, so that its subfolders arrive with it. After libraries.js;
// runs as the body of gr.HTML's js_on_load. The component's value becomes the uploaded file as Gradio knows files.

const PICTURE = /^[^.].*\.(png|gif|bmp|jpe?g|webp)$/i;
const text = props.strings;
const [input, status] = ["input", "status"].map((name) => element.querySelector(`[data-part="${name}"]`));

async function pack(pictures) {
  const { zipSync } = await vendor("fflate");
  const contents = {};
  for (const file of pictures) {
    contents[file.webkitRelativePath] = [new Uint8Array(await file.arrayBuffer()), { level: 0 }];
  }
  const name = pictures[0].webkitRelativePath.split("/")[0];
  return new File([zipSync(contents)], `${name}.zip`, { type: "application/zip" });
}

async function send(pictures) {
  if (!pictures.length) return text.empty;
  const bytes = pictures.reduce((sum, file) => sum + file.size, 0);
  if (bytes > props.most * 2 ** 20) return text.large.replace("{most}", props.most);
  status.textContent = text.packing.replace("{count}", pictures.length);
  try {
    const zip = await pack(pictures);
    const { path, url } = await upload(zip);
    props.value = { path, url, orig_name: zip.name, size: zip.size, meta: { _type: "gradio.FileData" } };
    trigger("change");
    return "";
  } catch (problem) {
    return text.failed;
  }
}

input.addEventListener("change", async () => {
  const pictures = [...input.files].filter((file) => PICTURE.test(file.name));
  input.value = ""; // the same folder can be chosen again
  status.textContent = await send(pictures);
});
