/**
 * An open connection of the bare client, with the parser, the packs and the
 * buffers of ours.
 *
 * @module
 */

import type { Data } from "../../../lib/queue/data.ts";
import { isPack, type Pack } from "../../../lib/queue/pack.ts";
import { FrameWriter } from "../../../lib/rfc6455/frame_writer.ts";
import { Receiver } from "../../../lib/rfc6455/receiver.ts";
import { Inbound } from "../../../lib/transport/tcp/inbound.ts";
import { nextMaskingKey } from "../../../lib/transport/tcp/masking_keys.ts";
import { ReadBuffer } from "../../../lib/transport/tcp/read_buffer.ts";
import type { Items } from "./protocol.ts";

/** Batches that the main thread has not delivered, at most. */
const WINDOW = 4;

/** Less that was written is reported later, as each post has a price. */
const WORTH_A_POST = 1 << 15;

/** Takes what happens. */
export interface BareListener {
  /** One read has brought this. */
  batch(items: Items, transfer: ArrayBuffer[]): void;
  /** So many characters were written. */
  written(size: number): void;
}

/** An open connection. */
export class BareSocket {
  readonly #conn: Deno.Conn;
  readonly #listener: BareListener;
  readonly #writer = new FrameWriter();
  readonly #buffer = new ReadBuffer();
  readonly #inbound = new Inbound({
    received: (data) => void this.#items.push(data),
    takesPacks: true,
    packed: (pack) => void this.#items.push(pack),
    answered() {},
    concluded() {},
  }, Infinity);
  readonly #receiver = new Receiver({
    role: "client",
    maxMessageSize: Infinity,
    listener: {
      message: (kind, bytes, start, end) =>
        this.#inbound.message(kind, bytes, start, end),
      ping() {},
      pong() {},
      close() {},
      fault() {},
    },
  });
  #items: (Data | Pack)[] = [];
  #undelivered = 0;
  /** Characters that wait for the next write, and that were written since the last report. */
  #waiting = 0;
  #written = 0;
  #continue = () => {};
  #writing: "no" | "yes" = "no";

  /** Reads from now on. */
  constructor(
    conn: Deno.Conn,
    rest: Uint8Array<ArrayBuffer>,
    listener: BareListener,
  ) {
    this.#conn = conn;
    this.#listener = listener;
    this.#receive(rest);
    this.#read();
  }

  /** Sends texts. */
  send(messages: readonly string[]): void {
    for (const data of messages) {
      this.#writer.text(data, nextMaskingKey());
      this.#waiting += data.length;
    }
    if (this.#writing === "no") this.#write();
  }

  /** The main thread has delivered a batch. */
  taken(): void {
    this.#undelivered -= 1;
    this.#continue();
  }

  /** Drops the connection. */
  close(): void {
    this.#conn[Symbol.dispose]();
  }

  async #write(): Promise<void> {
    this.#writing = "yes";
    // All of a turn in one write.
    await undefined;
    for (
      let bytes = this.#writer.take();
      bytes.length > 0;
      bytes = this.#writer.take()
    ) {
      const size = this.#waiting;
      this.#waiting = 0;
      for (let at = 0; at < bytes.length;) {
        at += await this.#conn.write(bytes.subarray(at));
      }
      this.#writer.recycle();
      this.#report(size);
    }
    this.#writing = "no";
  }

  #report(size: number): void {
    this.#written += size;
    if (this.#written < WORTH_A_POST) return;
    this.#listener.written(this.#written);
    this.#written = 0;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        if (this.#undelivered >= WINDOW) {
          await new Promise<void>((resolve) => this.#continue = resolve);
          continue;
        }
        const count = await this.#conn.read(this.#buffer.bytes);
        if (count === null) return;
        this.#receive(this.#buffer.bytes.subarray(0, count));
        this.#buffer.adapt(count);
      }
    } catch {
      // It was closed.
    }
  }

  #receive(chunk: Uint8Array<ArrayBuffer>): void {
    this.#inbound.start(chunk);
    this.#receiver.receive(chunk);
    this.#inbound.finish();
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#undelivered += 1;
    this.#listener.batch(items, items.flatMap(transferred));
  }
}

function transferred(item: Data | Pack): ArrayBuffer[] {
  if (isPack(item)) return [item.buffer];
  return typeof item === "string" ? [] : [item];
}
