/**
 * What a socket is, as its application sees it: state and end, and the events
 * that tell of them in their order.
 *
 * @module
 */

import { type CloseInfo, LOST } from "../../rfc6455/close.ts";
import type { Failure } from "../../connection/failure.ts";
import type { StatusNotice } from "../../boundary/protocol.ts";
import { ConnectionClosedError, type SocketError } from "../errors/mod.ts";
import {
  DisconnectEvent,
  EndEvent,
  FailureEvent,
  OpenEvent,
  StatusChangeEvent,
} from "./events.ts";
import type { FailureContext } from "../errors/texts.ts";
import { errorFromFailure, loadMessages } from "../errors/from_failure.ts";
import { LazyPromise } from "./lazy_promise.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import type { StreamEnd } from "./message_stream.ts";
import type { SocketCounters } from "./socket_counters.ts";
import type { Providers } from "../options/providers.ts";
import type { Status } from "./status.ts";
import {
  CLOSED,
  CLOSING,
  CONNECTING,
  OPEN,
  type ReadyState,
} from "./web_idl.ts";

/** What a first connection agreed on. */
export interface OpenInfo {
  /** The subprotocol that the server selected. */
  readonly protocol: string;
  /** The extensions that the server selected. */
  readonly extensions: string;
}

/** What a life cycle stands on. */
export interface LifecycleContext {
  /** Fires the events. */
  readonly target: EventTarget;
  readonly providers: Providers;
  readonly counters: SocketCounters;
  /** Called with what goes wrong, before its event. */
  failed(level: "warn" | "error", error: SocketError): void;
  /** Called at the end, before its event. */
  ending(error: SocketError): void;
  /** Called at the end, after its event. */
  ended(end: StreamEnd): void;
}

const NOTHING_AGREED: OpenInfo = { protocol: "", extensions: "" };

/** From the constructor to the `close` event. */
export class Lifecycle {
  readonly #context: LifecycleContext;
  readonly #opened = new LazyPromise<OpenInfo>();
  readonly #closed = new LazyPromise<CloseInfo>();
  #status: Status;
  #readyState: ReadyState = CONNECTING;
  #agreed = NOTHING_AGREED;
  #origin = "";
  #error: SocketError | undefined;

  /** Begins with a status. */
  constructor(status: Status, context: LifecycleContext) {
    this.#status = Object.freeze(status);
    this.#context = context;
    loadMessages();
  }

  /** What it is doing. */
  get status(): Status {
    return this.#status;
  }

  /** As in WHATWG WebSockets, 3.1. */
  get readyState(): ReadyState {
    return this.#readyState;
  }

  /** Whether the end was asked for, or has come. */
  get isOver(): boolean {
    return this.#readyState >= CLOSING;
  }

  /** What the last connection agreed on. */
  get agreed(): OpenInfo {
    return this.#agreed;
  }

  /** Where messages come from. */
  get origin(): string {
    return this.#origin;
  }

  /** Settles with the first open, or the end. */
  get opened(): Promise<OpenInfo> {
    return this.#opened.promise;
  }

  /** Settles with the end. */
  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  /** The error of those who come too late. */
  get endError(): SocketError {
    return this.#error ?? closedError(LOST);
  }

  /** Notes that the end was asked for. */
  close(): void {
    this.#readyState = CLOSING;
    this.#status = Object.freeze({ ...this.#status, kind: "closing" });
    const status = this.#status;
    queueMicrotask(() => {
      // The end may have come meanwhile, and `close` is the last event.
      if (this.#status === status) this.#fire(new StatusChangeEvent(status));
    });
  }

  /** The worker told what the connection is now. */
  onStatus({ kind, attempt, delay }: StatusNotice): void {
    if (kind === "connecting") this.#context.counters.attempts += 1;
    if (this.isOver) return;
    this.#readyState = CONNECTING;
    this.#setStatus({
      kind,
      attempt,
      ...delay !== undefined && { retryAt: Date.now() + delay },
    });
  }

  /** A connection is ready. */
  onOpened(notice: NoticeOf<"opened">): void {
    if (this.isOver) return;
    const { protocol, extensions, reconnected, transport } = notice;
    const { attempt } = notice.status;
    const { providers, counters } = this.#context;
    this.#readyState = OPEN;
    this.#agreed = { protocol, extensions };
    this.#origin = new URL(providers.url || notice.url).origin;
    counters.opens += 1;
    this.#opened.resolve(this.#agreed);
    this.#setStatus({ kind: "open", attempt, transport });
    // A listener may have ended it.
    if (this.isOver) return;
    this.#fire(new OpenEvent({ reconnected, attempt }));
  }

  /** A connection was lost or an attempt failed, and it will be tried again. */
  onDisconnected(notice: NoticeOf<"disconnected">): void {
    this.onStatus(notice.status);
    // A listener may have ended it.
    if (this.isOver) return;
    const { info, failure, attempt, status: { delay = 0 } } = notice;
    this.#context.counters.disconnects += 1;
    const error = failure && this.errorOf(failure, delay);
    if (error) {
      this.#context.failed("warn", error);
      this.#fire(new FailureEvent(error));
    }
    // A listener may have ended it: then it is not tried again.
    if (this.isOver) return;
    this.#fire(new DisconnectEvent({ ...info, attempt, delay, error }));
  }

  /** The end. */
  onClosed({ info, cause, failure }: NoticeOf<"closed">): void {
    const requested = cause === "requested" || this.#readyState === CLOSING;
    const error = requested
      ? closedError(info)
      : this.errorOf(failure ?? { type: "closed", ...info }, "none");
    this.#error = error;
    this.#readyState = CLOSED;
    this.#opened.reject(error);
    if (requested) this.#closed.resolve(info);
    else this.#closed.reject(error);
    if (!requested) this.#context.failed("error", error);
    this.#context.ending(error);
    this.#setStatus({ kind: "closed" });
    if (!requested && !info.wasClean) this.#fire(new FailureEvent(error));
    this.#fire(new EndEvent(info, requested ? "requested" : cause));
    this.#context.ended({ kind: requested ? "requested" : "failed", error });
  }

  /** The error for a failure. */
  errorOf(failure: Failure, delay: FailureContext["delay"]): SocketError {
    const { providers } = this.#context;
    const { url, secrets } = providers;
    const { attempt } = this.#status;
    const context = { url, secrets, attempt, delay, thrown: providers };
    return errorFromFailure(failure, context);
  }

  #setStatus(change: Partial<Status>): void {
    const { retryAt: _, ...status } = this.#status;
    this.#status = Object.freeze({ ...status, ...change });
    this.#fire(new StatusChangeEvent(this.#status));
  }

  #fire(event: Event): void {
    this.#context.target.dispatchEvent(event);
  }
}

function closedError(info: CloseInfo): ConnectionClosedError {
  return new ConnectionClosedError(
    "The connection was closed by close(): make a new socket",
    { ...info, retryable: false },
  );
}
