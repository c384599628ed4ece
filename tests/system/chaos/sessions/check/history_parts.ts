/**
 * Events of histories, in short.
 *
 * @module
 */

import type { ClientEvent, ServerEvent } from "./history.ts";

/** A session was taken up. */
export function opened(kind: "opened" | "resumed" | "lost", session: string) {
  return { type: "open", kind, session } as const;
}

/** A message was given to `send()` or, if its number is even, to `write()`. */
export function sent(number: number): ClientEvent {
  return { type: "sent", number, by: number % 2 === 0 ? "write" : "send" };
}

/** `write()` has resolved. */
export function settled(number: number, at: number): ClientEvent {
  return { type: "settled", number, fate: "accepted", at };
}

/** A message came. */
export function message(label: string, seq: number): ClientEvent {
  return { type: "message", label, seq };
}

/** A loss was reported. */
export function dropped(
  direction: "inbound" | "outbound",
  reason: string,
  { first, last, count = (last ?? 0) - (first ?? 0) + 1 }: {
    readonly first?: number;
    readonly last?: number;
    readonly count?: number;
  },
): ClientEvent {
  return { type: "drop", direction, reason, count, first, last };
}

/** A run of the handler, as far as it matters. */
export interface RunFacts {
  readonly run: string;
  readonly at: number;
  readonly session?: string;
  readonly seq?: number;
  readonly redelivered?: boolean;
  readonly rivals?: number;
  readonly outcome?: "returned" | "threw";
}

/** A handler has begun. */
export function handling(number: number, facts: RunFacts): ServerEvent {
  const { run, at, session = "A", seq = number } = facts;
  const { redelivered = false, rivals = 0 } = facts;
  return {
    type: "handling",
    ...{ session, seq, number, run, redelivered, rivals, at },
  };
}

/** A handler has begun and ended. */
export function handled(
  number: number,
  facts: RunFacts,
): readonly ServerEvent[] {
  const { run, at, outcome = "returned" } = facts;
  return [
    handling(number, facts),
    { type: "handled", run, outcome, isAborted: false, at: at + 1 },
  ];
}

/** A session has ended. */
export function ended(
  session: string,
  why: string,
  { accepted, unconsumed }: {
    readonly accepted: number;
    readonly unconsumed: readonly (readonly [seq: number, label: string])[];
  },
): ServerEvent {
  return {
    type: "ended",
    ...{ session, why, accepted },
    unconsumed: unconsumed.map(([seq, label]) => ({ seq, label })),
  };
}
