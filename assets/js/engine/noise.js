// @ts-check
/**
 * The noise of a seed, the same numbers as diffusion/core/samplers.py draws: NumPy's SeedSequence mixes the seed with the
 * picture's number, the result seeds PyTorch's generator (MT19937), and its normal numbers come sixteen at a time.
 *
 * PyTorch computes logarithm, sine and cosine with polynomials in float32 (Cephes), with fused multiplications and
 * additions, where the processor has AVX2. The same is done here, so the numbers are the same to the last bit.
 */

const PICTURE = 768; // numbers of one draw: 3 x 16 x 16
const round = Math.fround;

/**
 * As SeedSequence(words).generate_state(count).
 * Source: https://www.pcg-random.org/posts/developing-a-seed_seq-alternative.html
 * @param {number[]} words 32 bits each @param {number} count
 */
export function seedState(words, count) {
  let constant = 0x43b0d7e5;
  /** @param {number} value */
  const hash = (value, multiplier = 0x931e8875) => {
    value ^= constant;
    constant = Math.imul(constant, multiplier);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hash(words[i] ?? 0));
  /** @param {number} to @param {number} value */
  const mix = (to, value) => {
    const mixed = (Math.imul(pool[to], 0xca01f9dd) - Math.imul(hash(value), 0x4973f715)) | 0;
    pool[to] = mixed ^ (mixed >>> 16);
  };
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) mix(to, pool[from]);
  }
  for (const word of words.slice(4)) {
    for (let to = 0; to < 4; to++) mix(to, word);
  }
  constant = 0x8b51f9dd;
  return Uint32Array.from({ length: count }, (_, i) => hash(pool[i % 4], 0x58f38ded));
}

/** The seed of PyTorch's generator, which uses no more of a SeedSequence. @param {number[]} words 32 bits each */
export const mixSeed = (words) => seedState(words, 1)[0];

/** MT19937, Matsumoto & Nishimura 1998: 32 random bits at a time. */
export class MersenneTwister {
  #state = new Uint32Array(624);
  #next = 624;

  /** @param {number} seed 32 bits */
  constructor(seed) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }

  bits() {
    if (this.#next === 624) this.#twist();
    let y = this.#state[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist() {
    const state = this.#state;
    for (let i = 0; i < 624; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** a * b + c, rounded once to float32; the product of two floats is exact in a double. */
const fused = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c) => round(a * b + c);

/** @param {number[]} coefficients the highest power first */
function polynomial(/** @type {number} */ x, coefficients) {
  let y = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) y = fused(y, x, coefficients[i]);
  return y;
}

const floats = (/** @type {number[]} */ ...values) => values.map(round);
const LOG = floats(7.0376836292e-2, -1.151461031e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1);
const COS = floats(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
const SIN = floats(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const [LN2_LOW, LN2_HIGH, ROOT_HALF, TWO_PI, FOUR_BY_PI] = floats(-2.12194440e-4, 0.693359375, Math.SQRT1_2, 2 * Math.PI, 4 / Math.PI);
const EIGHTH = floats(-0.78515625, -2029 / 2 ** 23, -3.774894977445941e-8); // -pi/4 in three parts
const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** log(x) of a float32 in (0, 1]. */
function logOf(/** @type {number} */ x) {
  number[0] = x;
  let exponent = (bits[0] >>> 23) - 126;
  bits[0] = (bits[0] & 0x7fffff) | 0x3f000000; // the mantissa in [1/2, 1)
  let m = number[0];
  if (m < ROOT_HALF) {
    exponent -= 1;
    m = round(m - 1 + m);
  } else m = round(m - 1);
  const square = round(m * m);
  let y = round(polynomial(m, LOG) * m);
  y = fused(y, square, round(exponent * LN2_LOW));
  y = fused(-square, 0.5, y);
  return fused(exponent, LN2_HIGH, round(m + y));
}

/** [cos, sin] of a float32 angle in [0, 2 pi]. @returns {[number, number]} */
function cosSinOf(/** @type {number} */ angle) {
  const octant = (Math.trunc(round(angle * FOUR_BY_PI)) + 1) & ~1;
  let x = angle;
  for (const part of EIGHTH) x = fused(octant, part, x);
  const square = round(x * x);
  let c = round(polynomial(square, COS) * square);
  c = round(fused(c, square, -round(square * 0.5)) + 1);
  const s = fused(round(polynomial(square, SIN) * square), x, x);
  const [sine, cosine] = octant & 2 ? [c, s] : [s, c];
  return [(octant - 2) & 4 ? cosine : -cosine, octant & 4 ? -sine : sine];
}

/**
 * As torch.randn of a multiple of 16 numbers: Box and Muller's formula, the cosines eight numbers before the sines.
 * @param {MersenneTwister} generator @param {Float32Array} into
 */
export function fillNormal(generator, into) {
  for (let i = 0; i < into.length; i++) into[i] = (generator.bits() & 0xffffff) / 2 ** 24;
  for (let start = 0; start < into.length; start += 16) {
    for (let i = start; i < start + 8; i++) {
      const radius = round(Math.sqrt(round(-2 * logOf(round(1 - into[i])))));
      const [c, s] = cosSinOf(round(TWO_PI * into[i + 8]));
      into[i] = radius * c;
      into[i + 8] = radius * s;
    }
  }
  return into;
}

/** Gaussian noise with one generator a picture: picture i of a seed is the same in any batch. */
export class Noise {
  #streams;

  /** @param {number} seed 0 to 2^32 - 1 @param {number} count */
  constructor(seed, count) {
    this.#streams = Array.from({ length: count }, (_, i) => new MersenneTwister(mixSeed([seed, i])));
  }

  /** The next noise of every picture: (count, 3, 16, 16). */
  draw() {
    const into = new Float32Array(this.#streams.length * PICTURE);
    this.#streams.forEach((stream, i) => fillNormal(stream, into.subarray(i * PICTURE, (i + 1) * PICTURE)));
    return into;
  }
}
