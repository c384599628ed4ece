/**
 * Short forms of the effects that the machine asks for in more than one place.
 *
 * @module
 */

import type { Heartbeat } from "./heartbeat.ts";
import type {
  Effect,
  Notification,
  ProbeResult,
  State,
  StatusKind,
  StatusNotice,
  Step,
} from "./state.ts";

/** Abandons a socket; the peer gets a close frame if it can still be sent. */
export function abandon(socket: number, closeCode = 1000, reason = ""): Effect {
  return { type: "abandon", socket, closeCode, reason };
}

/** Reports to all requests of a probe that there will be no answer. */
export function refuseProbes(
  { probe }: Heartbeat,
  result: ProbeResult,
): readonly Effect[] {
  return (probe?.requests ?? []).map((request) => probed(request, result));
}

/** Reports the result of a probe. */
export function probed(
  request: number,
  result: ProbeResult,
): Effect {
  return notify({ type: "probed", request, result });
}

/** Reports the status, where nothing else has happened. */
export function status(
  kind: StatusKind,
  attempt: number,
  delay?: number,
): Effect {
  return notify({ type: "status", status: statusOf(kind, attempt, delay) });
}

/** A status as a record. */
export function statusOf(
  kind: StatusKind,
  attempt: number,
  delay?: number,
): StatusNotice {
  return { kind, attempt, ...delay !== undefined && { delay } };
}

/** Notifies the application. */
export function notify(notification: Notification): Effect {
  return { type: "notify", notification };
}

/** A step that changes nothing. */
export function unchanged(state: State): Step {
  return { state, effects: [] };
}
