/**
 * Messages that belong to a connection: sent once on it, and never by mistake
 * on the next one.
 *
 * A socket that reconnects keeps what it could not send, and sends it on the
 * next connection. For a message that is repeated on each connection, or whose
 * answer is not awaited any longer, that is once too often. So nothing is given
 * to the socket while it is not open, and what it has not yet sent when a
 * connection is lost is taken back.
 *
 * @module
 */

import { PLATFORM_CLOCK } from "../platform/clock.ts";
import type { Frame } from "./codec.ts";
import { CLOSING, type MessageSocket, OPEN } from "./message_socket.ts";

/** A message that belongs to a connection. */
export interface Delivery {
  readonly frame: Frame;
  /** `"once"`: lost with the connection that it was sent on. `"each"`: sent on each one. */
  readonly repeat: "once" | "each";
  /** It was lost, cannot be sent, or the end has come. Must not throw. */
  lost(cause: unknown): void;
}

/**
 * Where a posting is.
 *
 * - `held`: waits for a connection.
 * - `writing`: the socket has it, the network may not.
 * - `sent`: the network has it, on the present connection.
 * - `recalled`: was being written when the connection was lost.
 * - `overdue`: the same; if it was sent after all, then on the next connection.
 */
type Place = "held" | "writing" | "sent" | "recalled" | "overdue";

interface DeliveryState {
  place: Place;
  readonly recall: AbortController;
}

/** Sends postings on the connections of one socket. */
export class Resender {
  readonly #socket: MessageSocket;
  readonly #postings = new Map<Delivery, DeliveryState>();
  /** The present connection; aborted when it is lost. */
  #connection: AbortController | undefined;
  #cancelTurn: (() => void) | undefined;
  #ended: { readonly cause: unknown } | undefined;

  /** Makes an outlet that looks at the socket, and has to be told about its events. */
  constructor(socket: MessageSocket) {
    this.#socket = socket;
    if (socket.readyState === OPEN) this.#connection = new AbortController();
  }

  /** Why nothing can be sent any more. */
  get end(): { readonly cause: unknown } | undefined {
    if (this.#ended || this.#socket.readyState < CLOSING) return this.#ended;
    return { cause: undefined };
  }

  /** A connection is ready. */
  opened(): void {
    // The event that told the end of the last one may have been spared.
    if (this.#connection) this.lost(undefined);
    this.#connection = new AbortController();
    for (const [posting, delivery] of [...this.#postings]) {
      if (delivery.place === "held") this.#transmit(posting);
    }
  }

  /** The connection was lost, or an attempt failed. */
  lost(cause: unknown): void {
    this.#connection?.abort();
    this.#connection = undefined;
    for (const [posting, delivery] of [...this.#postings]) {
      if (posting.repeat === "each") this.#retain(delivery);
      else if (delivery.place !== "held") this.#lose(posting, cause);
    }
    this.#awaitTurn();
  }

  /** The socket or its user is done. */
  finish(cause: unknown): void {
    this.#ended ??= { cause };
    this.#cancelTurn?.();
    this.#connection?.abort();
    this.#connection = undefined;
    for (const posting of [...this.#postings.keys()]) {
      this.#lose(posting, cause);
    }
  }

  /** Sends a posting now, or once there is a connection. */
  add(posting: Delivery): void {
    this.#postings.set(posting, heldDelivery());
    if (this.#connection) this.#transmit(posting);
  }

  /** Forgets a posting, which needs no repetition any more. */
  forget(posting: Delivery): void {
    this.#postings.delete(posting);
  }

  /** Forgets a posting, and takes it back if it was not sent. */
  withdraw(posting: Delivery): void {
    this.#postings.get(posting)?.recall.abort();
    this.#postings.delete(posting);
  }

  /** Forgets a posting, and follows it with its opposite where it may have been sent. */
  revoke(posting: Delivery, opposite: Frame): void {
    const place = this.#postings.get(posting)?.place;
    this.#postings.delete(posting);
    if (place === "writing" || place === "sent") this.#sendNow(opposite);
  }

  /** Sends on the present connection or not at all. */
  #sendNow(frame: Frame): void {
    if (!this.#connection) return;
    this.#give(frame, this.#connection.signal)?.catch(() => {});
  }

  #transmit(posting: Delivery): void {
    const delivery: DeliveryState = {
      place: "writing",
      recall: new AbortController(),
    };
    this.#postings.set(posting, delivery);
    try {
      const given = this.#give(posting.frame, delivery.recall.signal);
      if (given === undefined) delivery.place = "sent";
      given?.then(
        () => this.#taken(posting, delivery),
        (cause: unknown) => this.#refused(posting, delivery, cause),
      );
    } catch (cause) {
      this.#refused(posting, delivery, cause);
    }
  }

  #give(frame: Frame, signal: AbortSignal): Promise<void> | undefined {
    if (this.#socket.write) return this.#socket.write(frame, { signal });
    this.#socket.send(frame);
    return undefined;
  }

  #taken(posting: Delivery, delivery: DeliveryState): void {
    switch (delivery.place) {
      case "writing":
      case "overdue":
        delivery.place = "sent";
        return;
      case "recalled":
        this.#hold(posting, delivery);
        return;
      case "held":
      case "sent":
        return;
    }
  }

  #refused(posting: Delivery, delivery: DeliveryState, cause: unknown): void {
    if (this.#postings.get(posting) !== delivery) return;
    if (delivery.place !== "writing") this.#hold(posting, delivery);
    // There may be no reason left on the next connection, but there is on this one.
    else if (posting.repeat === "each") delivery.place = "held";
    else this.#lose(posting, cause);
  }

  #hold(posting: Delivery, delivery: DeliveryState): void {
    delivery.place = "held";
    if (this.#postings.get(posting) !== delivery) return;
    if (this.#connection) this.#transmit(posting);
  }

  #retain(delivery: DeliveryState): void {
    if (delivery.place === "sent") delivery.place = "held";
    if (delivery.place !== "writing") return;
    delivery.place = "recalled";
    delivery.recall.abort();
  }

  #lose(posting: Delivery, cause: unknown): void {
    this.withdraw(posting);
    posting.lost(cause);
  }

  /**
   * A promise that had been fulfilled before the connection was lost tells so
   * within this turn of the event loop: that message went out on the old one.
   */
  #awaitTurn(): void {
    this.#cancelTurn?.();
    const recalled = [...this.#postings.values()].filter(({ place }) =>
      place === "recalled"
    );
    if (recalled.length === 0) return;
    this.#cancelTurn = PLATFORM_CLOCK.after(0, () => {
      for (const delivery of recalled) {
        if (delivery.place === "recalled") delivery.place = "overdue";
      }
    });
  }
}

function heldDelivery(): DeliveryState {
  return { place: "held", recall: new AbortController() };
}
