// What the page makes of sprites, for tests/store/test_exports.py: JSON in, JSON out.

import { cutOut } from "../../assets/js/alpha.js";
import { composeSheet, dress, enlarge, layoutOf, nameSprites, slugOf } from "../../assets/js/atlas.js";
import { findPalette } from "../../assets/js/palette.js";
import { base64Of, bytesOf } from "../../assets/js/pixels.js";
import { encodeApng, encodePng } from "../../assets/js/png.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { sprites, texts, columns, scale } = JSON.parse(Buffer.concat(chunks).toString());
const rgb = sprites.map(bytesOf);
const cut = rgb.map((sprite) => cutOut(sprite));
const whole = cut.flatMap((rgba) => [...rgba]);
const sheetOf = (look) => enlarge(composeSheet(dress(rgb, look), columns), scale);
const looks = ["all", "each", "shared"].flatMap((colours) => [true, false].map((transparent) => ({ transparent, colours })));
const pngs = {};
for (const look of looks) pngs[`${look.colours} ${look.transparent}`] = base64Of(await encodePng(sheetOf(look)));
const moments = dress(rgb, { transparent: true, colours: "shared" }).slice(0, 3);
const names = nameSprites(texts);

console.log(
  JSON.stringify({
    cut: cut.map((rgba) => base64Of(rgba)),
    shared: findPalette(whole, 16),
    each: cut.map((rgba) => findPalette(rgba, 16)),
    pngs,
    apng: base64Of(await encodeApng(moments, [50, 100, 1500])),
    slugs: texts.map(slugOf),
    names,
    layout: layoutOf(names, columns, scale, "sheet.png"),
  }),
);
