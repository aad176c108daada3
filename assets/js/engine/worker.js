// @ts-check
/** The engine's own thread: answers the messages of engine.js. */

import { EngineError } from "./errors.js";
import { LocalEngine } from "./local.js";

/** @type {LocalEngine} */
let engine;
/** @type {Map<number, AsyncGenerator<any>>} */
const walks = new Map();

/** What the page may ask for, by its name. @type {Record<string, (...values: any[]) => any>} */
const CALLS = {
  async open(/** @type {any} */ options) {
    engine = await LocalEngine.open(options);
    return engine.describe();
  },
  load: (file, config) => engine.load(file, config),
  unload: (id) => engine.unload(id),
  predict: (...values) => engine.predict(.../** @type {[any, any, any, any]} */ (values)),
  describe: () => engine.describe(),
  lose: () => engine.lose(),
  begin(/** @type {number} */ walk, /** @type {any} */ ids, /** @type {any} */ request, /** @type {any} */ younger) {
    walks.set(walk, engine.walk(ids, request, younger));
  },
  /** The next frame; null after the last. */
  async next(/** @type {number} */ walk) {
    try {
      const next = await walks.get(walk)?.next();
      if (next && !next.done) return next.value;
    } catch (error) {
      walks.delete(walk);
      throw error;
    }
    walks.delete(walk);
    return null;
  },
  async stop(/** @type {number} */ walk) {
    await walks.get(walk)?.return(undefined);
    walks.delete(walk);
  },
};

addEventListener("message", async ({ data: { id, call, values } }) => {
  try {
    postMessage({ id, value: await CALLS[call](...values) });
  } catch (error) {
    postMessage({ id, error: EngineError.toPlain(error) });
  }
});
