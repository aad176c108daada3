// gifenc and fflate, fetched when they are first wanted. As text, because the server may call them something else.
async function vendor(name) {
  const code = await (await fetch(`${props.vendor}/${name}.js`)).text();
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  return import(url).finally(() => URL.revokeObjectURL(url));
}
