/**
 * The WebSocket that `doctor` watches, on the connection of its handshake.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Data, sizeOf } from "../../queue/data.ts";
import type { CloseInfo } from "../../rfc6455/close.ts";
import { headerSize } from "../../rfc6455/frame.ts";
import { Connection } from "../../transport/tcp/connection.ts";
import type { Conn } from "../../transport/tcp/dial/deno_net.ts";
import type { Opened } from "../../transport/tcp/opening_handshake.ts";
import type { TransportListener } from "../../transport/transport.ts";

/** What went one way; sizes in bytes. */
export interface Traffic {
  readonly messages: number;
  /** As frames without compression. */
  readonly plain: number;
  /** As frames that were on the wire. */
  readonly wire: number;
}

/** How a connection ended; `undefined`: as we asked for. */
export type End = { readonly info: CloseInfo; readonly failure?: Failure };

/** The largest message to take, in bytes: the default of the library. */
const MAX_MESSAGE_SIZE = 16 * 1024 * 1024;
/** How long to wait for the answer to our close frame, in milliseconds. */
const CLOSE_WAIT = 1_000;
/** Any masking key. */
const MASKED = 0;

/** An open WebSocket whose traffic is counted. */
export class LiveConnection implements TransportListener, AsyncDisposable {
  readonly #clock: Clock;
  readonly #conn: CountingConn;
  readonly #connection: Connection;
  readonly #ended = Promise.withResolvers<End>();
  #awaitedPong: (() => void) | undefined;
  #pings = 0;
  #received = { messages: 0, plain: 0 };
  #sent = { messages: 0, plain: 0 };
  /** Bytes of control frames, each way. */
  #control = { received: 0, sent: 0 };
  /** Called with each message. */
  onmessage = () => {};

  /** Takes over what a handshake has opened. */
  constructor({ conn, deflate, rest }: Opened, clock: Clock) {
    this.#clock = clock;
    this.#conn = new CountingConn(conn);
    this.#connection = new Connection({
      conn: this.#conn,
      maxMessageSize: MAX_MESSAGE_SIZE,
      deflate,
      listener: this,
    });
    this.#connection.run(rest);
  }

  /** Resolves at the end. */
  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  /** What arrived. */
  get received(): Traffic {
    const wire = this.#connection.progress - this.#control.received;
    return { ...this.#received, wire };
  }

  /** What was sent. */
  get sent(): Traffic {
    return { ...this.#sent, wire: this.#conn.written - this.#control.sent };
  }

  /** Sends a ping; resolves to its round trip, in milliseconds. */
  async ping(): Promise<number> {
    const pong = Promise.withResolvers<void>();
    this.#awaitedPong = pong.resolve;
    this.#pings += 1;
    const payload = `${this.#pings}`;
    const begin = this.#clock.now();
    this.#control.sent += frameSize(payload, MASKED);
    this.#connection.ping(payload);
    await pong.promise;
    return this.#clock.now() - begin;
  }

  /** Sends a text. */
  send(text: string): void {
    this.#sent.messages += 1;
    this.#sent.plain += frameSize(text, MASKED);
    this.#connection.send(text);
  }

  /** Closes, and waits for the server for a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.after(CLOSE_WAIT, late.resolve);
    this.#connection.close(1000, "");
    await Promise.race([this.ended, late.promise]);
    cancel();
    this.#connection.terminate();
  }

  // What follows is for the connection.

  /** It was open from the start. */
  open(): void {}

  /** A message arrived. */
  message(data: Data): void {
    this.#received.messages += 1;
    this.#received.plain += frameSize(data, undefined);
    this.onmessage();
  }

  /** A ping was answered. */
  pong(payload: string): void {
    this.#control.received += frameSize(payload, undefined);
    if (payload === `${this.#pings}`) this.#awaitedPong?.();
  }

  /** Nothing waits for it. */
  writable(): void {}

  /** The end. */
  end(info: CloseInfo, failure: Failure | undefined): void {
    this.#ended.resolve({ info, ...failure !== undefined && { failure } });
  }
}

function frameSize(data: Data, key: number | undefined): number {
  const size = sizeOf(data);
  return headerSize(size, key) + size;
}

/** A connection that counts what it writes. */
class CountingConn implements Conn {
  readonly #conn: Conn;
  #written = 0;

  constructor(conn: Conn) {
    this.#conn = conn;
  }

  get written(): number {
    return this.#written;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  async write(data: Uint8Array): Promise<number> {
    const count = await this.#conn.write(data);
    this.#written += count;
    return count;
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }
}
