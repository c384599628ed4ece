/**
 * Joins a session and its connection.
 *
 * @module
 */

import type { Setup } from "../../boundary/protocol.ts";
import type { SessionRemains } from "../../boundary/session.ts";
import type { Event } from "../../connection/state.ts";
import type { Resolution } from "../attempt/resolution.ts";
import { HANDSHAKE_TIMEOUT } from "../../session/wire/limits.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import { Session } from "./session.ts";
import type { SessionParts } from "./session_parts.ts";
import { sessionKind } from "./session_transport.ts";

/** The machine of a connection, as its session sees it. */
export interface ConnectionMachine {
  readonly state: {
    readonly kind: string;
    readonly socket?: number;
    readonly deadline?: number;
    readonly timeout?: number;
  };
  dispatch(event: Event): void;
}

/**
 * How much earlier than the machine the session gives up, in milliseconds: the
 * session's error says more.
 */
const EARLY = 1;

/** What the session of a connection works with. */
export interface SessionContext
  extends Pick<SessionParts, "id" | "notices" | "logger" | "clock"> {
  readonly setup: Setup;
  /** What a worker before has left. */
  readonly remains: SessionRemains;
  /** Receives an event when the session has no use for its socket. */
  readonly machine: ConnectionMachine;
  /** Called when its deadline may be another one. */
  readonly changed: () => void;
}

/** Makes the session of a connection, which must have the option `session`. */
export function beginSession(context: SessionContext): Session {
  const { setup, remains, machine, changed } = context;
  const dispatch = (event: (socket: number) => Event) => {
    const { socket } = machine.state;
    if (socket !== undefined) machine.dispatch(event(socket));
  };
  return new Session({
    ...context,
    setup: setup.session!,
    remains,
    protocols: setup.protocols,
    maxMessage: setup.config.maxMessageSize,
    listener: {
      changed,
      get answerBy() {
        const { deadline = Infinity } = machine.state;
        return deadline - EARLY;
      },
      unanswered: () => {
        const { timeout = Infinity } = machine.state;
        dispatch((socket) => ({
          type: "failed",
          socket,
          failure: {
            type: "open-timeout",
            timeout: Math.min(HANDSHAKE_TIMEOUT, timeout),
            phase: "attaching",
          },
        }));
      },
      failed: (failure) =>
        dispatch((socket) => ({ type: "failed", socket, failure })),
      moved: () =>
        machine.dispatch({
          type: "reconnect",
          reason: "Moving",
          closeCode: SESSION_CLOSE.moving,
        }),
      lost: (why) =>
        dispatch((socket) => ({
          type: "ended",
          socket,
          info: {
            closeCode: SESSION_CLOSE.ended,
            reason: `The session is lost: ${why}`,
            wasClean: false,
          },
          verdict: "fatal",
        })),
    },
  });
}

/** Lets the connection of an attempt carry the session. */
export function carrySession(
  resolution: Resolution,
  session: Session,
  { config }: Setup,
): Resolution {
  const { kind, token, placement } = resolution;
  const maxMessage = config.maxMessageSize;
  const auth = placement?.kind === "session" ? token : undefined;
  return {
    ...resolution,
    kind: sessionKind(kind, session, { auth, maxMessage }),
  };
}
