/**
 * What a server fixture tells about its connections. All of it is JSON. Instants
 * are milliseconds since the epoch, on a clock that never steps back; they can be
 * compared across the threads and processes of one machine.
 *
 * @module
 */

/** What a server has seen. */
export interface ServerReport {
  /** The port, which survives a restart. */
  readonly port: number;
  /** The handshakes that it has seen, refused ones included. */
  readonly attempts: number;
  /** The connections that it has accepted. */
  readonly opened: number;
  /** The connections that are open. */
  readonly open: number;
  /** The latest connections, oldest first; at most 1,000. */
  readonly connections: readonly ConnectionReport[];
}

/** What a server has seen of one connection. */
export interface ConnectionReport {
  /** 1 for the first connection. */
  readonly id: number;
  /** The path and query that were asked for. */
  readonly target: string;
  /** The headers of the handshake, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The subprotocol that was selected, or `""`. */
  readonly protocol: string;
  readonly openedAt: number;
  /** `undefined` while it is open. */
  readonly closedAt?: number;
  /** As this server's library tells it; 1006 and 1005 are its own opinion. */
  readonly closeCode?: number;
  readonly reason?: string;
  readonly messages: Tally;
  /** Ping frames received. Only `WsServer` sees them. */
  readonly pings: Tally;
  /** Pong frames received. Only `WsServer` sees them. */
  readonly pongs: Tally;
  /** The latest arrivals, oldest first; empty unless the history was asked for. */
  readonly history: readonly Arrival[];
}

/** A count with the times that matter for a heartbeat. */
export interface Tally {
  readonly count: number;
  readonly lastAt?: number;
  /** The longest time between two consecutive ones, in milliseconds. */
  readonly longestGap: number;
}

/** Something that a server has received. */
export interface Arrival {
  readonly at: number;
  readonly type: "message" | "ping" | "pong";
  /** The text; of a binary message, its size in bytes. */
  readonly data: string | number;
}

/**
 * Counts one more.
 *
 * @param tally The count so far.
 * @param at When it came.
 * @returns The new count.
 */
export function count(tally: Tally, at: number): Tally {
  const gap = tally.lastAt === undefined ? 0 : at - tally.lastAt;
  return {
    count: tally.count + 1,
    lastAt: at,
    longestGap: Math.max(tally.longestGap, gap),
  };
}

/** The {@linkcode Tally} of nothing. */
export const NONE: Tally = { count: 0, longestGap: 0 };
