/**
 * Writes what a protocol has to send: one write for all of a turn.
 *
 * @module
 */

import type { Protocol } from "../../rfc6455/protocol.ts";
import { type Writable, writeAll } from "./dial/write_all.ts";

/** What an output notifies of, from its own events. */
export interface OutputListener {
  /** A part was written. */
  written(): void;
  /** Nothing waits any more. */
  flushed(): void;
  /** The connection takes nothing any more; nothing follows. */
  failed(detail: string): void;
}

/** The output of one connection. */
export class Output {
  readonly #conn: Writable;
  readonly #protocol: Protocol;
  readonly #listener: OutputListener;
  #state: "idle" | "scheduled" | "writing" | "stopped" = "idle";
  /** Bytes of the present write that the system has not taken. */
  #pending = 0;
  /** Bytes that the system has taken. */
  #written = 0;
  /** Where unwritten messages end, counted in the same bytes. */
  #ends: number[] = [];
  readonly #onWritten = (count: number) => {
    this.#pending -= count;
    this.#written += count;
    if (this.#isStopped) return;
    this.#forgetWritten();
    this.#listener.written();
  };

  /** Makes an output that writes nothing yet. */
  constructor(conn: Writable, protocol: Protocol, listener: OutputListener) {
    this.#conn = conn;
    this.#protocol = protocol;
    this.#listener = listener;
  }

  /** How many messages the system has not taken as a whole. */
  get messages(): number {
    return this.#ends.length;
  }

  /** Notes that what was sent last ends a message. */
  endMessage(): void {
    this.#ends.push(this.#written + this.unwritten);
  }

  /** How many bytes of frames the system has not taken. */
  get unwritten(): number {
    return this.#pending + this.#protocol.outputLength;
  }

  /** Writes after the present turn, so that more can join. */
  schedule(): void {
    if (this.#state !== "idle") return;
    this.#state = "scheduled";
    queueMicrotask(() => this.#begin("scheduled"));
  }

  /** Writes what there is at once. */
  flush(): void {
    this.#begin("idle");
  }

  /** Writes nothing more. */
  stop(): void {
    this.#state = "stopped";
  }

  #begin(from: "idle" | "scheduled"): void {
    if (this.#state !== from) return;
    this.#state = "idle";
    const output = this.#protocol.takeOutput();
    if (output.length > 0) this.#write(output);
  }

  async #write(first: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#state = "writing";
    try {
      let output = first;
      while (output.length > 0) {
        this.#pending = output.length;
        await writeAll(this.#conn, output, this.#onWritten);
        this.#protocol.recycle();
        if (this.#isStopped) return;
        output = this.#protocol.takeOutput();
      }
    } catch (error) {
      if (this.#isStopped) return;
      this.stop();
      const detail = error instanceof Error ? error.message : String(error);
      return this.#listener.failed(detail);
    }
    this.#state = "idle";
    this.#listener.flushed();
  }

  #forgetWritten(): void {
    const ends = this.#ends;
    let count = 0;
    while (count < ends.length && ends[count]! <= this.#written) count += 1;
    if (count > 0) this.#ends = ends.slice(count);
  }

  get #isStopped(): boolean {
    return this.#state === "stopped";
  }
}
