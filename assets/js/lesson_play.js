// @ts-check
/** How each step of the lesson is played, and what its buttons do. Only what a reader does is ticked. */

import { frameOf, seedOf } from "./lesson_state.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

const LAST_EPOCH = 31;
const MOMENT = 170; // ms: noise changes all over, and nothing may flash more than three times a second
const SLOW = 280; // where the sprites appear
const SLOW_BELOW = 200; // levels

/** The steps in which watching is something to do, and which of their moves it is. @type {Record<string, number>} */
export const WATCHED = { film: 0, leaps: 0 };
/** @type {Record<string, number>} */
const ROLLED = { noise: 2, fresh: 2, blend: 2 };

/** @type {Record<string, (lesson: Lesson) => void>} */
export const ACTS = {
  roll(lesson) {
    const { step } = lesson.state;
    const seed = seedOf(step);
    lesson.set({ [seed]: (Number(lesson.state[seed]) + 1) % 1000 });
    if (step in ROLLED) lesson.progress.add(ROLLED[step]);
  },
  ask(lesson) {
    lesson.set({ asked: Math.max(1, lesson.state.asked) });
    lesson.progress.add(0);
  },
  subtract(lesson) {
    lesson.set({ asked: 2 });
    lesson.progress.add(1);
  },
  leave(lesson) {
    lesson.set({ leave: 1 - lesson.state.leave });
    if (!lesson.state.leave) return;
    lesson.progress.add(0);
    lesson.play(false);
  },
};

/**
 * @param {Lesson} lesson @param {string} knob @param {number} from @param {number} to @param {number} by
 * @param {number} pause
 */
function* sweep(lesson, knob, from, to, by, pause) {
  for (let value = from; by > 0 ? value <= to : value >= to; value += by) {
    lesson.set({ [knob]: value });
    yield pause;
  }
}

/** Sets a state, and waits for what the server has to draw for it. @param {Lesson} lesson @param {Record<string, number>} changes */
async function reach(lesson, changes) {
  lesson.set(changes);
  await lesson.answers.asker.settled();
}

/** Step: its animation, which yields how long to wait, in milliseconds. @type {Record<string, (lesson: Lesson) => AsyncGenerator<number>>} */
export const ANIMATIONS = {
  async *film(lesson) {
    const { answers } = lesson;
    const last = answers.frames - 1;
    const now = frameOf(lesson.state, answers.frames);
    for (let at = now < last ? now : 0; at <= last; at++) {
      while (!answers.trajectory[at]) yield 100;
      lesson.set({ at });
      yield answers.trajectory[at].t > SLOW_BELOW ? MOMENT : SLOW;
    }
  },
  async *noise(lesson) {
    yield* sweep(lesson, "t", 0, 500, 5, 45);
    yield 600;
    yield* sweep(lesson, "t", 500, 100, -10, 25);
  },
  async *ask(lesson) {
    lesson.set({ asked: 0 });
    yield 900;
    await reach(lesson, { asked: 1 });
    yield 1200;
    lesson.set({ asked: 2 });
    yield 1200;
    for (const t of [180, 240, 300, 360, 420, 480]) {
      await reach(lesson, { t });
      yield 700;
    }
  },
  async *leaps(lesson) {
    await reach(lesson, { moment: 0 });
    yield* sweep(lesson, "moment", 0, 100, 4, MOMENT);
  },
  async *fresh(lesson) {
    await reach(lesson, { leave: 1, moment: 0 });
    yield* sweep(lesson, "moment", 0, 100, 4, MOMENT);
  },
  async *epochs(lesson) {
    yield* sweep(lesson, "epoch", 0, LAST_EPOCH, 1, 300);
  },
  async *blend(lesson) {
    for (let blend = 0; blend <= 100; blend += lesson.answers.isShipped ? 5 : 10) {
      await reach(lesson, { blend });
      yield 350;
    }
  },
  async *train(lesson) {
    yield* sweep(lesson, "first", 0, 4, 1, 900);
  },
  async *mistakes(lesson) {
    yield* sweep(lesson, "mistake", 0, 5, 1, 3500);
  },
};
