/**
 * What a {@linkcode ReconnectingWebSocket} consists of, and which part gets which
 * event. The class itself is the interface to it.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import type { Drop, LogLevel, StatusNotice } from "../../boundary/protocol.ts";
import type { SocketError } from "../errors/mod.ts";
import { DropEvent, HeartbeatEvent } from "./events.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RemoteConnection } from "../remote/remote_connection.ts";
import type { RemoteConnectionListener } from "../remote/listener.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import { writeLog } from "../options/logger.ts";
import { type Sendable, toMessage } from "../remote/message_data.ts";
import { MessageStream } from "./message_stream.ts";
import { beginSession } from "../remote/load_record.ts";
import { SocketCounters } from "./socket_counters.ts";
import type { ReconnectingWebSocketOptions } from "../options/options.ts";
import { Probes } from "./probes.ts";
import { Providers, type RequestedValue } from "../options/providers.ts";
import type { Resolved } from "../options/resolve.ts";
import {
  type BinaryFormat,
  type MessageData,
  OPEN,
  toMessageData,
} from "./web_idl.ts";
import { choosePool } from "../workers/worker_host.ts";
import { dropError, type WriteOptions, WriteQueue } from "./write_queue.ts";

type LogFields = Readonly<Record<string, string | number | boolean>>;

/** A socket, as its application sees it. */
export interface SocketTarget extends EventTarget {
  /** Ends it for good. */
  close(): void;
}

/**
 * The parts of one socket, and the listener of its connection. One listener
 * object instead of closures: it saves memory with 1,000 sockets.
 */
export class SocketParts implements RemoteConnectionListener {
  readonly target: SocketTarget;
  readonly providers: Providers;
  readonly counters = new SocketCounters();
  readonly lifecycle: Lifecycle;
  readonly connection: RemoteConnection;
  /** The bounds of the outbox. */
  readonly limits: OutboxLimits;
  /** How long a message may wait, unless `write()` says otherwise. */
  readonly ttl: { readonly ttl: number };
  /** What binary messages are delivered as. */
  binaryType: BinaryFormat = "arraybuffer";
  readonly #options: ReconnectingWebSocketOptions;
  /** Whether `message` events are wanted. */
  #hasListeners = false;
  // Made on first use: most sockets send and listen, and no more.
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
    this.ttl = { ttl };
    this.limits = outbox;
    this.providers = new Providers(resolved);
    this.lifecycle = new Lifecycle(target, {
      status: {
        kind: setup.autoConnect ? "connecting" : "idle",
        attempt: 0,
        worker: typeof worker === "string" ? worker : "own",
      },
      providers: this.providers,
    });
    this.connection = new RemoteConnection(
      choosePool(worker),
      setup,
      outbox,
      this,
      beginSession,
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

  /** Sends a message with backpressure. */
  async write(data: Sendable, options: WriteOptions): Promise<void> {
    if (this.lifecycle.isOver) throw this.lifecycle.endError;
    const { connection, limits } = this;
    this.#writeQueue ??= new WriteQueue(connection, { limits });
    const outcome = await this.#writeQueue.write(toMessage(data), {
      ...options,
      ttl: options.ttl ?? this.ttl.ttl,
    });
    if (outcome.kind === "taken") return;
    const { reason } = outcome;
    if (reason === "aborted") throw options.signal?.reason;
    if (reason === "closed") throw this.lifecycle.endError;
    throw dropError(reason, limits);
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
    this.#hasListeners = true;
    this.connection.incoming.consume("push");
  }

  /** Pulls messages from now on. */
  startPulling(): void {
    const { incoming } = this.connection;
    incoming.onavailable ??= () => this.messages.available();
    incoming.consume("pull");
  }

  /** Messages as they are pulled. */
  get messages(): MessageStream<MessageData> {
    return this.#stream ??= new MessageStream(() => this.#pull());
  }

  // What follows is for the connection.

  status(status: StatusNotice): void {
    if (status.kind === "connecting") this.counters.attempts += 1;
    this.lifecycle.onStatus(status);
  }

  opened(notice: NoticeOf<"opened">): void {
    if (this.lifecycle.isOver) return;
    this.counters.opens += 1;
    this.providers.noteUrl(notice.url);
    this.lifecycle.onOpened(notice);
  }

  message(data: Data): void {
    this.#deliver(data);
  }

  disconnected(notice: NoticeOf<"disconnected">): void {
    const { status, info, failure, attempt } = notice;
    this.providers.noteUrl(notice.url);
    this.status(status);
    // A listener may have ended it.
    if (this.lifecycle.isOver) return;
    this.counters.disconnects += 1;
    const { delay = 0 } = status;
    const error = failure && this.lifecycle.errorOf(failure, delay);
    if (error) this.#logError("warn", error);
    this.lifecycle.onDisconnected({ ...info, attempt, delay, error });
  }

  closed(notice: NoticeOf<"closed">): void {
    this.providers.noteUrl(notice.url);
    const end = this.lifecycle.conclude(notice);
    if (end.kind === "failed") this.#logError("error", end.error);
    const { signal } = this.#options;
    if (this.#abort) signal?.removeEventListener("abort", this.#abort);
    this.#probes?.end(end.error);
    this.lifecycle.fireEnd(notice, end);
    this.messages.end(end);
  }

  dropped(drop: Drop): void {
    this.counters.onDropped(drop);
    this.#log("warn", "Messages dropped", { ...drop });
    this.target.dispatchEvent(new DropEvent(drop));
  }

  async request(request: number, what: RequestedValue): Promise<void> {
    this.connection.answer(request, await this.providers.answer(what));
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

  #logError(level: LogLevel, { name, message }: SocketError): void {
    this.#log(level, message, { error: name });
  }

  /** Takes a message out of the inbox, and fires its event. */
  #pull(): MessageData | undefined {
    const message = this.connection.incoming.pull();
    return message === undefined ? undefined : this.#deliver(message);
  }

  #deliver(message: Data): MessageData {
    const data = toMessageData(message, this.binaryType);
    const { isOver, origin } = this.lifecycle;
    if (this.#hasListeners && !isOver) {
      const { lastEventId = "" } = this.connection.session ?? {};
      const init = { data, origin, lastEventId };
      this.target.dispatchEvent(new MessageEvent("message", init));
    }
    return data;
  }
}
