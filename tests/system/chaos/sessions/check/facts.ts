/**
 * What a history says, in an order that can be asked.
 *
 * @module
 */

import type {
  Birth,
  ClientEvent,
  Kept,
  ServerEvent,
  SessionHistory,
} from "./history.ts";
import { pushLabel, replyLabel } from "../payloads.ts";

/** An event of one type. */
export type ClientEventOf<T extends ClientEvent["type"]> = Extract<
  ClientEvent,
  { type: T }
>;
type ServerEventOf<T extends ServerEvent["type"]> = Extract<
  ServerEvent,
  { type: T }
>;

/** One run of the handler. */
export interface Run extends ServerEventOf<"handling"> {
  /** Its place among what the servers saw. */
  readonly index: number;
  /** Where its connection began among what the servers saw. */
  readonly epoch: number;
  /** The process that it ran in, as the servers count them. */
  readonly process: number;
  /** In which life of the server, or of what servers share, its connection began. */
  readonly life: number;
  /** Counts the resumes before it, of any session. */
  readonly resumes: number;
  /** `undefined`: it died before it ended. */
  readonly end: ServerEventOf<"handled"> | undefined;
}

/** A place among all resumes, and a time since the epoch, in milliseconds. */
export type Moment = Pick<Run, "resumes" | "at">;

/** Something that a server has stored for a client. */
export interface StoredLabel {
  readonly label: string;
  readonly session: string;
  readonly life: number;
  readonly at: number;
  /** The process that stored it, as far as it matters. */
  readonly process?: number;
}

/** A life of the server that lost what the one before had stored. */
interface DataLoss {
  /** The first life without the data. */
  readonly life: number;
  /** Data from before this time is there, in milliseconds since the epoch. */
  readonly since: number;
}

/** What a store has kept of a session. */
export interface Rollback {
  /** Its place among what the servers saw. */
  readonly index: number;
  readonly kept: Kept | undefined;
}

/** Clocks of two processes differ by less, in milliseconds. */
export const TOLERANCE = 20;
/** How long steps of a store that was in trouble may still fail, in milliseconds. */
const LINGER = 1_500;

/** The facts of a history. */
export class Facts {
  readonly history: SessionHistory;
  /** In the order in which they were due; only of this client's sessions. */
  readonly runs: readonly Run[];
  /** When a message may have been claimed first, and the resumes before that. */
  readonly start: Moment;
  /** By the client's number. */
  readonly runsOf: ReadonlyMap<number, readonly Run[]>;
  /** What `send()` of the server has stored. */
  readonly pushes: readonly StoredLabel[];
  readonly ends: readonly ServerEventOf<"ended">[];
  readonly drops: readonly ClientEventOf<"drop">[];
  readonly messages: readonly ClientEventOf<"message">[];
  /** In order, those that lost something. */
  readonly rollbacks: readonly Rollback[];
  readonly #losses: readonly DataLoss[];
  readonly #causes: Causes;

  /** Reads a history. */
  constructor(history: SessionHistory) {
    const { client, server } = history;
    const sessions = new Set(
      client.flatMap((event) => event.type === "open" ? event.session : []),
    );
    const lives = livesOf(server);
    this.history = history;
    this.runs = runsOf(server, lives).filter((run) =>
      sessions.has(run.session)
    );
    this.start = startOf(server, sessions);
    this.runsOf = Map.groupBy(this.runs, ({ number }) => number);
    this.pushes = pushesOf(server, lives).filter((push) =>
      sessions.has(push.session)
    );
    this.ends = server.filter((event) => event.type === "ended")
      .filter((event) => sessions.has(event.session));
    this.drops = client.filter((event) => event.type === "drop");
    this.messages = client.filter((event) => event.type === "message");
    this.#losses = lossesOf(server, lives);
    this.rollbacks = rollbacksOf(server);
    this.#causes = new Causes(server);
  }

  /** Whether data of the store was lost at any time. */
  get hasDataLoss(): boolean {
    return this.#losses.length > 0;
  }

  /** Whether the store has lost what was stored in this life at this time. */
  isForgotten({ life, at }: { readonly life: number; readonly at: number }) {
    return this.#losses.some((loss) =>
      life < loss.life && at > loss.since - TOLERANCE
    );
  }

  /** Whether something happened by which the acceptance of a run may be lost. */
  isInVain(run: Run, next: Run): boolean {
    return this.#causes.isInVain(run, next);
  }

  /** Whether anything happened before for which messages are flagged. */
  mayFlag({ index }: Run): boolean {
    return index > this.#causes.first;
  }

  /** Replies whose runs count: the last ones of messages that were accepted. */
  get replies(): readonly StoredLabel[] {
    const accepted = new Map(
      this.ends.map((end) => [end.session, end.accepted]),
    );
    return [...this.runsOf.values()].flatMap((runs) => {
      const run = runs.at(-1)!;
      const { end, number, session, life } = run;
      if (end?.outcome !== "returned" || end.isAborted) return [];
      // The session ended before the store knew of it.
      if (run.seq > (accepted.get(session) ?? Infinity)) return [];
      const label = replyLabel(number, run.run);
      return [{ label, session, life, at: end.at }];
    });
  }

  /** How many messages the client had reported that did not go out, or come. */
  reported(
    direction: "inbound" | "outbound",
    wanted: (reason: string) => boolean,
  ): number {
    return this.drops
      .filter((drop) => drop.direction === direction && wanted(drop.reason))
      .reduce((sum, { count }) => sum + count, 0);
  }
}

function startOf(
  server: readonly ServerEvent[],
  sessions: ReadonlySet<string>,
): Moment {
  let resumes = 0;
  for (const event of server) {
    if (event.type === "resumed") resumes += 1;
    const isOwn = event.type === "opened" && sessions.has(event.session);
    if (isOwn) return { resumes, at: event.at ?? Infinity };
  }
  return { resumes, at: Infinity };
}

/** The life of each event. */
function livesOf(server: readonly ServerEvent[]): readonly number[] {
  let life = 0;
  return server.map(({ type }) =>
    type === "life" || type === "store" ? life += 1 : life
  );
}

function runsOf(
  server: readonly ServerEvent[],
  lives: readonly number[],
): readonly Run[] {
  const ends = new Map(
    server.filter((event) => event.type === "handled")
      .map((event) => [event.run, event]),
  );
  let resumes = 0;
  const runs = server.flatMap((event, index) => {
    if (event.type === "resumed") resumes += 1;
    if (event.type !== "handling") return [];
    const process = parseInt(event.run);
    const epoch = server.findLastIndex((other, place) =>
      place < index && (other.type === "opened" || other.type === "resumed") &&
      other.session === event.session && (other.life ?? process) === process
    );
    // The store refuses a lease from before it lost data, even if the handler
    // begins after that.
    const life = lives[epoch] ?? lives[index]!;
    const end = ends.get(event.run);
    return [{ ...event, index, epoch, process, life, resumes, end }];
  });
  // One that was stopped may say too late what it has done.
  return runs.toSorted((one, other) =>
    one.epoch - other.epoch || one.index - other.index
  );
}

function pushesOf(
  server: readonly ServerEvent[],
  lives: readonly number[],
): readonly StoredLabel[] {
  const stored = new Set(
    server.flatMap((event) => event.type === "stored" ? event.push : []),
  );
  return server.flatMap((event, index) => {
    if (event.type !== "pushing" || !stored.has(event.push)) return [];
    const { session, at, life: process = 0 } = event;
    const label = pushLabel(event.push);
    return [{ label, session, life: lives[index]!, at, process }];
  });
}

function lossesOf(
  server: readonly ServerEvent[],
  lives: readonly number[],
): readonly DataLoss[] {
  return server.flatMap((event, index) => {
    if (event.type !== "life" && event.type !== "store") return [];
    const since = keptUntil(event.birth);
    return since === Infinity ? [] : [{ life: lives[index]!, since }];
  });
}

function rollbacksOf(server: readonly ServerEvent[]): readonly Rollback[] {
  return server.flatMap((event, index) => {
    if (event.type !== "life" && event.type !== "store") return [];
    const { birth } = event;
    if (birth.kind === "wiped") return [{ index, kept: undefined }];
    return birth.kind === "rolled-back" ? [{ index, kept: birth.kept }] : [];
  });
}

/** Data from before this time is there. */
function keptUntil(birth: Birth): number {
  switch (birth.kind) {
    case "started":
    case "killed":
      return Infinity;
    case "wiped":
      return -Infinity;
    case "rolled-back":
      return birth.to;
  }
}

interface Period {
  readonly from: number;
  readonly to: number;
}

/** What happened to servers, and to what they share. */
class Causes {
  /** The place of the first one. */
  readonly first: number;
  readonly #deaths: ReadonlyMap<number, number>;
  /** Where all lives before are over. */
  readonly #ends: readonly number[];
  readonly #troubles: readonly Period[];
  readonly #stops: readonly ServerEventOf<"stopped">[];

  constructor(server: readonly ServerEvent[]) {
    const first = server.findIndex((event) =>
      event.type === "trouble" || event.type === "store" ||
      event.type === "death" ||
      event.type === "life" && event.birth.kind !== "started"
    );
    this.first = first < 0 ? Infinity : first;
    this.#deaths = new Map(
      server.flatMap((event, index) =>
        event.type === "death" ? [[event.life, index] as const] : []
      ),
    );
    this.#ends = server.flatMap((event, index) =>
      event.type === "life" && event.node === undefined ? index : []
    );
    this.#troubles = troublesOf(server);
    this.#stops = server.filter((event) => event.type === "stopped");
  }

  isInVain(run: Run, next: Run): boolean {
    const death = this.#deaths.get(run.process) ?? Infinity;
    return death < next.index ||
      this.#ends.some((end) => run.index < end && end < next.index) ||
      this.#troubles.some(({ from, to }) =>
        from <= next.at && run.at <= to + LINGER
      ) ||
      this.#stops.some(({ life, at, until }) =>
        life === run.process && at <= next.at && run.at <= until + TOLERANCE
      );
  }
}

function troublesOf(server: readonly ServerEvent[]): readonly Period[] {
  const calms = server.filter((event) => event.type === "calm");
  return server.flatMap((event) => {
    if (event.type !== "trouble") return [];
    const calm = calms.find(({ at }) => at >= event.at);
    return [{ from: event.at, to: calm?.at ?? Infinity }];
  });
}
