// @ts-check

export class EngineError extends Error {
  /** @param {Net.Reason} reason @param {string} message */
  constructor(reason, message) {
    super(message);
    this.name = "EngineError";
    this.reason = reason;
  }

  /** As plain data, for a message between threads. @param {unknown} error */
  static toPlain(error) {
    return error instanceof EngineError
      ? { reason: error.reason, message: error.message }
      : { reason: /** @type {Net.Reason} */ ("failed"), message: String(/** @type {any} */ (error)?.message ?? error) };
  }
}
