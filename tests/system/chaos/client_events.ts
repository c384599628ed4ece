/**
 * What the clients of both labs write down, and how they send.
 *
 * @module
 */

import {
  OutboxFullError,
  type ReconnectingWebSocket,
} from "@holdfast/websocket";

/** A message was given to `send()`, or to `write()`, which tells its fate. */
export interface SentEvent {
  readonly type: "sent";
  readonly number: number;
  readonly by: "send" | "write";
}

/** The faults of a step were over; messages were then exchanged after so long. */
export interface RecoveredEvent {
  readonly type: "recovered";
  readonly step: number;
  /** In milliseconds; `Infinity` when it was given up. */
  readonly after: number;
  readonly limit: number;
}

/**
 * Sends a message, unless the outbox is full and says so.
 *
 * @returns Whether it was taken.
 */
export function trySend(
  socket: ReconnectingWebSocket,
  data: Parameters<ReconnectingWebSocket["send"]>[0],
): boolean {
  try {
    socket.send(data);
    return true;
  } catch (error) {
    if (error instanceof OutboxFullError) return false;
    throw error;
  }
}
