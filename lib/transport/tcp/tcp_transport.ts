/**
 * The transport over TCP and TLS connections of Deno, with the protocol of
 * `lib/rfc6455`: ping frames, TCP backpressure, the whole answer of a server
 * that refuses, and an end at once. It needs `--allow-net` and nothing else.
 *
 * Import it by `load.ts` only, which keeps it out of bundles for browsers.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { Data } from "../../queue/data.ts";
import { LOST } from "../../rfc6455/close.ts";
import type {
  Target,
  Transport,
  TransportKind,
  TransportListener,
} from "../transport.ts";
import { Connection } from "./connection.ts";
import { Opening } from "./opening.ts";
import type { Opened } from "./opening_handshake.ts";
import { OpeningError } from "./dial/tcp_failure.ts";

/** The transport over Deno's own connections. */
export const tcpTransport: TransportKind = {
  name: "tcp",
  pings: true,
  pauses: true,
  output: "direct",
  connect: (target, { maxMessageSize }, listener) =>
    new TcpTransport(target, maxMessageSize, listener),
};

class TcpTransport implements Transport {
  readonly #maxMessageSize: number;
  #opening: Opening | undefined;
  #connection: Connection | undefined;
  #listener: TransportListener | undefined;
  #reading: "on" | "paused" = "on";
  #failure: Failure | undefined;

  constructor(
    target: Target,
    maxMessageSize: number,
    listener: TransportListener,
  ) {
    this.#maxMessageSize = maxMessageSize;
    this.#listener = listener;
    const opening = new Opening(target);
    this.#opening = opening;
    this.#run(opening);
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  get unwritten(): number {
    return this.#connection?.unwritten ?? 0;
  }

  get progress(): number {
    return this.#connection?.progress ?? 0;
  }

  get bufferedAmount(): number {
    return this.#connection?.bufferedAmount ?? 0;
  }

  send(data: Data): boolean {
    if (this.#connection === undefined) {
      throw new Error("Cannot send before the handshake is complete");
    }
    return this.#connection.send(data);
  }

  ping(payload: string): void {
    this.#connection?.ping(payload);
  }

  close(closeCode: number | undefined, reason: string): void {
    this.#connection?.close(closeCode, reason);
    if (this.#opening === undefined) return;
    const detail = "Closed before the handshake was complete";
    this.#failure = { type: "connect", kind: "unknown", detail };
    this.#opening.abort();
  }

  terminate(): void {
    this.#listener = undefined;
    this.#opening?.abort();
    this.#connection?.terminate();
  }

  pause(): void {
    this.#reading = "paused";
    this.#connection?.pause();
  }

  resume(): void {
    this.#reading = "on";
    this.#connection?.resume();
  }

  async #run(opening: Opening): Promise<void> {
    const opened = await opening.run().catch((error: OpeningError) => error);
    this.#opening = undefined;
    const listener = this.#listener;
    if (listener === undefined) return;
    if (opened instanceof OpeningError || this.#failure !== undefined) {
      const { failure } = opened as OpeningError;
      listener.end(LOST, this.#failure ?? failure);
    } else this.#open(opened, listener);
  }

  /** Nobody waits for its end, so nothing of the opening is kept. */
  #open(
    { conn, acceptance, deflate, rest }: Opened,
    listener: TransportListener,
  ): void {
    const maxMessageSize = this.#maxMessageSize;
    const connection = new Connection({
      conn,
      maxMessageSize,
      deflate,
      listener,
    });
    this.#connection = connection;
    if (this.#reading === "paused") connection.pause();
    const { protocol, extensions } = acceptance;
    listener.open({ protocol, extensions });
    connection.run(rest);
  }
}
