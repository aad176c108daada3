// The Learn tab: which step is shown, its knobs, the address, the play button. Follows reel.js; learn_steps.js paints
// the steps and says how each is played. Runs as the body of gr.HTML's js_on_load, with `element`, `props` and `server`.
//
// All of what is shown follows from `state`; `set` changes it, and the address holds it, so that a teacher's link
// opens where the teacher stands: ?tab=learn&step=2&sprite=3&t=120&seed=1

const text = props.strings;
const part = (name) => element.querySelector(`[data-part="${name}"]`);
const all = (selector) => [...element.querySelectorAll(selector)];
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const root = part("root");
const STEPS = props.order;
const LESSON = STEPS.length - 1; // the last is beyond the lesson
const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const RANGES = { // knob: least, most; what an address says beyond is left out
  at: [0, 31], sprite: [0, props.sprites.length - 1], t: [0, 500], seed: [0, 999], model: [0, 99999], asked: [0, 2],
  n: [1, 500], moment: [0, 100], leave: [0, 1], epoch: [0, 31], blend: [0, 100], seen: [1, 5], mistake: [0, 5],
};
const USES = { // step: the knobs that its pictures follow from
  film: ["at", "view"], noise: ["sprite", "t", "seed"], ask: ["sprite", "t", "seed", "model", "asked"],
  leaps: ["n", "moment"], fresh: ["leave", "seed", "moment"], epochs: ["epoch"], blend: ["blend", "seed"],
  train: ["seen"], mistakes: ["mistake"],
};
const state = {
  step: "film", at: 0, view: "x", sprite: 0, t: 120, seed: 0, model: props.epochs.at(-1) ?? 0, asked: 0,
  n: 500, moment: 100, leave: 0, epoch: 0, blend: 0, seen: 1, mistake: 0,
};
let touched = false; // by the reader: what plays by itself leaves the address alone
let playing = 0; // the number of the playing that is under way, or 0
let playings = 0;

// ---- state ----

function set(changes) {
  Object.assign(state, changes);
  show();
  remember();
}

function go(step) {
  stop();
  if (!STEPS.includes(step)) return;
  set({ step });
  say(placeOf(step));
  part("title").focus({ preventScroll: true });
  if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ behavior: still ? "auto" : "smooth" });
}

function placeOf(step) {
  const { name } = text.steps[step];
  const n = STEPS.indexOf(step) + 1;
  return n > LESSON ? fill(text.extra, { name }) : fill(text.where, { n, of: LESSON, name });
}

function say(words) {
  part("status").textContent = words;
}

let writing; // timer: not at every pixel of a slider
function remember() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    if (!touched || !root.offsetParent) return;
    const words = new URLSearchParams({ tab: "learn", step: STEPS.indexOf(state.step) + 1 });
    for (const knob of USES[state.step]) words.set(knob, state[knob]);
    const before = new URLSearchParams(location.search);
    for (const kept of ["controls", "__theme"]) if (before.has(kept)) words.set(kept, before.get(kept));
    history.replaceState(history.state, "", `${location.pathname}?${words}`);
  }, 200);
}

function restore() {
  const query = new URLSearchParams(location.search);
  if (query.get("tab") !== "learn") return false;
  for (const [knob, [least, most]] of Object.entries(RANGES)) {
    const value = Number(query.get(knob) ?? NaN);
    if (Number.isInteger(value) && value >= least && value <= most) state[knob] = value;
  }
  if (!props.epochs.includes(state.model)) state.model = props.epochs.at(-1) ?? 0;
  if (query.get("view") === "x0") state.view = "x0";
  state.step = STEPS[Number(query.get("step")) - 1] ?? "film";
  return query.has("step");
}

// ---- what was done ----

const done = JSON.parse(sessionStorage.getItem("lesson") ?? "{}"); // step: its moves that were made

function did(move) {
  const moves = (done[state.step] ??= []);
  if (moves.includes(move)) return;
  moves.push(move);
  sessionStorage.setItem("lesson", JSON.stringify(done));
  showDone();
}

const isDone = (step) => (done[step]?.length ?? 0) >= Math.max(1, text.steps[step].moves.length - 1);

function showDone() {
  [...part("moves").children].forEach((line, i) => line.classList.toggle("done", !!done[state.step]?.includes(i)));
  STEPS.slice(0, LESSON).forEach((step, i) => {
    part("steps").children[i].classList.toggle("done", isDone(step));
    part("steps").children[i].querySelector(".lesson-done").textContent = isDone(step) ? `(${text.done})` : "";
  });
  part("finished").textContent = STEPS.slice(0, LESSON).every(isDone) ? text.finished : "";
}

// ---- the page around a step ----

let framed = null; // the step whose words stand there

function show() {
  if (framed !== state.step) frame();
  for (const input of all("[data-knob]")) {
    if (input.type === "radio") input.checked = input.value === String(state[input.dataset.knob]);
    else input.value = state[input.dataset.knob];
  }
  for (const output of all("[data-shows]")) output.textContent = state[output.dataset.shows];
  PAINT[state.step]();
  const links = LINKS[state.step]?.() ?? [];
  part("links").replaceChildren(...links.map((link) => linkTo(...link)));
  for (const place of all("[data-live]")) place.textContent = live(place.dataset.live);
}

function live(knob) {
  const t = LEVEL[state.step]?.() ?? state.t;
  return { t, abar: props.abar[t].toFixed(3), b: (state.blend / 100).toFixed(2) }[knob];
}

function frame() {
  framed = state.step;
  const words = text.steps[framed];
  const place = STEPS.indexOf(framed);
  part("title").textContent = words.title;
  part("text").textContent = words.text;
  part("moves").replaceChildren(...words.moves.map((move) => Object.assign(document.createElement("li"), { textContent: move })));
  part("do").hidden = !words.moves.length;
  for (const section of all("[data-stage]")) section.hidden = section.dataset.stage !== framed;
  for (const section of all("[data-formula]")) section.hidden = section.dataset.formula !== framed;
  [...part("steps").children].forEach((item, i) => {
    if (i === place) item.firstChild.setAttribute("aria-current", "step");
    else item.firstChild.removeAttribute("aria-current");
  });
  part("back").disabled = place === 0;
  part("next").disabled = place === STEPS.length - 1;
  part("cite").replaceChildren(...props.cites[framed].map(([name, address]) => linkTo(name, address)));
  part("legend").replaceChildren(...legend(framed));
  showCode(props.code[framed] ?? []);
  showDone();
}

function linkTo(name, address, className = "") {
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name, className });
  if (!address.startsWith("?")) Object.assign(link, { target: "_blank", rel: "noopener" });
  return link;
}

// Under a formula, each of its symbols as it stands there, and what it means.
function legend(step) {
  const formula = element.querySelector(`[data-formula="${step}"]`);
  return (formula?.dataset.legend ?? "").split(" ").filter(Boolean).flatMap((name) => {
    const math = document.createElementNS("http://www.w3.org/1998/Math/MathML", "math");
    math.append(formula.querySelector(`[data-sym="${name}"]`).cloneNode(true));
    const term = document.createElement("dt");
    term.lang = "en"; // the fonts of mathematics, on the Chinese page too
    term.append(math);
    const meaning = document.createElement("dd");
    const [before, knob, after] = (text.symbols[`${name}_${step}`] ?? text.symbols[name]).split(/\{(\w+)\}/);
    meaning.append(before);
    if (knob) {
      const value = document.createElement("b");
      value.dataset.live = knob;
      meaning.append(value, after);
    }
    for (const node of [term, meaning]) node.dataset.means = name;
    return [term, meaning];
  });
}

function showCode(excerpts) {
  part("code").replaceChildren(
    ...excerpts.map(({ file, line, code, whose }) => {
      const figure = document.createElement("figure");
      figure.className = "lesson-code";
      const caption = figure.appendChild(document.createElement("figcaption"));
      caption.textContent = fill(whose ? text[whose] : text.source, { file, line });
      const pre = figure.appendChild(document.createElement("pre"));
      pre.tabIndex = 0;
      pre.appendChild(document.createElement("code")).textContent = code;
      return figure;
    }),
  );
}

// Point at a symbol, and it lights up in the formula and in the legend.
function light(name) {
  for (const node of all(".lit")) node.classList.remove("lit");
  if (name) for (const node of all(`[data-sym="${name}"], [data-means="${name}"]`)) node.classList.add("lit");
}

element.addEventListener("pointerover", (event) => {
  const node = event.target.closest?.("[data-sym], [data-means]");
  light(node && (node.dataset.sym ?? node.dataset.means));
});

// ---- playing ----

async function play() {
  const mine = (playing = ++playings);
  showPlaying();
  try {
    for await (const pause of FILMS[state.step]()) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (playing !== mine) return;
    }
  } finally {
    if (playing === mine) stop();
  }
}

function stop() {
  playing = 0;
  showPlaying();
}

function showPlaying() {
  part("play").firstChild.textContent = playing ? "❚❚" : "▶";
  part("play-name").textContent = playing ? text.pause : text.play;
}

// ---- wiring ----

for (const node of all("[data-text]")) node.textContent = text[node.dataset.text];
for (const node of all("[data-word]")) node.textContent = text.knobs[node.dataset.word];
for (const node of all("[data-picture]")) node.textContent = text.pictures[node.dataset.picture];
for (const node of all("[data-label]")) node.setAttribute("aria-label", text.knobs[node.dataset.label]);
root.querySelector("nav").setAttribute("aria-label", text.bar);
part("play").title = text.play_hint;
showPlaying();
part("steps").replaceChildren(
  ...STEPS.map((step, i) => {
    const item = document.createElement("li");
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.innerHTML = '<b></b> <span class="lesson-caption"></span> <span class="lesson-done player-announce"></span>';
    button.querySelector("b").textContent = i < LESSON ? i + 1 : "+";
    button.querySelector(".lesson-caption").textContent = text.steps[step].name;
    button.addEventListener("click", () => go(step));
    return item;
  }),
);
part("back").addEventListener("click", () => go(STEPS[STEPS.indexOf(state.step) - 1]));
part("next").addEventListener("click", () => go(STEPS[STEPS.indexOf(state.step) + 1]));
part("play").addEventListener("click", () => (playing ? stop() : play()));

for (const kind of ["pointerdown", "keydown", "input"]) root.addEventListener(kind, () => (touched = true), { capture: true });
root.addEventListener("input", (event) => {
  const { knob } = event.target.dataset;
  if (!knob) return;
  stop();
  const { value } = event.target;
  set({ [knob]: knob === "view" ? value : Number(value) });
  moved(knob);
});
root.addEventListener("click", (event) => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act) {
    stop();
    ACTS[act]();
  }
});

document.addEventListener("keydown", (event) => {
  const here = event.target === document.body || root.contains(event.target);
  if (!here || !root.offsetParent || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea, pre")) return;
  const place = STEPS.indexOf(state.step);
  const keys = { ArrowLeft: () => go(STEPS[place - 1]), ArrowRight: () => go(STEPS[place + 1]) };
  if (!event.target.closest("button, a")) keys[" "] = () => (playing ? stop() : play());
  if (keys[event.key]) {
    touched = true;
    event.preventDefault();
    keys[event.key]();
  }
});
