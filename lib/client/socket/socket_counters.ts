/**
 * Counts what a socket does.
 *
 * @module
 */

import type { RemoteConnection } from "../remote/remote_connection.ts";
import type { Drop } from "../../boundary/protocol.ts";
import type { NoticeOf } from "../../boundary/protocol.ts";
import type { Metrics } from "./status.ts";

const NONE = { messages: 0, bytes: 0 };
const NONE_DROPPED = { inbound: NONE, outbound: NONE };

/** The counters of one socket. */
export class SocketCounters {
  attempts = 0;
  opens = 0;
  disconnects = 0;
  /** Of the last heartbeat, in milliseconds. */
  latency: number | undefined;
  #longestHeartbeatGap = 0;
  #dropped = NONE_DROPPED;

  /** Counts messages that left a queue unsent or unread. */
  onDropped({ direction, count, bytes, reason }: Drop): void {
    // It counts as sent or received: the server's store has lost it since.
    if (reason === "rolled-back") return;
    const before = this.#dropped[direction];
    const sum = {
      messages: before.messages + count,
      bytes: before.bytes + bytes,
    };
    this.#dropped = { ...this.#dropped, [direction]: sum };
  }

  /** Takes note of an answered ping. */
  onHeartbeat({ latency, longestGap }: NoticeOf<"heartbeat">): void {
    this.latency = latency;
    this.#longestHeartbeatGap = Math.max(this.#longestHeartbeatGap, longestGap);
  }

  /** All counters as they are now. */
  read(
    { outgoing, incoming }: Pick<RemoteConnection, "outgoing" | "incoming">,
  ): Metrics {
    const outbox = { messages: outgoing.messages, bytes: outgoing.bytes };
    const { pushed } = outgoing;
    const { inbound, outbound } = this.#dropped;
    return {
      attempts: this.attempts,
      opens: this.opens,
      disconnects: this.disconnects,
      sent: {
        messages: pushed.messages - outbound.messages - outbox.messages,
        bytes: pushed.bytes - outbound.bytes - outbox.bytes,
      },
      received: { ...incoming.received },
      droppedOutbound: { ...outbound },
      droppedInbound: { ...inbound },
      outbox,
      inbox: incoming.messages,
      latency: this.latency,
      longestHeartbeatGap: this.#longestHeartbeatGap,
    };
  }
}
