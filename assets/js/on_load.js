// The body of every gr.HTML's js_on_load: brings the component and its module together. No module itself;
// diffusion/ui/parts/scripts.py puts the address in.
/* global element, props, watch, trigger, server, upload */

const host = { element, props, watch, trigger, server, upload, early: [props.value] };
watch("value", () => host.early?.push(props.value)); // until the module is there
element.dataset.awaits = ""; // its module; the page is shown once nothing of the tab waits for one (places.js)
import(new URL("{address}", document.baseURI)).then(({ mount }) => {
  mount(host);
  host.early = null;
}).finally(() => delete element.dataset.awaits);
