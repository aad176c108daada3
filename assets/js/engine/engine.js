// @ts-check
/**
 * The engine for the page: everything that it computes, it computes in a worker.
 *
 *     const engine = await openEngine({ backend: "webgpu" });
 *     const network = await engine.load(await (await fetch("model_31.safetensors")).arrayBuffer(), config);
 *     for await (const frame of engine.walk([network], { seed: 1, count: 8 })) player.receive(frame);
 *
 * Every failure is an EngineError (errors.js), after which a caller asks the server: the same seed gives the same walk.
 */

import { EngineError } from "./errors.js";

export class Engine {
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: EngineError) => void }>} */
  #waiting = new Map();
  #last = 0;
  /** @type {EngineError | null} */
  #failure = null;

  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    worker.addEventListener("message", ({ data: { id, value, error } }) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) call?.reject(new EngineError(error.reason, error.message));
      else call?.resolve(value);
    });
    worker.addEventListener("error", (event) => this.#end(new EngineError("failed", event.message || "the engine did not start")));
    worker.addEventListener("messageerror", () => this.#end(new EngineError("failed", "a message could not be read")));
  }

  /** @param {EngineError} failure */
  #end(failure) {
    this.#failure ??= failure;
    this.worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  /** @param {string} call @param {any[]} values @returns {Promise<any>} */
  ask(call, ...values) {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.set(++this.#last, { resolve, reject });
      this.worker.postMessage({ id: this.#last, call, values });
    });
  }

  /**
   * A network of our safetensors file. EngineError "bad-file" or "unsupported" where it is none that a browser runs.
   * @param {ArrayBuffer | Uint8Array} file @param {Record<string, any>} config as config.json has it
   * @returns {Promise<Net.Handle>}
   */
  load(file, config) {
    const { network, width, variant, schedule, levels, vocabulary } = config;
    return this.ask("load", file, { network, width, variant, schedule, levels, vocabulary: Boolean(vocabulary) });
  }

  /** Frees a network's memory. @param {Net.Handle} network @returns {Promise<void>} */
  unload(network) {
    return this.ask("unload", network.id);
  }

  /**
   * The frames of a walk of these networks in lockstep, as the server sends them. Whoever leaves the loop stops the walk.
   * @param {Net.Handle[]} networks @param {Net.Request} request
   * @param {(Net.Handle | null)[]} younger for each an earlier epoch of its run, for `request.youth`
   * @returns {AsyncGenerator<Record<string, any>>}
   */
  async *walk(networks, request, younger = []) {
    const walk = ++this.#last;
    const ids = (/** @type {(Net.Handle | null)[]} */ list) => list.map((one) => one?.id ?? null);
    await this.ask("begin", walk, ids(networks), request, ids(younger));
    let done = false;
    try {
      for (;;) {
        const frame = await this.ask("next", walk);
        if (frame === null) break;
        yield frame;
      }
      done = true;
    } finally {
      if (!done) this.ask("stop", walk).catch(() => {}); // it ends by itself, at its next step
    }
  }

  /**
   * The noise that each network predicts in pictures of level t.
   * @param {Net.Handle[]} networks @param {Float32Array} x (B, 3, 16, 16) in [-1, 1] @param {number} t
   * @param {Net.Request["contexts"]} [contexts] @returns {Promise<Float32Array[]>}
   */
  predict(networks, x, t, contexts) {
    return this.ask("predict", networks.map(({ id }) => id), x, t, contexts);
  }

  /** What it runs on and what it has done: backend, adapter, evaluations, dispatches, bytes. @returns {Promise<Record<string, any>>} */
  describe() {
    return this.ask("describe");
  }

  /** For tests: as when the driver takes the device away. @returns {Promise<void>} */
  lose() {
    return this.ask("lose");
  }

  close() {
    this.#end(new EngineError("failed", "the engine is closed"));
  }
}

/**
 * Starts a worker. EngineError "no-webgpu" where the browser or the machine has none.
 * @param {Net.Options} options backend: "webgpu" unless given @returns {Promise<Engine>}
 */
export async function openEngine(options = {}) {
  const engine = new Engine(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }));
  try {
    await engine.ask("open", options);
  } catch (error) {
    engine.close();
    throw error;
  }
  return engine;
}
