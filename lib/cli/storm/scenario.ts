/**
 * What happens to a fleet: outages, and the capacity of the servers.
 *
 * @module
 */

/** The width of a window in which attempts are counted, in milliseconds. */
export const WINDOW = 100;

/** The time when a server is down, in milliseconds since the simulation began. */
export interface Outage {
  /** Which of the servers, from 0. */
  readonly server: number;
  readonly from: number;
  readonly until: number;
}

/** What happens to a fleet. */
export interface Scenario {
  readonly title: string;
  /** How many clients there are, spread evenly over the servers. */
  readonly clients: number;
  readonly servers: number;
  /** In the order in which they begin. */
  readonly outages: readonly Outage[];
  /** How many openings all servers accept in one window; the rest is refused. */
  readonly capacity: number;
  /** The `Retry-After` of a refusal, in milliseconds. */
  readonly retryAfter?: number;
  /** When to stop at the latest, in milliseconds. */
  readonly horizon: number;
}

/** How long a simulation goes on after the last outage, in milliseconds. */
const PATIENCE = 3_600_000;

/**
 * One server that goes down and comes back: all clients lose it at once.
 *
 * @param options `away` and `retryAfter` in milliseconds; `capacity` in
 * openings per window.
 */
export function outage(
  { clients, away, capacity = Infinity, retryAfter }: {
    readonly clients: number;
    readonly away: number;
    readonly capacity?: number;
    readonly retryAfter?: number;
  },
): Scenario {
  const advice = retryAfter === undefined
    ? ""
    : `, Retry-After: ${retryAfter / 1_000}`;
  const limit = Number.isFinite(capacity)
    ? `, ${capacity} openings per ${WINDOW} ms${advice}`
    : "";
  return {
    title: `${count(clients)}, ${duration(away)} outage${limit}`,
    clients,
    servers: 1,
    outages: [{ server: 0, from: 0, until: away }],
    capacity,
    ...retryAfter !== undefined && { retryAfter },
    horizon: away + PATIENCE,
  };
}

/**
 * Servers behind a balancer that restart one after the other.
 *
 * @param options `away`, how long each is away, and `every`, from one restart to
 * the next, in milliseconds.
 */
export function rollingRestart(
  { clients, servers, away, every }: {
    readonly clients: number;
    readonly servers: number;
    readonly away: number;
    readonly every: number;
  },
): Scenario {
  return {
    title: `${count(clients)}, ${servers} servers restart one by one, each ${
      duration(away)
    } away, every ${duration(every)}`,
    clients,
    servers,
    outages: Array.from({ length: servers }, (_, server) => ({
      server,
      from: server * every,
      until: server * every + away,
    })),
    capacity: Infinity,
    horizon: servers * every + PATIENCE,
  };
}

/**
 * A server that comes back and fails again while the fleet returns.
 *
 * @param options `away`, how long it is away each time, and `up`, how long it
 * lasts in between, in milliseconds.
 */
export function relapse(
  { clients, away, up }: {
    readonly clients: number;
    readonly away: number;
    readonly up: number;
  },
): Scenario {
  const again = away + up;
  return {
    title: `${count(clients)}, ${duration(away)} outage, up for ${
      duration(up)
    }, ${duration(away)} outage`,
    clients,
    servers: 1,
    outages: [
      { server: 0, from: 0, until: away },
      { server: 0, from: again, until: again + away },
    ],
    capacity: Infinity,
    horizon: again + away + PATIENCE,
  };
}

/** Gives a duration in its largest whole unit. */
export function duration(milliseconds: number): string {
  const units = [[3_600_000, "h"], [60_000, "min"], [1_000, "s"]] as const;
  for (const [size, unit] of units) {
    if (milliseconds >= size && milliseconds % size === 0) {
      return `${milliseconds / size} ${unit}`;
    }
  }
  return `${milliseconds} ms`;
}

function count(clients: number): string {
  const noun = clients === 1 ? "client" : "clients";
  return `${clients.toLocaleString("en")} ${noun}`;
}
