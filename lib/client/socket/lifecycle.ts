/**
 * What a socket is, as its application sees it: its state, its end, and their
 * events in order.
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

const NOTHING_AGREED: OpenInfo = { protocol: "", extensions: "" };

/** From the constructor to the `close` event. */
export class Lifecycle {
  /** Fires the events. */
  readonly #target: EventTarget;
  readonly #providers: Providers;
  readonly #opened = new LazyPromise<OpenInfo>();
  readonly #closed = new LazyPromise<CloseInfo>();
  #status: Status;
  #readyState: ReadyState = CONNECTING;
  #agreed = NOTHING_AGREED;
  #origin = "";
  #error: SocketError | undefined;

  /** Begins with a status. */
  constructor(
    target: EventTarget,
    { status, providers }: {
      readonly status: Status;
      readonly providers: Providers;
    },
  ) {
    this.#target = target;
    this.#providers = providers;
    this.#status = Object.freeze(status);
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

  /** The error of calls that come after the end was asked for. */
  get endError(): SocketError {
    return this.#error ?? closedError(LOST);
  }

  /** Notes that the end was asked for. */
  close(): void {
    this.#readyState = CLOSING;
    const status = this.#note({ kind: "closing" });
    queueMicrotask(() => {
      // The end may have come meanwhile, and `close` is the last event.
      if (this.#status === status) this.#fire(new StatusChangeEvent(status));
    });
  }

  /** The status of the connection has changed. */
  onStatus({ kind, attempt, delay }: StatusNotice): void {
    if (this.isOver) return;
    this.#readyState = kind === "closing" ? CLOSING : CONNECTING;
    this.#setStatus({
      kind,
      attempt,
      ...delay !== undefined && { retryAt: Date.now() + delay },
    });
  }

  /** A connection is ready. */
  onOpened(notice: NoticeOf<"opened">): void {
    if (this.isOver) return;
    const { protocol, extensions, transport, session } = notice;
    const { attempt } = notice.status;
    this.#readyState = OPEN;
    this.#agreed = { protocol, extensions };
    this.#origin = new URL(notice.url).origin;
    this.#opened.resolve(this.#agreed);
    this.#setStatus({
      ...{ kind: "open", attempt, transport },
      ...session && { session: session.kind },
    });
    // A listener may have ended it.
    if (this.isOver) return;
    this.#fire(new OpenEvent({ ...notice, attempt }));
  }

  /** A connection was lost or an attempt failed, and it will be tried again. */
  onDisconnected(
    loss: ConstructorParameters<typeof DisconnectEvent>[0],
  ): void {
    if (loss.error) this.#fire(new FailureEvent(loss.error));
    // A listener may have ended it: then it is not tried again.
    if (this.isOver) return;
    this.#fire(new DisconnectEvent(loss));
  }

  /** The end: settles the promises. Its events follow with `fireEnd()`. */
  conclude({ info, cause, failure }: NoticeOf<"closed">): StreamEnd {
    const requested = cause === "requested" || this.#readyState === CLOSING;
    const error = requested
      ? closedError(info)
      : this.errorOf(failure ?? { type: "closed", ...info }, "none");
    this.#error = error;
    this.#readyState = CLOSED;
    this.#opened.reject(error);
    if (requested) this.#closed.resolve(info);
    else this.#closed.reject(error);
    return { kind: requested ? "requested" : "failed", error };
  }

  /** Fires the last events. */
  fireEnd(
    { info, cause }: NoticeOf<"closed">,
    { kind, error }: StreamEnd,
  ): void {
    const requested = kind === "requested";
    this.#setStatus({ kind: "closed" });
    if (!requested && !info.wasClean) this.#fire(new FailureEvent(error));
    this.#fire(new EndEvent(info, requested ? "requested" : cause));
  }

  /** The error for a failure. */
  errorOf(failure: Failure, delay: FailureContext["delay"]): SocketError {
    const { url, secrets } = this.#providers;
    const { attempt } = this.#status;
    const context = { url, secrets, attempt, delay, thrown: this.#providers };
    return errorFromFailure(failure, context);
  }

  #setStatus(change: Partial<Status>): void {
    this.#fire(new StatusChangeEvent(this.#note(change)));
  }

  #note(change: Partial<Status>): Status {
    const { retryAt: _, ...status } = this.#status;
    return this.#status = Object.freeze({ ...status, ...change });
  }

  #fire(event: Event): void {
    this.#target.dispatchEvent(event);
  }
}

function closedError(info: CloseInfo): ConnectionClosedError {
  return new ConnectionClosedError(
    "The connection was closed by close(): make a new socket",
    { ...info, retryable: false },
  );
}
