/**
 * What the client sends while it is attached.
 *
 * @module
 */

import { maySend, spend } from "../flow/credit.ts";
import { entryAt, push } from "../flow/numbered.ts";
import { ride } from "../flow/receiving.ts";
import type { KnownControl } from "../wire/control.ts";
import { encodeFrame, type OutFrame } from "../wire/frame.ts";
import {
  type ClientAttached,
  type ClientEffect,
  type ClientState,
  type ClientStep,
  type Outgoing,
  progressOf,
} from "./state.ts";

/** Returns whether a message of this size may be sent now. */
export function canSend(
  state: ClientState,
  bytes: number,
): state is ClientAttached {
  return state.kind === "attached" && state.closeAt === Infinity &&
    state.numbering === "kept" &&
    state.credit.next > state.retained.last && bytes <= state.maxMessage &&
    maySend(state.credit, bytes);
}

/** Returns whether one more could go at once after these, if all numbers were kept. */
export function couldSendAfter(
  state: ClientState,
  { length, bytes }: { readonly length: number; readonly bytes: number },
): boolean {
  return state.kind === "attached" &&
    state.retained.last + length < state.credit.maxSeq &&
    state.credit.bytes + bytes < state.credit.maxBytes;
}

/** Sends a message that has no number yet, only if `canSend()`. */
export function sendNext(
  state: ClientAttached,
  message: Outgoing,
): ClientStep<ClientAttached> {
  const { credit } = state;
  const { data, bytes } = message;
  const { receiving, ack } = ride(state.receiving, progressOf(state));
  return {
    state: {
      ...state,
      retained: push(state.retained, message),
      credit: spend(credit, bytes),
      receiving,
    },
    effects: [transmit(state, { type: "data", seq: credit.next, ack, data })],
  };
}

/** Sends what is retained and was not sent on this connection, if it may go. */
export function sendRetained(
  state: ClientAttached,
): ClientStep<ClientAttached> {
  if (state.numbering === "changed") return { state, effects: [] };
  let { credit, receiving } = state;
  const effects: ClientEffect[] = [];
  for (;;) {
    const message = entryAt(state.retained, credit.next);
    if (message === undefined || !maySend(credit, message.bytes)) break;
    const rode = ride(receiving, progressOf(state));
    const { ack } = rode;
    const { data } = message;
    effects.push(
      transmit(state, { type: "data", seq: credit.next, ack, data }),
    );
    receiving = rode.receiving;
    credit = spend(credit, message.bytes);
  }
  return { state: { ...state, credit, receiving }, effects };
}

/** Sends a frame. */
export function transmit(
  { connection }: { readonly connection: number },
  frame: OutFrame,
): ClientEffect {
  return { type: "transmit", connection, data: encodeFrame(frame) };
}

/** Sends a control message. */
export function sendControl(
  owner: { readonly connection: number },
  control: KnownControl,
): ClientEffect {
  return transmit(owner, { type: "control", control });
}
