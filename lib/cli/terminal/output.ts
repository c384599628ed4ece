/**
 * Results on their way to stdout, with backpressure.
 *
 * @module
 */

import type { SessionIo } from "./command_io.ts";

/** How much is gathered before whoever writes has to wait, in bytes. */
const HIGH = 64 * 1024;

/** Gathers while a write is under way, so that few writes carry many results. */
export class Output {
  readonly #io: Pick<SessionIo, "writeBytes">;
  readonly #encoder = new TextEncoder();
  #gathered: Uint8Array[] = [];
  #size = 0;
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Makes an output of one process. */
  constructor(io: Pick<SessionIo, "writeBytes">) {
    this.#io = io;
  }

  /**
   * Takes a result.
   *
   * @returns Settles when there is room for the next one; rejects when stdout
   * takes no more.
   */
  async write(data: string | Uint8Array): Promise<void> {
    this.#check();
    const bytes = typeof data === "string" ? this.#encoder.encode(data) : data;
    this.#gathered.push(bytes);
    this.#size += bytes.length;
    const writing = this.#writing ??= this.#work();
    if (this.#size > HIGH) await writing;
    this.#check();
  }

  /** Settles when stdout has taken everything. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #work(): Promise<void> {
    // What arrives in the same turn belongs together.
    await Promise.resolve();
    try {
      while (this.#size > 0) await this.#io.writeBytes(this.#take());
    } catch (error) {
      this.#failure = { error };
    }
    this.#writing = undefined;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
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
