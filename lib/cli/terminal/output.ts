/**
 * Results on their way to stdout, with backpressure.
 *
 * @module
 */

import type { ProcessIo } from "./command_io.ts";

/** How much is gathered before the caller has to wait, in bytes. */
const HIGH = 64 * 1024;

/** Gathers results while a write is under way: many results, few writes. */
export class Output {
  readonly #io: Pick<ProcessIo, "writeBytes">;
  readonly #encoder = new TextEncoder();
  readonly #failed = Promise.withResolvers<unknown>();
  #gathered: Uint8Array[] = [];
  #size = 0;
  #writing: Promise<void> | undefined;
  #state: "working" | "failed" = "working";

  /** Makes the output of one process. */
  constructor(io: Pick<ProcessIo, "writeBytes">) {
    this.#io = io;
  }

  /**
   * Resolves to the error once stdout takes no more. From then on, results are
   * discarded.
   */
  get failed(): Promise<unknown> {
    return this.#failed.promise;
  }

  /** Takes a result. Settles when the next one may follow. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#state === "failed") return;
    const bytes = typeof data === "string" ? this.#encoder.encode(data) : data;
    this.#gathered.push(bytes);
    this.#size += bytes.length;
    const writing = this.#writing ??= this.#work();
    if (this.#size > HIGH) await writing;
  }

  /** Settles when stdout has taken everything, or takes no more. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #work(): Promise<void> {
    // What arrives in the same turn belongs together.
    await Promise.resolve();
    try {
      while (this.#size > 0) await this.#io.writeBytes(this.#take());
    } catch (error) {
      this.#state = "failed";
      this.#take();
      this.#failed.resolve(error);
    }
    this.#writing = undefined;
  }

  #take(): Uint8Array {
    const block = new Uint8Array(this.#size);
    let at = 0;
    for (const bytes of this.#gathered) {
      block.set(bytes, at);
      at += bytes.length;
    }
    this.#gathered = [];
    this.#size = 0;
    return block;
  }
}
