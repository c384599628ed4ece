/**
 * The echo server's half of sessions: each message comes back once, whatever
 * happens to connections.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import { randomBytes } from "../../platform/random_bytes.ts";
import { SessionServer } from "../../server/mod.ts";

/** What the sessions need. */
export interface SessionEchoOptions {
  readonly clock: Clock;
  /** Called with a line for each thing that happens. */
  note(text: string): void;
}

/** Makes a server of sessions that sends each message back. */
export function sessionEcho(
  { clock, note }: SessionEchoOptions,
): SessionServer {
  return new SessionServer({
    // Sessions live in this process only, so nobody needs the key afterwards.
    key: randomBytes(32),
    clock,
    origins: "*",
    authenticate: () => "client",
    limits: { sessionsPerPrincipal: 10_000, resumes: 10_000 },
    handler: {
      message: (_session, { data, reply }) => reply(data),
      opened: ({ id }, { lost }) =>
        note(
          `session ${id} opened${lost === undefined ? "" : ` (${lost.why})`}`,
        ),
      resumed: ({ id }) => note(`session ${id} resumed`),
      detached: ({ id }) => note(`session ${id} without a connection`),
      ended: ({ id }, { why, accepted }) =>
        note(`session ${id} ended (${why}), ${accepted} accepted`),
    },
  });
}

/** Chooses the subprotocol of sessions, or else the first that a client offers. */
export function chooseProtocol(
  sessions: SessionServer,
  protocols: ReadonlySet<string>,
): string | false {
  const [first] = protocols;
  return sessions.selectProtocol(protocols) || (first ?? false);
}

/** Takes a connection if its client asked for a session. */
export function acceptSession(
  sessions: SessionServer,
  ...[socket, request]: Parameters<SessionServer["accept"]>
): boolean {
  const wants = sessions.selectProtocol(new Set([socket.protocol])) !== false;
  if (wants) sessions.accept(socket, request);
  return wants;
}
