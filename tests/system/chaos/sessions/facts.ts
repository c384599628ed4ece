/**
 * What a history says, in an order that can be asked.
 *
 * @module
 */

import type {
  Birth,
  ClientEvent,
  ServerEvent,
  SessionHistory,
} from "./history.ts";
import { pushLabel, replyLabel } from "./payloads.ts";

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
  /** Counts the lives of the server. */
  readonly life: number;
  /** Counts the resumes before it, of any session. */
  readonly resumes: number;
  /** `undefined`: it died before it ended. */
  readonly end: ServerEventOf<"handled"> | undefined;
}

/** Something that a server has stored for a client. */
export interface StoredLabel {
  readonly label: string;
  readonly session: string;
  readonly life: number;
  readonly at: number;
}

/** A life of the server that lost what the one before had stored. */
interface DataLoss {
  /** The first life without the data. */
  readonly life: number;
  /** Data from before this time is there, in milliseconds since the epoch. */
  readonly since: number;
}

/** Clocks of two processes differ by less, in milliseconds. */
export const TOLERANCE = 20;

/** The facts of a history. */
export class Facts {
  readonly history: SessionHistory;
  /** In the order in which they began; only of this client's sessions. */
  readonly runs: readonly Run[];
  /** By the client's number. */
  readonly runsOf: ReadonlyMap<number, readonly Run[]>;
  /** What `send()` of the server has stored. */
  readonly pushes: readonly StoredLabel[];
  readonly ends: readonly ServerEventOf<"ended">[];
  readonly drops: readonly ClientEventOf<"drop">[];
  readonly messages: readonly ClientEventOf<"message">[];
  readonly #losses: readonly DataLoss[];

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
    this.runsOf = Map.groupBy(this.runs, ({ number }) => number);
    this.pushes = pushesOf(server, lives).filter((push) =>
      sessions.has(push.session)
    );
    this.ends = server.filter((event) => event.type === "ended")
      .filter((event) => sessions.has(event.session));
    this.drops = client.filter((event) => event.type === "drop");
    this.messages = client.filter((event) => event.type === "message");
    this.#losses = lossesOf(server, lives);
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

  /** How many messages the client was told of that did not go out, or come. */
  told(
    direction: "inbound" | "outbound",
    wanted: (reason: string) => boolean,
  ): number {
    return this.drops
      .filter((drop) => drop.direction === direction && wanted(drop.reason))
      .reduce((sum, { count }) => sum + count, 0);
  }
}

/** The life of each event. */
function livesOf(server: readonly ServerEvent[]): readonly number[] {
  let life = 0;
  return server.map(({ type }) => type === "life" ? life += 1 : life);
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
  return server.flatMap((event, index) => {
    if (event.type === "resumed") resumes += 1;
    if (event.type !== "handling") return [];
    const life = lives[index]!;
    return [{ ...event, life, resumes, end: ends.get(event.run) }];
  });
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
    const { session, at } = event;
    return [{ label: pushLabel(event.push), session, life: lives[index]!, at }];
  });
}

function lossesOf(
  server: readonly ServerEvent[],
  lives: readonly number[],
): readonly DataLoss[] {
  return server.flatMap((event, index) => {
    if (event.type !== "life") return [];
    const since = keptUntil(event.birth);
    return since === Infinity ? [] : [{ life: lives[index]!, since }];
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
