/**
 * Joins a session and its connection.
 *
 * @module
 */

import type { Event } from "../../connection/state.ts";
import type { Resolution } from "../attempt/resolver.ts";
import { HANDSHAKE_TIMEOUT } from "../../session/wire/limits.ts";
import { SESSION_CLOSE } from "../../session/wire/violation.ts";
import { Session, type SessionParts } from "./session.ts";
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
 * Makes the session of a connection.
 *
 * @param options.machine Is told when the session has no use for its socket.
 * @param options.changed Called when its deadline may be another one.
 */
export function beginSession(
  parts: Omit<SessionParts, "owner">,
  { machine, changed }: {
    readonly machine: ConnectionMachine;
    readonly changed: () => void;
  },
): Session {
  const dispatch = (event: (socket: number) => Event) => {
    const { socket } = machine.state;
    if (socket !== undefined) machine.dispatch(event(socket));
  };
  return new Session({
    ...parts,
    owner: {
      changed,
      get answerTimeout() {
        const { deadline = Infinity } = machine.state;
        return Math.min(HANDSHAKE_TIMEOUT, deadline - parts.clock.now());
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
  maxMessage: number,
): Resolution {
  const { kind, token, placement } = resolution;
  const auth = placement?.kind === "session" ? token : undefined;
  return {
    ...resolution,
    kind: sessionKind(kind, session, { auth, maxMessage }),
  };
}
