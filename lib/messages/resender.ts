/**
 * Sends a message once per connection, or on one connection only.
 *
 * A socket that reconnects keeps what it could not send, and sends it on the
 * next connection. That is one time too many for a message that is sent on each
 * connection anyway, and for a request that nobody waits for any more. So this
 * class passes nothing to the socket while it is not open, and takes back what
 * the socket has not sent when a connection is lost. With a session a message
 * belongs to the session, and not to a connection.
 *
 * @module
 */

import type { Clock } from "../platform/clock.ts";
import type { Frame } from "./format/codec.ts";
import { CLOSING, type MessageSocket, OPEN } from "./message_socket.ts";

/** A message that belongs to a connection. */
export interface Delivery {
  readonly frame: Frame;
  /** `"once"`: lost with the connection that it was sent on. `"each"`: sent on each one. */
  readonly repeat: "once" | "each";
  /** It was lost, cannot be sent, or the socket has ended. Must not throw. */
  lost(cause: unknown): void;
}

/**
 * How far a delivery is.
 *
 * - `held`: it waits for a connection.
 * - `writing`: the socket has it, the network may not.
 * - `sent`: the network has it, on the present connection.
 * - `recalled`: it was being written when the connection was lost.
 * - `overdue`: as `recalled`, one turn of the event loop later. If it is sent
 *   after all, it goes out on the next connection.
 * - `carried`: it was being written when the session was lost, and goes out in
 *   the next one, or comes back.
 */
type Progress =
  | "held"
  | "writing"
  | "sent"
  | "recalled"
  | "overdue"
  | "carried";

interface DeliveryState {
  progress: Progress;
  readonly recall: AbortController;
}

/** Makes the deliveries of one socket. */
export class Resender {
  readonly #socket: MessageSocket;
  readonly #clock: Pick<Clock, "after">;
  readonly #deliveries = new Map<Delivery, DeliveryState>();
  /** The present connection; aborted when it is lost. */
  #connection: AbortController | undefined;
  #cancelTurn: (() => void) | undefined;
  #ended: { readonly cause: unknown } | undefined;

  /** Reads the state of the socket; the caller passes on its events. */
  constructor(socket: MessageSocket, clock: Pick<Clock, "after">) {
    this.#socket = socket;
    this.#clock = clock;
    if (socket.readyState === OPEN) this.#connection = new AbortController();
  }

  /** Why nothing can be sent any more; `undefined` as long as it can. */
  get end(): { readonly cause: unknown } | undefined {
    if (this.#ended || this.#socket.readyState < CLOSING) return this.#ended;
    return { cause: undefined };
  }

  /** A connection is ready. */
  opened(): void {
    // A socket may skip the event for the end of the previous connection.
    if (this.#connection) this.lost(undefined);
    this.#connection = new AbortController();
    for (const [delivery, state] of [...this.#deliveries]) {
      if (state.progress === "held") this.#transmit(delivery);
    }
  }

  /** A connection is ready, and goes on with the session: nothing is lost. */
  resumed(): void {
    if (this.#connection === undefined) this.opened();
  }

  /** A connection is ready with a new session, since the one before is lost. */
  renewed(): void {
    if (this.#connection === undefined) return this.opened();
    for (const [delivery, state] of [...this.#deliveries]) {
      // One session after the other may be lost before it is written.
      if (state.progress === "carried") continue;
      if (state.progress === "writing") state.progress = "carried";
      else if (state.progress === "held" || delivery.repeat === "each") {
        this.#transmit(delivery);
      } else this.#lose(delivery, undefined);
    }
  }

  /** The connection was lost, or an attempt failed. */
  lost(cause: unknown): void {
    this.#connection?.abort();
    this.#connection = undefined;
    for (const [delivery, state] of [...this.#deliveries]) {
      if (delivery.repeat === "each") this.#retain(state);
      else if (state.progress !== "held") this.#lose(delivery, cause);
    }
    this.#awaitTurn();
  }

  /** The socket has ended, or its user has no more use for it. */
  finish(cause: unknown): void {
    this.#ended ??= { cause };
    this.#cancelTurn?.();
    this.#connection?.abort();
    this.#connection = undefined;
    for (const delivery of [...this.#deliveries.keys()]) {
      this.#lose(delivery, cause);
    }
  }

  /** Sends a delivery now, or once there is a connection. */
  add(delivery: Delivery): void {
    this.#deliveries.set(delivery, heldDelivery());
    if (this.#connection) this.#transmit(delivery);
  }

  /** Forgets a delivery: it is not sent again. */
  forget(delivery: Delivery): void {
    this.#deliveries.delete(delivery);
  }

  /** Forgets a delivery, and takes it back if it was not sent. */
  withdraw(delivery: Delivery): void {
    this.#deliveries.get(delivery)?.recall.abort();
    this.#deliveries.delete(delivery);
  }

  /** Forgets a delivery, and sends its reversal if the delivery may have been sent. */
  revoke(delivery: Delivery, reversal: Frame): void {
    const progress = this.#deliveries.get(delivery)?.progress;
    this.#deliveries.delete(delivery);
    const isSent = progress === "writing" || progress === "sent" ||
      progress === "carried";
    if (isSent) this.#sendNow(reversal);
  }

  /** Sends on the present connection or not at all. */
  #sendNow(frame: Frame): void {
    if (!this.#connection) return;
    const { signal } = this.#connection;
    this.#write(frame, { signal, ttl: Infinity })?.catch(() => {});
  }

  #transmit(delivery: Delivery): void {
    const state: DeliveryState = {
      progress: "writing",
      recall: new AbortController(),
    };
    this.#deliveries.set(delivery, state);
    try {
      const { frame, repeat } = delivery;
      const { signal } = state.recall;
      // What belongs to each connection does not expire on one of them.
      const ttl = repeat === "each" ? { ttl: Infinity } : {};
      const written = this.#write(frame, { signal, ...ttl });
      if (written === undefined) state.progress = "sent";
      written?.then(
        () => this.#onWritten(delivery, state),
        (cause: unknown) => this.#onRejected(delivery, state, cause),
      );
    } catch (cause) {
      this.#onRejected(delivery, state, cause);
    }
  }

  #write(
    frame: Frame,
    options: { readonly signal: AbortSignal; readonly ttl?: number },
  ): Promise<void> | undefined {
    if (this.#socket.write) return this.#socket.write(frame, options);
    this.#socket.send(frame);
    return undefined;
  }

  #onWritten(delivery: Delivery, state: DeliveryState): void {
    switch (state.progress) {
      case "writing":
      case "overdue":
      case "carried":
        state.progress = "sent";
        return;
      case "recalled":
        this.#hold(delivery, state);
        return;
      case "held":
      case "sent":
        return;
    }
  }

  #onRejected(delivery: Delivery, state: DeliveryState, cause: unknown): void {
    if (this.#deliveries.get(delivery) !== state) return;
    if (state.progress !== "writing") this.#hold(delivery, state);
    // This connection refuses it; the next one may not.
    else if (delivery.repeat === "each") state.progress = "held";
    else this.#lose(delivery, cause);
  }

  #hold(delivery: Delivery, state: DeliveryState): void {
    state.progress = "held";
    if (this.#deliveries.get(delivery) !== state) return;
    if (this.#connection) this.#transmit(delivery);
  }

  #retain(state: DeliveryState): void {
    if (state.progress === "sent") state.progress = "held";
    if (state.progress !== "writing") return;
    state.progress = "recalled";
    state.recall.abort();
  }

  #lose(delivery: Delivery, cause: unknown): void {
    this.withdraw(delivery);
    delivery.lost(cause);
  }

  /**
   * If the socket had written a message before the connection was lost, its
   * promise settles within this turn of the event loop.
   */
  #awaitTurn(): void {
    this.#cancelTurn?.();
    const recalled = [...this.#deliveries.values()].filter(({ progress }) =>
      progress === "recalled"
    );
    if (recalled.length === 0) return;
    this.#cancelTurn = this.#clock.after(0, () => {
      for (const state of recalled) {
        if (state.progress === "recalled") state.progress = "overdue";
      }
    });
  }
}

function heldDelivery(): DeliveryState {
  return { progress: "held", recall: new AbortController() };
}
