/**
 * What a {@linkcode ReconnectingWebSocket} consists of, and what its parts tell
 * each other. The class itself is the interface to it.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import type { LogLevel, StatusNotice } from "../../boundary/protocol.ts";
import type { SocketError } from "../errors/mod.ts";
import { DropEvent, HeartbeatEvent } from "./events.ts";
import { Lifecycle, type LifecycleContext } from "./lifecycle.ts";
import { RemoteConnection } from "../remote/remote_connection.ts";
import type { Drop, RemoteConnectionListener } from "../remote/listener.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import { writeLog } from "../options/logger.ts";
import type { Sendable } from "../remote/message_data.ts";
import { MessageStream, type StreamEnd } from "./message_stream.ts";
import { SocketCounters } from "./socket_counters.ts";
import type { ReconnectingWebSocketOptions } from "../options/options.ts";
import { Probes } from "./probes.ts";
import { Providers, type Question } from "../options/providers.ts";
import type { Resolved } from "../options/resolve.ts";
import type { SendOptions, SendTicket } from "../remote/send_queue.ts";
import {
  type BinaryFormat,
  type MessageData,
  OPEN,
  toMessageData,
  toSendable,
} from "./web_idl.ts";
import { choosePool } from "../workers/worker_host.ts";
import { outboxFull, type WriteOptions, WriteQueue } from "./write_queue.ts";

type LogFields = Readonly<Record<string, string | number | boolean>>;

/** What the application has of a socket. */
export interface SocketTarget extends EventTarget {
  /** Ends it for good. */
  close(): void;
}

/**
 * The parts of one socket. They tell one object of a class, as a closure for
 * each of what they tell would be felt with a thousand sockets.
 */
export class SocketParts implements RemoteConnectionListener, LifecycleContext {
  readonly target: SocketTarget;
  readonly providers: Providers;
  readonly counters = new SocketCounters();
  readonly lifecycle: Lifecycle;
  readonly connection: RemoteConnection;
  /** What binary messages are delivered as. */
  binaryType: BinaryFormat = "arraybuffer";
  readonly #options: ReconnectingWebSocketOptions;
  readonly #limits: OutboxLimits;
  readonly #ttl: number;
  /** Whether anybody wants `message` events. */
  #audience: "none" | "listeners" = "none";
  // Made for those who ask: most sockets send and listen, and no more.
  #probes: Probes | undefined;
  #stream: MessageStream<MessageData> | undefined;
  #writeQueue: WriteQueue | undefined;
  #abort: (() => void) | undefined;

  /** Starts to connect, unless `autoConnect` is `false`. */
  constructor(
    target: SocketTarget,
    resolved: Resolved,
    options: ReconnectingWebSocketOptions,
  ) {
    const { setup, outbox, ttl } = resolved;
    const { worker = "shared" } = options;
    this.target = target;
    this.#options = options;
    this.#ttl = ttl;
    this.#limits = outbox;
    this.providers = new Providers(resolved);
    this.lifecycle = new Lifecycle({
      kind: setup.autoConnect ? "connecting" : "idle",
      attempt: 0,
      worker: typeof worker === "string" ? worker : "own",
    }, this);
    this.connection = new RemoteConnection(
      choosePool(worker),
      setup,
      outbox,
      this,
    );
  }

  /** Has the signal of the options close the socket, from now on until the end. */
  followAbortSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    this.#abort = () => this.target.close();
    signal.addEventListener("abort", this.#abort);
    if (signal.aborted) this.#abort();
  }

  /** Sends a message, or throws what `send()` throws. */
  send(data: Sendable): void {
    if (this.lifecycle.isOver) throw this.lifecycle.endError;
    this.#writeQueue?.catchUp();
    const options = { ttl: this.#ttl };
    if (this.#queue(toSendable(data), options) === "overflow") {
      throw outboxFull(this.#limits);
    }
  }

  /** Sends a message with backpressure. */
  async write(data: Sendable, options: WriteOptions): Promise<void> {
    if (this.lifecycle.isOver) throw this.lifecycle.endError;
    this.#writeQueue ??= this.#makeWriteQueue();
    await this.#writeQueue.write(toSendable(data), {
      ttl: this.#ttl,
      ...options,
    });
  }

  /** Pings now; resolves to the latency in milliseconds. */
  probe(): Promise<number> {
    this.#probes ??= new Probes((failure) =>
      this.lifecycle.errorOf(failure, "undecided")
    );
    return this.#probes.start((request) => this.connection.probe(request));
  }

  /** Fires `message` events from now on. */
  listen(): void {
    this.#audience = "listeners";
    this.connection.consume("push");
  }

  /** Pulls messages from now on. */
  startPulling(): void {
    this.connection.onavailable ??= () => this.messages.available();
    this.connection.consume("pull");
  }

  /** Messages as they are pulled. */
  get messages(): MessageStream<MessageData> {
    return this.#stream ??= new MessageStream(() => this.#pull());
  }

  // What follows is for the parts.

  status(status: StatusNotice): void {
    this.lifecycle.onStatus(status);
  }

  opened(notice: NoticeOf<"opened">): void {
    this.lifecycle.onOpened(notice);
  }

  message(data: Data): void {
    this.#deliver(data);
  }

  disconnected(notice: NoticeOf<"disconnected">): void {
    this.lifecycle.onDisconnected(notice);
  }

  closed(notice: NoticeOf<"closed">): void {
    this.#writeQueue?.end();
    this.connection.reportDrops();
    this.lifecycle.onClosed(notice);
  }

  failed(level: LogLevel, { name, message }: SocketError): void {
    this.#log(level, message, { error: name });
  }

  ending(error: SocketError): void {
    const { signal } = this.#options;
    if (this.#abort) signal?.removeEventListener("abort", this.#abort);
    this.#probes?.end(error);
  }

  ended(end: StreamEnd): void {
    this.messages.end(end);
  }

  dropped(drop: Drop): void {
    this.counters.onDropped(drop);
    this.#log("warn", "Messages dropped", { ...drop });
    this.target.dispatchEvent(new DropEvent(drop));
  }

  async ask(question: number, what: Question): Promise<void> {
    this.connection.answer(question, await this.providers.ask(what));
  }

  heartbeat(notice: NoticeOf<"heartbeat">): void {
    this.counters.onHeartbeat(notice);
    if (this.lifecycle.readyState !== OPEN) return;
    this.target.dispatchEvent(new HeartbeatEvent(notice.latency));
  }

  probed(notice: NoticeOf<"probed">): void {
    this.#probes?.answer(notice);
  }

  log(notice: NoticeOf<"log">): void {
    const { logger } = this.#options;
    if (logger) writeLog(logger, notice);
  }

  /** Writes a record of this thread, as the worker writes its own. */
  #log(level: LogLevel, message: string, fields: LogFields): void {
    const { attempt } = this.lifecycle.status;
    const record = { level, message, fields: { attempt, ...fields } };
    this.log({ type: "log", id: this.connection.id, ...record });
  }

  #makeWriteQueue(): WriteQueue {
    return new WriteQueue({
      connection: this.connection,
      limits: this.#limits,
      send: (data, options) => this.#queue(data, options),
      ended: () => this.lifecycle.endError,
    });
  }

  #queue(data: Sendable, options: SendOptions): SendTicket | "overflow" {
    const ticket = this.connection.send(data, options);
    if (ticket !== "overflow") this.counters.onQueued(ticket);
    return ticket;
  }

  /** Takes a message out of the inbox, and tells the listeners of it. */
  #pull(): MessageData | undefined {
    const message = this.connection.pull();
    return message === undefined ? undefined : this.#deliver(message);
  }

  #deliver(message: Data): MessageData {
    const data = toMessageData(message, this.binaryType);
    const { isOver, origin } = this.lifecycle;
    if (this.#audience === "listeners" && !isOver) {
      this.target.dispatchEvent(new MessageEvent("message", { data, origin }));
    }
    return data;
  }
}
