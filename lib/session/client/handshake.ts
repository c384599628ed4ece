/**
 * The client's part of the first exchange on a connection.
 *
 * @module
 */

import { acceptTo, consume, disconnect, finishIfDone } from "./flow.ts";
import { keep, leaveOutTooLarge } from "./numbering.ts";
import { sendControl, sendRetained } from "./sending.ts";
import {
  type ClientAttached,
  type ClientContext,
  type ClientEffect,
  type ClientEvent,
  type ClientHandshaking,
  type ClientStep,
  consumedIndex,
  lastingOf,
  type LastingState,
  type NumberRange,
  type Outgoing,
  progressOf,
  type Ticket,
} from "./state.ts";
import { addMark } from "../flow/consumption.ts";
import { startCredit } from "../flow/credit.ts";
import type { Frame } from "../wire/frame.ts";
import type {
  Greeting,
  Lost,
  NewSession,
  Open,
  Opened,
  Resume,
  Resumed,
} from "../wire/handshake.ts";
import { emptyAfter, entriesOf, push } from "../flow/numbered.ts";
import { lastOf, rejoin, startPositions } from "../flow/positions.ts";
import { freeWindow, startReceiving } from "../flow/receiving.ts";
import type { DataRun } from "../wire/run.ts";
import { SESSION_CLOSE, violation } from "../wire/violation.ts";

/** A connection is open: asks for a new session, or for the previous one. */
export function beginHandshake(
  lasting: LastingState,
  { connection, auth }: Extract<ClientEvent, { type: "connected" }>,
  { config, now }: ClientContext,
): ClientStep {
  const attempt = lasting.attempt + 1;
  const { ticket, instance } = lasting;
  const done = progressOf(lasting);
  const granted = freeWindow(config.capacity, done);
  const { protocols, maxMessage, ttl } = config;
  const greeting: Greeting = {
    ...{ attempt, instance, protocols, maxMessage, ttl },
    ...(auth === undefined ? {} : { auth }),
    window: granted,
  };
  const request = ticket === undefined
    ? { ...greeting, op: "open" } satisfies Open
    : resumeOf(lasting, ticket, greeting);
  return {
    state: {
      ...lasting,
      kind: "handshaking",
      attempt,
      connection,
      request: request.op,
      deadline: Math.min(now + config.answerTimeout, config.answerBy),
      granted,
      acked: done.ack,
    },
    effects: [
      keep({ ...lasting, attempt }),
      sendControl({ connection }, request),
    ],
  };
}

/** The server's first message. */
export function onAnswer(
  state: ClientHandshaking,
  frame: Frame | DataRun,
  context: ClientContext,
): ClientStep {
  const control = frame.type === "control" ? frame.control : undefined;
  const answer = `${state.request} ${control?.op}`;
  if (control?.op === "opened" && answer === "open opened") {
    return onOpened(state, control, context);
  }
  if (control?.op === "resumed" && answer === "resume resumed") {
    return onResumed(state, control, context);
  }
  if (control?.op === "lost" && answer === "resume lost") {
    return onLost(state, control, context);
  }
  if (control?.op === "unknown" || control?.op === "error") {
    return { state, effects: [] };
  }
  return disconnect(state, violation("Not an answer to the first message"));
}

function resumeOf(
  lasting: LastingState,
  { token }: Ticket,
  greeting: Greeting,
): Resume {
  const { positions, retained } = lasting;
  const { ack } = progressOf(lasting);
  const { first, last } = retained;
  const have = positions;
  return { ...greeting, op: "resume", token, have, ack, first, last };
}

function onOpened(
  state: ClientHandshaking,
  opened: Opened,
  context: ClientContext,
): ClientStep {
  const next = attachNew(lastingOf(state), opened, state);
  const ticket = ticketOf(opened);
  return settle(next, context, {
    before: [keep(next), { type: "news", news: { kind: "opened", ticket } }],
  });
}

function onResumed(
  state: ClientHandshaking,
  resumed: Resumed,
  context: ClientContext,
): ClientStep {
  const { got, at, gen, orphans, forgotten, token, uncertain } = resumed;
  const { retained, positions, held } = state;
  const had = lastOf(positions);
  const agrees = got >= retained.first - 1 && got <= retained.last &&
    at <= had && orphans === had - at && forgotten < retained.first;
  if (!agrees) return disconnect(state, violation("Numbers do not agree"));
  const ticket: Ticket = { ...state.ticket!, token };
  const accepted = acceptTo({ ...lastingOf(state), kind: "detached" }, got);
  const next: ClientAttached = {
    ...accepted.state,
    kind: "attached",
    connection: state.connection,
    ticket,
    positions: rejoin(positions, gen, at),
    marks: addMark(state.marks, { index: held.last, seq: at }),
    credit: startCredit(got, resumed.window),
    receiving: startReceiving(at, state.granted, Math.min(state.acked, at)),
    generation: gen,
    maxMessage: resumed.maxMessage,
    moveAt: Infinity,
  };
  const news = {
    kind: "resumed",
    ticket,
    orphans: rangeOf(at + 1, had),
    forgotten: rangeOf(got - forgotten + 1, got),
  } as const;
  return settle(next, context, {
    before: [...accepted.effects, keep(next), { type: "news", news }],
    uncertain,
  });
}

/**
 * The session is gone. What was accepted is done. What may have been handled is
 * reported as dropped or sent again, as the application chose. The rest is sent
 * in the new session, under new numbers.
 */
function onLost(
  state: ClientHandshaking,
  lost: Lost,
  context: ClientContext,
): ClientStep {
  const { config } = context;
  const { retained } = state;
  const got = Math.max(lost.got ?? 0, retained.first - 1);
  // A message that was uncertain in an earlier session stays uncertain.
  const uncertain = Math.max(lost.uncertain ?? retained.last, state.againTo);
  const accepted = acceptTo(state, Math.min(got, retained.last));
  const unknown = entriesOf(retained, got + 1, uncertain);
  const rest = entriesOf(retained, Math.max(got, uncertain) + 1);
  const ends = config.onLost === "close";
  const again = config.onUnknown === "resend" && !ends;
  const resent = [...again ? unknown : [], ...ends ? [] : rest];
  const ticket = ticketOf(lost.opened);
  const lasting: LastingState = {
    ...lastingOf(state),
    retained: resent.reduce(push, emptyAfter<Outgoing>(0)),
    numbering: "changed",
    againTo: again ? unknown.length : 0,
  };
  const next = attachNew(lasting, lost.opened, state);
  const effects: readonly ClientEffect[] = [
    // Under the number that it had in the session before.
    ...accepted.effects,
    // The main thread confirms it with all reports of this step.
    keep(next),
    { type: "news", news: { kind: "lost", ticket, why: lost.why } },
    ...again ? [] : dropped("unknown", got, unknown),
    ...ends ? dropped("session-lost", got + unknown.length, rest) : [],
    ...missedOf(lost, state.positions[0]![0]),
  ];
  return ends
    ? leave(lasting, state, effects)
    : settle(next, context, { before: effects });
}

/** The application does not want to go on without its session. */
function leave(
  lasting: LastingState,
  { connection }: ClientHandshaking,
  effects: readonly ClientEffect[],
): ClientStep {
  return {
    state: { ...lasting, kind: "ended" },
    effects: [
      ...effects,
      sendControl({ connection }, { op: "bye", ack: 0 }),
      {
        type: "disconnect",
        connection,
        closeCode: SESSION_CLOSE.normal,
        reason: "",
      },
      { type: "ended" },
    ],
  };
}

function attachNew(
  lasting: LastingState,
  opened: NewSession,
  { connection, granted }: ClientHandshaking,
): ClientAttached {
  return {
    ...lasting,
    kind: "attached",
    connection,
    ticket: ticketOf(opened),
    positions: startPositions(opened.gen),
    // What is held of the session before is consumed, and not acknowledged.
    marks: addMark(lasting.marks, { index: lasting.held.last, seq: 0 }),
    credit: startCredit(0, opened.window),
    receiving: startReceiving(0, granted),
    generation: opened.gen,
    maxMessage: opened.maxMessage,
    moveAt: Infinity,
  };
}

/** Sends what is retained, after the effects `before`. */
function settle(
  state: ClientAttached,
  context: ClientContext,
  { before, uncertain = 0 }: {
    readonly before: readonly ClientEffect[];
    /** Up to here messages of this session may have been handled. */
    readonly uncertain?: number;
  },
): ClientStep {
  const fitting = leaveOutTooLarge(state, uncertain);
  const { againTo, retained } = fitting.state;
  const again = againTo < retained.first
    ? []
    : [sendControl(state, { op: "again", upTo: againTo })];
  const sent = sendRetained(fitting.state);
  const done = finishIfDone(sent.state, context);
  const steps = [
    ...[...before, ...fitting.effects],
    ...[...again, ...sent.effects, ...done.effects],
  ];
  if (done.state.kind !== "attached") return { ...done, effects: steps };
  // What was consumed since the request is to be acknowledged in time.
  const consumed = consume(done.state, consumedIndex(done.state), context);
  return { ...consumed, effects: [...steps, ...consumed.effects] };
}

function ticketOf({ session, token, protocol }: NewSession): Ticket {
  return { session, token, protocol };
}

function rangeOf(first: number, last: number): NumberRange | undefined {
  return first > last ? undefined : { first, last };
}

function dropped(
  why: "unknown" | "session-lost",
  after: number,
  messages: readonly Outgoing[],
): readonly ClientEffect[] {
  if (messages.length === 0) return [];
  const range = { first: after + 1, last: after + messages.length };
  return [{ type: "dropped", why, range, messages }];
}

/** Which incoming messages are lost: exactly, or that nobody knows. */
function missedOf(
  { at, last }: Lost,
  generation: string,
): readonly ClientEffect[] {
  const isKnown = at !== undefined && last !== undefined;
  const range = isKnown ? rangeOf(at + 1, last) : undefined;
  return isKnown && range === undefined
    ? []
    : [{ type: "missed", why: "session-lost", range, generation }];
}
