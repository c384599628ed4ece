/**
 * A `ReconnectingWebSocket` on a stage, and what its worker tells.
 *
 * @module
 */

import type {
  ReconnectingWebSocketOptions,
  UrlSource,
} from "../../lib/client/options/options.ts";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { type CloseInfo, LOST } from "../../lib/rfc6455/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import type { Stage } from "./workers/fake_global_worker.ts";
import type { Ending } from "./fake_worker.ts";

/** All events that the class fires. */
export const TYPES = [
  "open",
  "message",
  "disconnect",
  "error",
  "close",
  "heartbeat",
  "drop",
  "statuschange",
] as const;
/** A clean end. */
export const NORMAL: CloseInfo = {
  closeCode: 1000,
  reason: "done",
  wasClean: true,
};
/** The cable was cut. */
export const LOSS: Failure = { type: "lost", detail: "cable cut" };

/** Makes a socket on a stage and completes the handshake with the worker. */
export function make(
  stage: Stage,
  options: ReconnectingWebSocketOptions = {},
  url: UrlSource = "ws://localhost/",
): ReconnectingWebSocket {
  const socket = new ReconnectingWebSocket(url, [], {
    worker: stage.host,
    ...options,
  });
  stage.worker.ready();
  return socket;
}

/** The same, and opens the connection. */
export function makeOpen(
  stage: Stage,
  options: ReconnectingWebSocketOptions = {},
): ReconnectingWebSocket {
  const socket = make(stage, options);
  stage.worker.open(1);
  return socket;
}

/** Writes down each event with the state that listeners see. */
export function record(socket: ReconnectingWebSocket): string[] {
  const events: string[] = [];
  for (const type of TYPES) {
    socket.addEventListener(type, () => {
      events.push(`${type} ${socket.readyState} ${socket.status.kind}`);
    });
  }
  return events;
}

/** The connection has ended for good. */
export function end(
  stage: Stage,
  how: Partial<Ending> & Pick<Ending, "cause">,
): void {
  stage.worker.close(1, 0, { info: LOST, ...how });
}

/** The connection, or an attempt, was lost, and there will be another. */
export function lose(
  stage: Stage,
  how: Partial<Pick<Ending, "info" | "failure">> = {},
): void {
  stage.worker.lose(1, 0, how);
}

/** Delivers messages, numbered from `first`. */
export function deliver(
  stage: Stage,
  first: number,
  ...messages: readonly (string | ArrayBuffer)[]
): void {
  stage.worker.deliver(messages, { first, bytes: 1 });
}
