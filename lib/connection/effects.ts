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

/** Be done with a socket, telling the peer why if it can still be told. */
export function abandon(socket: number, closeCode = 1000, reason = ""): Effect {
  return { type: "abandon", socket, closeCode, reason };
}

/** Tells those who wait for a probe that there will be no answer. */
export function refuseProbes(
  { probe }: Heartbeat,
  result: ProbeResult,
): readonly Effect[] {
  return (probe?.requests ?? []).map((request) => probed(request, result));
}

/** Tells the result of a probe. */
export function probed(
  request: number,
  result: ProbeResult,
): Effect {
  return notify({ type: "probed", request, result });
}

/** Tells what the connection is now, where nothing else happened. */
export function status(
  kind: StatusKind,
  attempt: number,
  delay?: number,
): Effect {
  return notify({ type: "status", status: statusOf(kind, attempt, delay) });
}

/** What the connection is now. */
export function statusOf(
  kind: StatusKind,
  attempt: number,
  delay?: number,
): StatusNotice {
  return { kind, attempt, ...delay !== undefined && { delay } };
}

/** Tells the application. */
export function notify(notification: Notification): Effect {
  return { type: "notify", notification };
}

/** A step that changes nothing. */
export function unchanged(state: State): Step {
  return { state, effects: [] };
}
