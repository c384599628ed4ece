/**
 * What the two ends of a long run count. Too much passes to remember it all: a
 * connection is a range of numbers. This file knows no clock and no socket.
 *
 * @module
 */

/** What the server counted on one connection. */
export interface ConnectionTally {
  /** 1 for the first one. */
  readonly id: number;
  /** The first and the last number that came in; 0 for none. */
  readonly first: number;
  readonly last: number;
  readonly received: number;
  /** Numbers that were left out between two that came in. */
  readonly skipped: number;
  /** Numbers that were not greater than the one before. */
  readonly disordered: number;
  readonly sent: number;
}

/** What the client knows of a connection that it saw open. */
export interface Floor {
  readonly connection: number;
  /** The first number sent after the connection before was reported as lost. */
  readonly floor: number;
}

/** What the client counted. */
export interface ClientTally {
  readonly sent: number;
  /** What `drop` reported as not sent. */
  readonly dropped: number;
  readonly received: number;
  /** Inbound numbers that came twice, out of order, or after a gap. */
  readonly disordered: number;
  readonly floors: readonly Floor[];
}

/** The books of a run. */
export interface Balance {
  /** Messages given to `send()`, and those of them that arrived. */
  readonly sent: number;
  readonly arrived: number;
  /** Messages that the server sent, and those of them that arrived. */
  readonly answered: number;
  readonly received: number;
  /** Outgoing messages that `drop` reported as not sent. */
  readonly reported: number;
  /** Outgoing messages that were on the wire when their connection died. */
  readonly lostOnTheWire: number;
  /** Outgoing messages that nothing accounts for. */
  readonly lostInSilence: number;
  /** Messages, either way, that came twice, out of order, or after a gap. */
  readonly disordered: number;
}

/**
 * Balances the books.
 *
 * @param server The connections, in the order in which they opened.
 * @param client The client's counts.
 * @returns The balance.
 */
export function balance(
  server: readonly ConnectionTally[],
  client: ClientTally,
): Balance {
  const arrived = sum(server, ({ received }) => received);
  const missing = missingOf(server, client.floors);
  return {
    sent: client.sent,
    arrived,
    answered: sum(server, ({ sent }) => sent),
    received: client.received,
    reported: client.dropped,
    lostOnTheWire: client.sent - client.dropped - arrived,
    lostInSilence: Math.max(0, missing - client.dropped),
    disordered: client.disordered + overlaps(server) +
      sum(server, ({ disordered }) => disordered),
  };
}

/** Numbers that could only go to a connection which did not get them. */
function missingOf(
  server: readonly ConnectionTally[],
  floors: readonly Floor[],
): number {
  const known = new Map(
    floors.map(({ connection, floor }) => [connection, floor]),
  );
  return sum(server, ({ id, first, last, skipped }) => {
    const floor = known.get(id) ?? first;
    return last === 0 || floor > last
      ? 0
      : skipped + Math.max(0, first - floor);
  });
}

/** Connections that begin before the one before has ended. */
function overlaps(server: readonly ConnectionTally[]): number {
  let last = 0;
  let count = 0;
  for (const each of server) {
    if (each.received === 0) continue;
    if (each.first <= last) count += 1;
    last = each.last;
  }
  return count;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
