/**
 * Sends ping frames. Messages are never pings or answers here.
 *
 * @module
 */

import type { Data } from "../../queue/data.ts";
import type { Transport } from "../../transport/transport.ts";
import type { Hooks } from "../attempt/hooks.ts";

/** What is to be done for the heartbeat after a message has arrived. */
export type HeartbeatAction =
  /** The machine has to know: a ping of ours was answered. */
  | { readonly kind: "answered" }
  /** Answer the server's ping. */
  | { readonly kind: "reply"; readonly data: Data };

/** What an inbound message is to the heartbeat. */
export interface Meaning {
  readonly actions: readonly HeartbeatAction[];
  /** Whether the application gets it. */
  readonly delivery: "deliver" | "discard";
}

/** It is for the application. */
export const MESSAGE: Meaning = { actions: [], delivery: "deliver" };

/** Sends ping frames, and measures the time between them. */
export class HeartbeatFrames {
  #lastPingAt: number | undefined;
  #longestGap = 0;

  /** The longest time between two pings of one socket so far, in milliseconds. */
  get longestGap(): number {
    return this.#longestGap;
  }

  /** Whether messages can mean anything to it. */
  get listens(): boolean {
    return false;
  }

  /** Starts anew with a socket. */
  start(_hooks: Hooks): void {
    this.#lastPingAt = undefined;
  }

  /** Sends a ping. Throws what the transport throws. */
  ping(transport: Transport, payload: string, now: number): void {
    const gap = now - (this.#lastPingAt ?? now);
    this.#longestGap = Math.max(this.#longestGap, gap);
    this.#lastPingAt = now;
    this.transmit(transport, payload);
  }

  /** Hands a ping over. */
  protected transmit(transport: Transport, payload: string): void {
    transport.ping(payload);
  }

  /** What a message is. */
  classify(_data: Data): Meaning {
    return MESSAGE;
  }
}
