/** A socket whose events are fired by tests. */

import type { SocketError } from "../../lib/client/errors/mod.ts";
import {
  DisconnectEvent,
  DropEvent,
  EndEvent,
  FailureEvent,
  HeartbeatEvent,
  OpenEvent,
  StatusChangeEvent,
} from "../../lib/client/socket/events.ts";
import type { Metrics, Status } from "../../lib/client/socket/status.ts";
import type { InstrumentedSocket } from "../../lib/otel/instrument.ts";

const NOTHING = { messages: 0, bytes: 0 };

/** It fires what `ReconnectingWebSocket` fires, in that order. */
export class FakeSocket implements InstrumentedSocket {
  url = "wss://example.com/feed";
  status: Status = { kind: "connecting", attempt: 0, worker: "shared" };
  readonly #listeners = new Map<(event: Event) => void, string>();
  #metrics: Metrics = {
    attempts: 0,
    opens: 0,
    disconnects: 0,
    sent: NOTHING,
    received: NOTHING,
    droppedOutbound: NOTHING,
    droppedInbound: NOTHING,
    outbox: NOTHING,
    inbox: 0,
    latency: undefined,
    longestHeartbeatGap: 0,
  };

  /** How many listeners there are. */
  get listeners(): number {
    return this.#listeners.size;
  }

  addEventListener(
    type: string,
    listener: (event: Event) => void,
    { signal }: { readonly signal: AbortSignal },
  ): void {
    this.#listeners.set(listener, type);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  metrics(): Metrics {
    return this.#metrics;
  }

  /** Changes the `metrics()`. */
  count(change: Partial<Metrics>): void {
    this.#metrics = { ...this.#metrics, ...change };
  }

  /** An attempt begins. */
  connect(attempt = 1): void {
    this.count({ attempts: this.#metrics.attempts + 1 });
    this.become("connecting", { attempt });
  }

  /** It leads to a connection. */
  open(): void {
    const { attempt } = this.status;
    this.count({ opens: this.#metrics.opens + 1 });
    this.become("open", { transport: "ws" });
    this.#fire(new OpenEvent({ reconnected: false, attempt }));
  }

  /** A connection is lost or an attempt fails, and the socket will try again. */
  lose(error?: SocketError, closeCode = 1006): void {
    this.become("waiting");
    this.disconnect(error, closeCode);
  }

  /** The events of a loss, without a change of the status. */
  disconnect(error?: SocketError, closeCode = 1006): void {
    this.count({ disconnects: this.#metrics.disconnects + 1 });
    if (error) this.#fire(new FailureEvent(error));
    this.#fire(
      new DisconnectEvent({
        ...{ closeCode, reason: "", wasClean: error === undefined },
        ...{ attempt: this.status.attempt, delay: 0, error },
      }),
    );
  }

  /** The end, for good. */
  end(
    why: EndEvent["why"],
    { error, closeCode = 1006 }: {
      readonly error?: SocketError;
      readonly closeCode?: number;
    } = {},
  ): void {
    this.become("closed");
    if (error) this.#fire(new FailureEvent(error));
    const info = { closeCode, reason: "", wasClean: error === undefined };
    this.#fire(new EndEvent(info, why));
  }

  /** A ping was answered. */
  heartbeat(latency: number): void {
    this.#fire(new HeartbeatEvent(latency));
  }

  /** Messages left a queue. */
  drop(init: ConstructorParameters<typeof DropEvent>[0]): void {
    this.#fire(new DropEvent(init));
  }

  /** The status changes. */
  become(kind: Status["kind"], change: Partial<Status> = {}): void {
    this.status = { ...this.status, ...change, kind };
    this.#fire(new StatusChangeEvent(this.status));
  }

  #fire(event: Event): void {
    for (const [listener, type] of this.#listeners) {
      if (type === event.type) listener(event);
    }
  }
}
