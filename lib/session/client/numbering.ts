/**
 * Messages wait where a worker after this one would number them differently.
 *
 * That worker counts what the main thread has of them: all that crossed, without
 * those that it heard were dropped. So a message that goes behind a dropped one, or
 * into a new session, waits until the main thread has confirmed that it knows.
 * Otherwise it could be repeated under another number, which nobody would notice.
 *
 * @module
 */

import { emptyAfter, entriesOf, push } from "../flow/numbered.ts";
import { sendRetained } from "./sending.ts";
import type {
  ClientAttached,
  ClientEffect,
  ClientEnded,
  ClientState,
  ClientStep,
  LastingState,
  Outgoing,
} from "./state.ts";

type Live = Exclude<ClientState, ClientEnded>;

/** What the main thread is to keep. */
export function keep(
  { attempt, ticket, positions, againTo, retained }: LastingState,
): ClientEffect {
  const accepted = retained.first - 1;
  return { type: "keep", attempt, ticket, positions, againTo, accepted };
}

/** Messages before the next one were reported as unsent, without a number. */
export function onSkipped(state: Live): ClientStep {
  return { state: { ...state, numbering: "changed" }, effects: [keep(state)] };
}

/** The main thread has all that was reported: sends what waited for that. */
export function onConfirmed(state: Live): ClientStep {
  const next = { ...state, numbering: "kept" } as const;
  return next.kind === "attached"
    ? sendRetained(next)
    : { state: next, effects: [] };
}

/**
 * Takes out what is larger than the server takes: it would end the session. A
 * worker before had not sent it, or had sent it to a server that takes more.
 *
 * @param uncertain Up to here a handler may have begun: these numbers stay.
 */
export function leaveOutTooLarge(
  state: ClientAttached,
  uncertain: number,
): ClientStep<ClientAttached> {
  const { retained, againTo, maxMessage } = state;
  const { first } = retained;
  const messages = entriesOf(retained);
  const isTooLarge = ({ bytes }: Pick<Outgoing, "bytes">) => bytes > maxMessage;
  const leftOut = messages
    .map(({ id, bytes }, index) => ({ id, bytes, seq: first + index }))
    .filter(isTooLarge);
  const isSure = leftOut.every(({ seq }) => seq > uncertain);
  if (leftOut.length === 0 || !isSure) return { state, effects: [] };
  const next: ClientAttached = {
    ...state,
    numbering: "changed",
    retained: messages.filter((message) => !isTooLarge(message))
      .reduce(push, emptyAfter<Outgoing>(first - 1)),
    againTo: againTo - leftOut.filter(({ seq }) => seq <= againTo).length,
  };
  return {
    state: next,
    effects: [
      ...leftOut.map(({ id, seq }) => ({
        ...{ type: "left-out", id } as const,
        // It may have been handled in the session before.
        why: seq <= againTo ? "unknown" as const : "rejected" as const,
      })),
      keep(next),
    ],
  };
}
