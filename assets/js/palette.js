// @ts-check
/**
 * A palette of few colours for sprites, the same one that diffusion/store/palette.py finds; see there.
 * Nothing here needs a page.
 */

/** @typedef {[number, number, number]} Colour */
/** A colour in OKLab, as whole numbers, and how many pixels have it. @typedef {{ rgb: Colour, lab: Colour, count: number }} Counted */

const UNITS = 10_000; // of OKLab's lightness from black to white
const ROUNDS = 12; // of k-means, at most

const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

/**
 * The colours that stand for the opaque pixels, dark to light.
 * @param {ArrayLike<number>} rgba @param {number} count at most @returns {Colour[]}
 */
export function findPalette(rgba, count) {
  const all = countColours(rgba);
  if (all.length <= count) return sortByLightness(all).map(({ rgb }) => rgb);
  let cluster = new Array(all.length).fill(0);
  for (let made = 1; made < count && split(all, cluster, made); made++);
  for (let round = 0; round < ROUNDS; round++) {
    const centres = groupsOf(all, cluster).map(meanOf);
    const nearest = renumber(all.map(({ lab }) => nearestOf(lab, centres)));
    if (nearest.every((one, i) => one === cluster[i])) break;
    cluster = nearest;
  }
  const medians = new Map(groupsOf(all, cluster).map((group) => [String(medianOf(group)), medianOf(group)]));
  const found = [...medians.values()].sort((a, b) => keyOf(a) - keyOf(b)).map((rgb) => ({ rgb, lab: toOklab(rgb), count: 1 }));
  return sortByLightness(found).map(({ rgb }) => rgb);
}

/**
 * For each pixel the index of the nearest colour of a palette; palette.length where it is transparent.
 * @param {ArrayLike<number>} rgba @param {Colour[]} palette
 */
export function mapToPalette(rgba, palette) {
  const centres = palette.map(toOklab);
  /** @type {Map<number, number>} */
  const known = new Map();
  const indices = new Uint8Array(rgba.length / 4).fill(palette.length);
  for (let i = 0; i < indices.length; i++) {
    if (!rgba[4 * i + 3]) continue;
    /** @type {Colour} */
    const rgb = [rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]];
    const key = keyOf(rgb);
    const found = known.get(key) ?? nearestOf(toOklab(rgb), centres);
    known.set(key, found);
    indices[i] = found;
  }
  return indices;
}

/**
 * sRGB bytes -> L from 0 to UNITS, a and b, as whole numbers, so that every machine finds the same palette.
 * https://bottosson.github.io/posts/oklab/
 * @param {Colour} rgb @returns {Colour}
 */
export function toOklab(rgb) {
  const linear = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  const cones = weigh(linear, TO_CONES).map(Math.cbrt);
  return /** @type {Colour} */ (weigh(cones, TO_LAB).map((value) => Math.floor(value * UNITS + 0.5)));
}

/** @param {number[]} values @param {number[][]} weights */
const weigh = (values, weights) => weights.map((row) => values[0] * row[0] + values[1] * row[1] + values[2] * row[2]);

/** @param {Colour} rgb */
const keyOf = ([red, green, blue]) => (red << 16) | (green << 8) | blue;

/** The different colours of the opaque pixels, in the order of their bytes. @param {ArrayLike<number>} rgba @returns {Counted[]} */
function countColours(rgba) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (let at = 0; at < rgba.length; at += 4) {
    if (!rgba[at + 3]) continue;
    const key = keyOf([rgba[at], rgba[at + 1], rgba[at + 2]]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([key, count]) => {
    /** @type {Colour} */
    const rgb = [key >> 16, (key >> 8) & 255, key & 255];
    return { rgb, lab: toOklab(rgb), count };
  });
}

/** @param {Counted[]} colours */
const sortByLightness = (colours) => [...colours].sort((a, b) => a.lab[0] - b.lab[0]);

/** @param {Counted[]} all @param {number[]} cluster @returns {Counted[][]} */
function groupsOf(all, cluster) {
  /** @type {Counted[][]} */
  const groups = [];
  all.forEach((one, i) => (groups[cluster[i]] ??= []).push(one));
  return groups;
}

/** Rounded down. @param {Counted[]} group @returns {Colour} */
function meanOf(group) {
  const total = group.reduce((sum, { count }) => sum + count, 0);
  const mean = [0, 1, 2].map((axis) => Math.floor(group.reduce((sum, { lab, count }) => sum + lab[axis] * count, 0) / total));
  return /** @type {Colour} */ (mean);
}

/**
 * Splits the cluster with the largest squared error across its widest axis, at its mean; whether it could.
 * @param {Counted[]} all @param {number[]} cluster @param {number} made
 */
function split(all, cluster, made) {
  const errors = groupsOf(all, cluster).map((group) => {
    const mean = meanOf(group);
    return [0, 1, 2].map((axis) => group.reduce((sum, { lab, count }) => sum + (lab[axis] - mean[axis]) ** 2 * count, 0));
  });
  const worst = indexOfLargest(errors.map(([one, two, three]) => one + two + three));
  const axis = indexOfLargest(errors[worst]);
  const middle = meanOf(all.filter((_, i) => cluster[i] === worst))[axis];
  let isSplit = false;
  all.forEach(({ lab }, i) => {
    if (cluster[i] !== worst || lab[axis] <= middle) return;
    cluster[i] = made;
    isSplit = true;
  });
  return isSplit;
}

/** The first of those alike. @param {number[]} values */
const indexOfLargest = (values) => values.indexOf(Math.max(...values));

/** The first of those alike. @param {Colour} lab @param {Colour[]} centres */
function nearestOf(lab, centres) {
  let best = 0, least = Infinity;
  centres.forEach((centre, i) => {
    const apart = (lab[0] - centre[0]) ** 2 + (lab[1] - centre[1]) ** 2 + (lab[2] - centre[2]) ** 2;
    if (apart < least) [best, least] = [i, apart];
  });
  return best;
}

/** Numbers without a gap, in the same order. @param {number[]} cluster */
function renumber(cluster) {
  const used = [...new Set(cluster)].sort((a, b) => a - b);
  return cluster.map((one) => used.indexOf(one));
}

/** Of each channel, the lower one. @param {Counted[]} group @returns {Colour} */
function medianOf(group) {
  const half = Math.floor((group.reduce((sum, { count }) => sum + count, 0) + 1) / 2);
  const median = [0, 1, 2].map((channel) => {
    let passed = 0;
    return [...group].sort((a, b) => a.rgb[channel] - b.rgb[channel]).find(({ count }) => (passed += count) >= half)?.rgb[channel];
  });
  return /** @type {Colour} */ (median);
}
