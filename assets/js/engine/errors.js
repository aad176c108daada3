// @ts-check

/**
 * Why the engine cannot go on. A caller hands the walk to the server, except for "cancelled".
 * - "no-webgpu": this browser or machine has no WebGPU
 * - "lost": the device is gone, as when a driver restarts
 * - "bad-file": these are no weights of such a network
 * - "unsupported": a network or setting that only the server knows
 * - "failed": anything else
 * @typedef {"no-webgpu" | "lost" | "bad-file" | "unsupported" | "failed"} Reason
 */

export class EngineError extends Error {
  /** @param {Reason} reason @param {string} message */
  constructor(reason, message) {
    super(message);
    this.name = "EngineError";
    this.reason = reason;
  }

  /** As plain data, for a message between threads. @param {unknown} error */
  static toPlain(error) {
    return error instanceof EngineError
      ? { reason: error.reason, message: error.message }
      : { reason: /** @type {Reason} */ ("failed"), message: String(/** @type {any} */ (error)?.message ?? error) };
  }
}
