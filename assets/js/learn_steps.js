// What each step of the lesson paints, how it is played, and what its buttons do. Follows learn.js.

const SIZE = 16;
const UNIT = 4096; // floats travel as int16, in so many parts of one, as in diffusion/ui/learn.py
const canvases = Object.fromEntries(all("[data-canvas]").map((canvas) => [canvas.dataset.canvas, canvas]));
const reading = (name, words) => (element.querySelector(`[data-reading="${name}"]`).textContent = words);
const number = (value) => Number(value).toFixed(2);

// ---- numbers and pictures ----

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));
const sprites = props.sprites.map((sprite) => Float32Array.from(bytesOf(sprite), (byte) => byte / 127.5 - 1));
const toPixels = (x) => Uint8ClampedArray.from(x, (value) => 127.5 * (value + 1));

// Gaussian noise by Box and Muller's formula, from a small generator with a seed: the same for the same address.
function noiseOf(seed) {
  let a = (seed + 1) * 0x9e3779b9;
  const random = () => {
    a = (a + 0x6d2b79f5) | 0;
    let b = Math.imul(a ^ (a >>> 15), 1 | a);
    b = (b + Math.imul(b ^ (b >>> 7), 61 | b)) ^ b;
    return ((b ^ (b >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length: SIZE * SIZE * 3 }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

function mixture() {
  const [x0, eps, abar] = [sprites[state.sprite], noiseOf(state.seed), props.abar[state.t]];
  const [signal, noise] = [Math.sqrt(abar), Math.sqrt(1 - abar)];
  return { x0, eps, signal, noise, xt: x0.map((value, i) => signal * value + noise * eps[i]) };
}

function picture(rgb, columns, rows) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns * SIZE, rows * SIZE];
  const image = canvas.getContext("2d").createImageData(canvas.width, canvas.height);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) image.data.set([rgb[from], rgb[from + 1], rgb[from + 2], 255], to);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function paintTile(name, x) {
  const canvas = canvases[name];
  canvas.width = canvas.height = SIZE;
  canvas.setAttribute("aria-label", canvas.parentElement.querySelector("figcaption").textContent);
  canvas.classList.toggle("empty", !x);
  if (x) canvas.getContext("2d").drawImage(picture(toPixels(x), 1, 1), 0, 0);
}

// Sprites first..first + count of a sheet, in so many columns, as large as there is room in whole screen pixels.
function paintGrid(name, sheet, label, { count = 32, columns = 8, from = 8, first = 0 } = {}) {
  const canvas = canvases[name];
  const rows = Math.ceil(count / columns);
  [canvas.width, canvas.height] = [columns * (SIZE + 2) - 2, rows * (SIZE + 2) - 2];
  const room = Math.max(canvas.width, canvas.parentElement.clientWidth);
  const ratio = window.devicePixelRatio || 1;
  const fits = Math.min(room / canvas.width, (0.46 * innerHeight) / canvas.height, 8);
  const scale = Math.max(1, Math.floor(fits * ratio) / ratio);
  canvas.style.width = `${canvas.width * scale}px`;
  canvas.setAttribute("aria-label", label);
  canvas.classList.toggle("empty", !sheet);
  if (!sheet) return;
  const pen = canvas.getContext("2d");
  for (let i = 0; i < count; i++) {
    const source = [((first + i) % from) * SIZE, Math.floor((first + i) / from) * SIZE];
    pen.drawImage(sheet, ...source, SIZE, SIZE, (i % columns) * (SIZE + 2), Math.floor(i / columns) * (SIZE + 2), SIZE, SIZE);
  }
}

// ---- the reel, and the server ----

const reel = { film: [], learning: [] };
(async () => {
  try {
    const { film, learning } = await fetchReel(`gradio_api/file=${props.served}/reel.bin`);
    for (const next of film) {
      reel.film.push(await next);
      if (reel.film.length === 1) show();
    }
    reel.learning = await learning;
    show();
  } catch {
    say(text.no_reel);
  }
})();

// assets/shipped/lesson.png, rows of 8 sprites as diffusion/lesson.py puts them: what is shown before the server has answered.
const ROW = { mistakes: 0, with_z: 12, without_z: 14, blend: 16 };
const lessonImage = new Image();
lessonImage.onload = () => show();
lessonImage.src = `gradio_api/file=${props.served}/lesson.png`;
const shipped = () => (lessonImage.complete && lessonImage.naturalWidth ? lessonImage : null);

const asking = new Map(); // what was asked, as JSON: the promise of its answer

function ask(act, question) {
  const key = JSON.stringify([act, question]);
  if (!asking.has(key)) {
    const answer = server[act](question).catch(() => ({ mistake: text.offline }));
    asking.set(key, answer.then((found) => {
      if (found.mistake) {
        asking.delete(key); // another time it may work
        say(found.mistake);
        return null;
      }
      return found;
    }));
    if (asking.size > 60) asking.delete(asking.keys().next().value);
  }
  return asking.get(key);
}

const walks = new Map(); // question as JSON: {t, sheets, columns}, once it is there

// A walk that is there, or null and it is asked for; then the page is painted again.
function walkFor(question) {
  if (props.last === null) {
    say(text.no_run);
    return null;
  }
  const key = JSON.stringify(question);
  if (!walks.has(key)) {
    walks.set(key, null);
    fetchWalk(question);
  }
  return walks.get(key);
}

let working = 0; // walks under way

async function fetchWalk(question) {
  const key = JSON.stringify(question);
  if (walks.get(key)) return walks.get(key);
  working += 1;
  say(text.working);
  const found = await ask("ask_walk", { epoch: props.last, ...question });
  working -= 1;
  if (found) {
    if (!working) say("");
    walks.set(key, { ...found, sheets: found.sheets.map((sheet) => picture(bytesOf(sheet), found.columns, found.rows)) });
    show();
  } else walks.delete(key);
  return walks.get(key);
}

const SIXTEEN = { count: 16, columns: 4 };
const manyAsked = () => ({ count: 16, steps: state.n, seed: 0 });
const freshAsked = (fresh_noise) => ({ count: 16, steps: 50, seed: state.seed, fresh_noise });
const blendAsked = () => ({ count: 8, steps: 20, seed: state.seed, kinds: [1 - state.blend / 100, 0, state.blend / 100, 0, 0], film: false });
const momentOf = (length) => Math.round((state.moment / 100) * (length - 1));

// ---- what the network was asked about one picture ----

let guessed = { key: "" }; // {key, eps}: the newest answer
const question = () => JSON.stringify([state.sprite, state.t, state.seed, state.model]);

async function fetchGuess() {
  const key = question();
  if (guessed.key === key || props.last === null) return;
  const { xt } = mixture();
  const x = base64Of(new Uint8Array(Int16Array.from(xt, (value) => Math.round(value * UNIT)).buffer));
  const found = await ask("ask_noise", { x, t: state.t, epoch: state.model });
  if (!found || key !== question()) return; // the level moved on meanwhile
  guessed = { key, eps: Float32Array.from(new Int16Array(bytesOf(found.eps).buffer), (value) => value / UNIT) };
  show();
}

// ---- painting ----

// The level of the picture that stands there, where it is not a knob.
const levelIn = (walk) => walk?.t[momentOf(walk.t.length)];
const LEVEL = {
  film: () => reel.film[Math.min(state.at, reel.film.length - 1)]?.t,
  leaps: () => (state.n === 500 ? reel.film[momentOf(reel.film.length)]?.t : levelIn(walkFor(manyAsked()))),
  fresh: () => (isShipped() ? 0 : levelIn(walkFor(freshAsked(true)))),
};

// Only the end of the walks from the first noise is shipped; while it is on its way nobody is asked.
const isShipped = () => (shipped() || !lessonImage.complete) && state.seed === 0 && (state.step === "blend" || state.moment === 100);

// The moment of a walk that the slider stands at; while it is not there yet, what was there before.
function paintWalk(name, walk, label, layout) {
  if (walk) paintGrid(name, walk.sheets[momentOf(walk.t.length)], label, { ...layout, from: walk.columns });
  else if (!canvases[name].hasAttribute("aria-label")) paintGrid(name, null, label, layout);
}

const PAINT = {
  film() {
    const frame = reel.film[Math.min(state.at, reel.film.length - 1)];
    if (!frame) return;
    paintGrid("film", frame.panels.at(-1)[state.view], fill(text.pictures.sheet, { t: frame.t }));
    reading("film", frame.t ? fill(text.readings.level, { t: frame.t }) : text.readings.finished);
  },

  noise() {
    const { x0, eps, signal, noise, xt } = mixture();
    paintTile("clean", x0.map((value) => signal * value));
    paintTile("noise", eps.map((value) => noise * value));
    paintTile("mixture", xt);
    reading("signal", `× ${number(signal)}`);
    reading("noise", `× ${number(noise)}`);
    [...part("gallery").children].forEach((button, i) => button.setAttribute("aria-pressed", i === state.sprite));
  },

  ask() {
    state.t = Math.max(1, state.t);
    const { x0, eps, signal, noise, xt } = mixture();
    paintTile("asked", xt);
    paintTile("truth", x0);
    const known = state.asked > 0 && guessed.eps;
    const sharp = known && guessed.key === question();
    if (state.asked > 0 && !sharp) fetchGuess();
    paintTile("guess", known ? guessed.eps.map((value) => noise * value) : null);
    for (const name of ["guess", "behind"]) canvases[name].classList.toggle("stale", Boolean(known && !sharp));
    reading("times", `× ${number(noise)}`);
    reading("over", `÷ ${number(signal)}`);
    paintTile("behind", known && state.asked > 1 ? xt.map((value, i) => (value - noise * guessed.eps[i]) / signal) : null);
    const error = known ? Math.sqrt(guessed.eps.reduce((sum, value, i) => sum + (value - eps[i]) ** 2, 0) / eps.length) : 0;
    if (!known) reading("ask", text.readings.not_asked);
    else if (sharp) reading("ask", fill(text.readings.noise_error, { error: number(error) }));
    element.querySelector('[data-act="subtract"]').disabled = !state.asked;
  },

  leaps() {
    const first = reel.film[0];
    if (!first) return;
    paintGrid("leap", first.panels.at(-1).x0, text.pictures.leap, SIXTEEN);
    const label = fill(text.pictures.many, { n: state.n });
    if (state.n === 500) {
      paintGrid("many", reel.film[momentOf(reel.film.length)].panels.at(-1).x, label, SIXTEEN);
    } else {
      paintWalk("many", walkFor(manyAsked()), label, SIXTEEN);
    }
    reading("many", label);
    const measured = props.measured.steps ?? {};
    const values = { one: number(measured[1]?.mean), n: state.n, many: number(measured[state.n]?.mean) };
    reading("leaps", measured[1] ? fill(measured[state.n] ? text.readings.leaps : text.readings.leaps_unmeasured, values) : "");
  },

  fresh() {
    for (const [name, fresh] of [["with_z", true], ["without_z", false]]) {
      if (!fresh && !state.leave) paintGrid(name, null, text.pictures[name], SIXTEEN);
      else if (isShipped()) paintGrid(name, shipped(), text.pictures[name], { ...SIXTEEN, first: 8 * ROW[name] });
      else paintWalk(name, walkFor(freshAsked(fresh)), text.pictures[name], SIXTEEN);
    }
    reading("without_z", state.leave ? text.pictures.without_z : "");
    const button = element.querySelector('[data-act="leave"]');
    button.textContent = state.leave ? text.knobs.put : text.knobs.leave;
    button.setAttribute("aria-pressed", state.leave === 1);
    const { steps, no_fresh_noise } = props.measured;
    const values = steps && { ours: number(steps[50].mean), theirs: number(no_fresh_noise.mean) };
    reading("fresh", values && state.leave ? fill(text.readings.fresh, values) : "");
  },

  epochs() {
    paintEpoch("epochs", state.epoch, fill(text.pictures.epoch, { n: state.epoch }));
    const known = Object.keys(props.quality.epochs).map(Number).filter((epoch) => epoch <= state.epoch);
    if (!known.length) return reading("epochs", "");
    const epoch = Math.max(...known);
    const { mean, spread } = props.quality.epochs[epoch];
    const real = number(props.quality.real?.mean);
    reading("epochs", fill(text.readings.distance, { epoch, mean: number(mean), spread: number(spread), real }));
  },

  blend() {
    const label = fill(text.pictures.blend, shares());
    const layout = { count: 8, columns: 4 };
    if (isShipped()) paintGrid("blend", shipped(), label, { ...layout, first: 8 * (ROW.blend + state.blend / 5) });
    else paintWalk("blend", walkFor(blendAsked()), label, layout);
    reading("blend", label);
  },

  train() {
    paintEpoch("train", state.seen - 1, fill(text.pictures.epoch, { n: state.seen - 1 }));
    reading("train", fill(text.readings.seen, { sprites: (20000 * state.seen).toLocaleString(), seconds: Math.round((20000 * state.seen) / 528) }));
  },

  mistakes() {
    const name = props.mistakes[state.mistake];
    const words = text.mistakes[name];
    part("mistake-name").textContent = words.name;
    part("mistake-text").textContent = words.text;
    part("mistake-measured").textContent = props.sentences[name] ?? "";
    [...part("mistakes").children].forEach((button, i) => button.setAttribute("aria-pressed", i === state.mistake));
    showCode(props.code[`mistakes.${name}`]);
    const columns = part("mistakes").clientWidth < 400 ? 4 : 8;
    ["theirs", "ours"].forEach((whose, i) => {
      const first = 8 * (ROW.mistakes + 2 * state.mistake + i);
      paintGrid(whose, shipped(), text.pictures[whose], { count: 8, columns, first });
    });
  },
};

const shares = () => ({ hero: 100 - state.blend, food: state.blend });

function paintEpoch(canvas, index, label) {
  const frame = reel.learning[Math.min(index, reel.learning.length - 1)];
  if (frame) paintGrid(canvas, frame.panels[0].x, label);
}


// ---- buttons ----

const ACTS = {
  roll() {
    set({ seed: (state.seed + 1) % 1000 });
    did(2);
  },
  ask() {
    set({ asked: Math.max(1, state.asked) });
    did(0);
  },
  subtract() {
    set({ asked: 2 });
    did(1);
  },
  leave() {
    set({ leave: 1 - state.leave });
    if (state.leave) {
      did(0);
      play();
    }
  },
};

const tried = new Set(); // numbers of steps, and epochs

// A knob was moved by hand: which move of the step is that?
function moved(knob) {
  const { step } = state;
  if (step === "film") did(knob === "view" ? 2 : 1);
  if (step === "noise" && state.t > 480) did(1);
  if (step === "ask" && knob === "t" && state.asked > 1) did(2);
  if (step === "leaps" && knob === "n") {
    tried.add(state.n);
    did(1);
    if (tried.size > 2) did(2);
    play();
  }
  if (step === "fresh" && state.leave) did(1);
  if (step === "epochs") {
    tried.add(`epoch ${state.epoch}`);
    if (state.epoch > 0) did(1);
    if (state.epoch === 31) did(0);
    if (tried.has("epoch 24") && tried.has("epoch 31")) did(2);
  }
  if (step === "blend") {
    did(0);
    if (Math.abs(state.blend - 50) <= 10) did(1);
  }
  if (step === "train") did(0);
}

// ---- playing: each yields how long to wait, in milliseconds ----

function* sweep(knob, from, to, by, pause) {
  for (let value = from; by > 0 ? value <= to : value >= to; value += by) {
    set({ [knob]: value });
    yield pause;
  }
}

const FILMS = {
  async *film() {
    for (let at = state.at < 31 ? state.at : 0; at <= 31; at++) {
      while (reel.film.length <= at) yield 100;
      set({ at });
      yield at < 25 ? 110 : 160;
    }
    did(0);
  },
  async *noise() {
    yield* sweep("t", 0, 500, 5, 45);
    did(1);
    yield 600;
    yield* sweep("t", 500, 100, -10, 25);
  },
  async *ask() {
    set({ asked: 0 });
    yield 900;
    set({ asked: 1 });
    did(0);
    await fetchGuess();
    yield 1200;
    set({ asked: 2 });
    did(1);
    yield 1200;
    for (const t of [180, 240, 300, 360, 420, 480]) {
      set({ t });
      await fetchGuess();
      yield 700;
    }
  },
  async *leaps() {
    if (state.n !== 500) await fetchWalk(manyAsked());
    did(0);
    yield* sweep("moment", 0, 100, 4, 80);
  },
  async *fresh() {
    set({ leave: 1 });
    did(0);
    await Promise.all([fetchWalk(freshAsked(true)), fetchWalk(freshAsked(false))]);
    yield* sweep("moment", 0, 100, 4, 80);
  },
  async *epochs() {
    yield* sweep("epoch", 0, 31, 1, 220);
    did(0);
  },
  async *blend() {
    for (let blend = 0; blend <= 100; blend += 5) {
      set({ blend });
      if (state.seed) await fetchWalk(blendAsked());
      yield 300;
    }
    did(0);
    did(1);
  },
  async *train() {
    yield* sweep("seen", 1, 5, 1, 900);
    did(0);
  },
  async *mistakes() {
    yield* sweep("mistake", 0, 5, 1, 3500);
  },
};

// Where to go on with what is shown here: [name, address, class].
const asked = (words) => `?${new URLSearchParams({ epochs: `${props.run}/${props.last}`, sampler: "ddpm", count: 16, ...words })}`;
const LINKS = {
  film: () => [[text.watch, asked({ tab: "watch", count: 32 })]],
  ask: () => [[text.one_step, "?tab=one-step"]],
  leaps: () => [[text.watch, asked({ tab: "watch", steps: state.n, seed: 0 })]],
  fresh: () => [[text.watch, asked({ tab: "watch", steps: 50, seed: state.seed, fresh_noise: !state.leave })]],
  epochs: () => [[text.compare, "?tab=compare"]],
  blend: () => [[text.watch, asked({ tab: "watch", steps: 20, count: 8, seed: state.seed, kinds: blendAsked().kinds.join() })]],
  train: () => [[text.train_tab, "?tab=train", "lesson-main"]],
};

// ---- wiring ----

props.sprites.forEach((sprite, i) => {
  const button = part("gallery").appendChild(document.createElement("button"));
  button.type = "button";
  button.setAttribute("aria-label", `${text.knobs.sprite} ${i + 1}`);
  button.append(picture(bytesOf(sprite), 1, 1));
  button.addEventListener("click", () => {
    stop();
    set({ sprite: i });
    did(0);
  });
});

function choices(place, knob, values) {
  for (const value of values) {
    const label = part(place).appendChild(document.createElement("label"));
    const input = label.appendChild(document.createElement("input"));
    Object.assign(input, { type: "radio", name: `lesson-${place}`, value });
    input.dataset.knob = knob;
    label.append(` ${value}`);
  }
}
choices("ask-epochs", "model", props.epochs);
choices("leap-steps", "n", [2, 5, 10, 20, 50, 500]);

props.mistakes.forEach((name, i) => {
  const button = part("mistakes").appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = `${i + 1} ${text.mistakes[name].name}`;
  button.addEventListener("click", () => {
    stop();
    set({ mistake: i });
  });
});

const shared = restore();
new ResizeObserver(() => root.offsetParent && show()).observe(root);
show();
if (!shared && !still) {
  const eye = new IntersectionObserver(([seen]) => {
    if (!seen.isIntersecting) return;
    eye.disconnect();
    if (!touched) play();
  });
  eye.observe(root);
}
