// @ts-check
/** The engine on the thread that it is called from: in a worker (worker.js), or in a test. */

import { EngineError } from "./errors.js";
import { PlainBackend } from "./plain.js";
import { frames, loadNetwork, predictNoise } from "./walk.js";
import { WebGpuBackend } from "./webgpu.js";

export class LocalEngine {
  /** @type {Map<number, Net.Network>} */
  #networks = new Map();
  #last = 0;

  /** @param {Net.Options} options */
  static async open(options) {
    const Backend = options.backend === "plain" ? PlainBackend : WebGpuBackend;
    return new LocalEngine(await Backend.open(options));
  }

  /** @param {Net.Backend & { describe?: () => Record<string, any>, device?: any }} backend */
  constructor(backend) {
    this.backend = backend;
  }

  /** @param {ArrayBuffer | Uint8Array} file @param {any} config @returns {Promise<{ id: number, names: number, levels: number }>} */
  async load(file, config) {
    const network = await loadNetwork(this.backend, file, config);
    this.#networks.set(++this.#last, network);
    return { id: this.#last, names: network.graph.names, levels: network.levels };
  }

  /** @param {number} id */
  unload(id) {
    this.#networks.get(id)?.program.destroy();
    this.#networks.delete(id);
  }

  /** @param {(number | null)[]} ids */
  #find(ids) {
    return ids.map((id) => {
      const network = id === null ? null : this.#networks.get(id);
      if (network === undefined) throw new EngineError("failed", "this network is not loaded");
      return /** @type {Net.Network} */ (network);
    });
  }

  /** @param {number[]} ids @param {Net.Request} request @param {(number | null)[]} younger */
  walk(ids, request, younger = []) {
    return frames(this.#find(ids), this.#find(younger), request);
  }

  /** @param {number[]} ids @param {Float32Array} x @param {number} t @param {Net.Request["contexts"]} contexts */
  predict(ids, x, t, contexts) {
    return predictNoise(this.#find(ids), x, t, contexts);
  }

  /** What it runs on, and counts: see WebGpuBackend.describe. */
  describe() {
    return { backend: this.backend.name, ...this.backend.describe?.() };
  }

  /** For tests: as when the driver takes the device away. */
  lose() {
    this.backend.device?.destroy();
  }

  close() {
    for (const id of [...this.#networks.keys()]) this.unload(id);
    this.backend.close();
  }
}
