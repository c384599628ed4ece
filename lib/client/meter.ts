/**
 * Counts what a socket does.
 *
 * @module
 */

import type { Drop, Link, NoticeOf, SendTicket } from "./link.ts";
import type { Metrics } from "./status.ts";

/** The counters of one socket. */
export class Meter {
  attempts = 0;
  opens = 0;
  disconnects = 0;
  /** Of the last heartbeat, in milliseconds. */
  latency: number | undefined;
  #longestHeartbeatGap = 0;
  readonly #queued = { messages: 0, bytes: 0 };
  readonly #dropped = {
    inbound: { messages: 0, bytes: 0 },
    outbound: { messages: 0, bytes: 0 },
  };

  /** Counts a message that was queued. */
  queue({ bytes }: SendTicket): void {
    this.#queued.messages += 1;
    this.#queued.bytes += bytes;
  }

  /** Counts messages that left a queue unsent or unread. */
  drop({ direction, count, bytes }: Drop): void {
    this.#dropped[direction].messages += count;
    this.#dropped[direction].bytes += bytes;
  }

  /** Takes note of an answered ping. */
  beat({ latency, longestGap }: NoticeOf<"heartbeat">): void {
    this.latency = latency;
    this.#longestHeartbeatGap = Math.max(this.#longestHeartbeatGap, longestGap);
  }

  /** All counters as they are now. */
  read(link: Link): Metrics {
    const outbox = {
      messages: link.outboxMessages,
      bytes: link.bufferedAmount,
    };
    const { inbound, outbound } = this.#dropped;
    return {
      attempts: this.attempts,
      opens: this.opens,
      disconnects: this.disconnects,
      sent: {
        messages: this.#queued.messages - outbound.messages - outbox.messages,
        bytes: this.#queued.bytes - outbound.bytes - outbox.bytes,
      },
      received: { ...link.arrived },
      droppedOutbound: { ...outbound },
      droppedInbound: { ...inbound },
      outbox,
      inbox: link.inboxMessages,
      latency: this.latency,
      longestHeartbeatGap: this.#longestHeartbeatGap,
    };
  }
}
