/**
 * A WebSocket from the end of its opening handshake to its end, over a
 * connection of Deno.
 *
 * @module
 */

import type { Conn } from "./dial/deno_net.ts";
import type { Failure } from "../../connection/failure.ts";
import type { Data } from "../../queue/data.ts";
import type { Pack } from "../../queue/pack.ts";
import { type CloseInfo, LOST } from "../../rfc6455/close.ts";
import { type MessageCompression, Protocol } from "../../rfc6455/protocol.ts";
import { isSent } from "../close_code.ts";
import { endFailure } from "../end_failure.ts";
import { SentPings } from "../sent_pings.ts";
import type { TransportListener } from "../transport.ts";
import { closeQuietly } from "./dial/dial_attempt.ts";
import { Inbound, type InboundEvents } from "./inbound.ts";
import { nextMaskingKey } from "./masking_keys.ts";
import { Output, type OutputListener } from "./output.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { othersHadTheirTurn, Turn } from "../turn.ts";

/** What a connection is made of. */
export interface ConnectionParts {
  /** The connection below, which is closed at the end. */
  readonly conn: Conn;
  /** The largest message to accept, in bytes. */
  readonly maxMessageSize: number;
  /** Present when compression was negotiated. */
  readonly deflate: MessageCompression | undefined;
  /** Who is notified. */
  readonly listener: TransportListener;
}

/** Above this many unwritten bytes `send()` asks to wait, until there are no more. */
const HIGH = 1024 * 1024;
/** How long a peer may keep TCP open after the last frame, in milliseconds. */
const LINGER = 1_000;
/** The close code for a message that is too big (RFC 6455, 7.4.1). */
const TOO_BIG = 1009;

const encoder = new TextEncoder();

/** An open WebSocket. */
export class Connection implements InboundEvents, OutputListener {
  readonly #conn: Conn;
  readonly #protocol: Protocol;
  readonly #inbound: Inbound;
  readonly #output: Output;
  readonly #buffer = new ReadBuffer();
  readonly #turn = new Turn(now);
  readonly #pings = new SentPings();
  #listener: TransportListener | undefined;
  /** `closing`: we have asked for it, and first. */
  #phase: "open" | "closing" = "open";
  #reading: "on" | "paused" = "on";
  /** Ends a pause. */
  #continue: (() => void) | undefined;
  #progress = 0;
  #info: CloseInfo = LOST;
  #failure: Failure | undefined;
  #detail: string | undefined;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;

  /** Makes a connection that reads nothing yet. */
  constructor({ conn, maxMessageSize, deflate, listener }: ConnectionParts) {
    this.#conn = conn;
    this.#listener = listener;
    this.#inbound = new Inbound(this, maxMessageSize);
    this.#protocol = new Protocol({
      role: "client",
      maxMessageSize,
      nextKey: nextMaskingKey,
      deflate,
      listener: this.#inbound,
    });
    this.#output = new Output(conn, this.#protocol, this);
  }

  /** As `Transport.isOpen`. */
  get isOpen(): boolean {
    return this.#listener !== undefined && this.#protocol.state === "open";
  }

  /** As `Transport.progress`. */
  get progress(): number {
    return this.#progress;
  }

  /** As `Transport.unwritten`. */
  get unwritten(): number {
    return this.#output.messages;
  }

  /** As `Transport.bufferedAmount`. */
  get bufferedAmount(): number {
    return this.#output.unwritten;
  }

  /** As `Transport.send()`. */
  send(data: Data): boolean {
    if (!this.isOpen) return true;
    if (typeof data === "string") this.#protocol.sendText(data);
    else this.#protocol.sendBinary(new Uint8Array(data));
    this.#output.endMessage();
    this.#output.schedule();
    return this.#output.unwritten <= HIGH;
  }

  /** As `Transport.ping()`. */
  ping(payload: string): void {
    if (!this.isOpen) return;
    this.#pings.add(payload);
    this.#protocol.sendPing(encoder.encode(payload));
    this.#output.schedule();
  }

  /** As `Transport.close()`. */
  close(closeCode: number | undefined, reason: string): void {
    if (!this.isOpen) return;
    this.#phase = "closing";
    if (isSent(closeCode)) this.#protocol.sendClose(closeCode, reason);
    else this.#protocol.sendClose();
    this.#output.schedule();
  }

  /** As `Transport.terminate()`. */
  terminate(): void {
    this.#listener = undefined;
    clearTimeout(this.#lingerTimer);
    this.#protocol.stop();
    this.#output.stop();
    closeQuietly(this.#conn);
    this.resume();
  }

  /** As `Transport.pause()`; what was read already is still delivered. */
  pause(): void {
    this.#reading = "paused";
  }

  /** As `Transport.resume()`. */
  resume(): void {
    this.#reading = "on";
    this.#continue?.();
    this.#continue = undefined;
  }

  /**
   * Reads until the end, and notifies of it.
   *
   * @param first What came behind the answer to the handshake.
   */
  run(first: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#receive(first);
    return this.#readAll();
  }

  // What follows is for the inbound side and the output.

  /** A message is complete. */
  received(data: Data, bytes: number): void {
    this.#listener?.message(data, bytes);
  }

  /** Whether messages may come in packs. */
  get takesPacks(): boolean {
    return this.#listener?.takesPacks ?? false;
  }

  /** Many messages are complete. */
  packed(pack: Pack): void {
    this.#listener?.pack?.(pack);
  }

  /** A pong arrived. */
  answered(payload: string): void {
    if (this.#pings.answer(payload)) this.#listener?.pong(payload);
  }

  /** The server closes, or broke the protocol. */
  concluded(info: CloseInfo, failure: Failure | undefined): void {
    // The protocol has answered its own faults.
    if (failure?.type === "too-big" && this.#protocol.state !== "failed") {
      this.#protocol.sendClose(TOO_BIG, "The text is too long");
      this.#protocol.stop();
    }
    this.#info = info;
    this.#failure = failure;
    this.#linger();
  }

  /** A part of the output was written. */
  written(): void {
    if (this.#output.unwritten <= HIGH) this.#listener?.writable();
  }

  /** All output was written. */
  flushed(): void {
    // The server closes TCP first (RFC 6455, 7.1.1), unless it broke the
    // protocol (7.1.7). What it still sends is read, as unread bytes would make
    // of the end a reset, which could overtake the close frame.
    if (this.#protocol.state === "failed") {
      this.#conn.closeWrite().catch(() => {});
    }
  }

  /** No more output can be written; what came before may still be read. */
  failed(detail: string): void {
    this.#detail = detail;
    this.#linger();
  }

  /** Without arguments, which it would keep for as long as it reads. */
  async #readAll(): Promise<void> {
    while (this.#listener !== undefined) {
      if (this.#reading === "paused") await this.#paused();
      let count: number | null;
      // Here and not in a method: a promise less for each read.
      try {
        count = await this.#conn.read(this.#buffer.bytes);
      } catch (error) {
        this.#detail ??= messageOf(error);
        break;
      }
      // A read of nothing would go on for ever.
      if (count === null || count === 0) break;
      this.#receive(this.#buffer.bytes.subarray(0, count));
      this.#buffer.adapt(count);
      if (this.#turn.isOverAfter(count)) await othersHadTheirTurn();
    }
    this.#end();
  }

  #paused(): Promise<void> {
    return new Promise((resolve) => this.#continue = resolve);
  }

  #receive(chunk: Uint8Array<ArrayBuffer>): void {
    this.#progress += chunk.length;
    this.#inbound.start(chunk);
    try {
      this.#protocol.receive(chunk);
      this.#inbound.finish();
    } catch (error) {
      // Nobody else catches it, and it would end all connections of the thread.
      const detail = `The transport failed: ${messageOf(error)}`;
      this.#failure ??= { type: "lost", detail };
      return this.#end();
    }
    this.#output.flush();
  }

  #linger(): void {
    this.#lingerTimer ??= setTimeout(() => this.#end(), LINGER);
  }

  #end(): void {
    const listener = this.#listener;
    this.terminate();
    const context = { phase: this.#phase, detail: this.#detail };
    const failure = this.#failure ?? endFailure(this.#info, context);
    listener?.end(this.#info, failure);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function now(): number {
  return performance.now();
}
