// @ts-check
/** How each step of the lesson is played, and what its buttons do. */

import { blended, inSteps, withNoise } from "./lesson_state.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */

const LAST_EPOCH = 31;

/** @type {Record<string, (lesson: Lesson) => void>} */
export const ACTS = {
  roll(lesson) {
    lesson.set({ seed: (lesson.state.seed + 1) % 1000 });
    lesson.progress.add(2);
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
    lesson.play();
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

/** Step: its animation, which yields how long to wait, in milliseconds. @type {Record<string, (lesson: Lesson) => AsyncGenerator<number>>} */
export const ANIMATIONS = {
  async *film(lesson) {
    for (let at = lesson.state.at < 31 ? lesson.state.at : 0; at <= 31; at++) {
      while (lesson.answers.trajectory.length <= at) yield 100;
      lesson.set({ at });
      yield at < 25 ? 110 : 160;
    }
    lesson.progress.add(0);
  },
  async *noise(lesson) {
    yield* sweep(lesson, "t", 0, 500, 5, 45);
    lesson.progress.add(1);
    yield 600;
    yield* sweep(lesson, "t", 500, 100, -10, 25);
  },
  async *ask(lesson) {
    lesson.set({ asked: 0 });
    yield 900;
    lesson.set({ asked: 1 });
    lesson.progress.add(0);
    await lesson.answers.fetchNoise();
    yield 1200;
    lesson.set({ asked: 2 });
    lesson.progress.add(1);
    yield 1200;
    for (const t of [180, 240, 300, 360, 420, 480]) {
      lesson.set({ t });
      await lesson.answers.fetchNoise();
      yield 700;
    }
  },
  async *leaps(lesson) {
    if (lesson.state.n !== 500) await lesson.answers.fetchWalk(inSteps(lesson.state));
    lesson.progress.add(0);
    yield* sweep(lesson, "moment", 0, 100, 4, 80);
  },
  async *fresh(lesson) {
    lesson.set({ leave: 1 });
    lesson.progress.add(0);
    await Promise.all([true, false].map((fresh) => lesson.answers.fetchWalk(withNoise(lesson.state, fresh))));
    yield* sweep(lesson, "moment", 0, 100, 4, 80);
  },
  async *epochs(lesson) {
    yield* sweep(lesson, "epoch", 0, LAST_EPOCH, 1, 220);
    lesson.progress.add(0);
  },
  async *blend(lesson) {
    for (let blend = 0; blend <= 100; blend += 5) {
      lesson.set({ blend });
      if (lesson.state.seed) await lesson.answers.fetchWalk(blended(lesson.state));
      yield 300;
    }
    lesson.progress.add(0);
    lesson.progress.add(1);
  },
  async *train(lesson) {
    yield* sweep(lesson, "seen", 1, 5, 1, 900);
    lesson.progress.add(0);
  },
  async *mistakes(lesson) {
    yield* sweep(lesson, "mistake", 0, 5, 1, 3500);
  },
};
