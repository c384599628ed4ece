/**
 * The sessions of a Redis, as they stand there. It only reads, and
 * prolongs no session.
 *
 * @module
 */

import { textOf } from "../../server/stores/redis/client.ts";
import { BUCKETS, KeySpace } from "../../server/stores/redis/keys.ts";
import type { RedisConnection } from "./redis_connection.ts";
import { RedisFailure } from "./failure.ts";

/** `attached` and `detached` are alive; the others are tombstones. */
export type SessionState =
  | "attached"
  | "detached"
  | "ended"
  | "expired"
  | "evicted";

/** What a record says. */
export interface SessionFacts {
  readonly session: string;
  readonly principal: string;
  readonly state: SessionState;
  /** The node that holds it. */
  readonly node: string | undefined;
  /** The application's subprotocol, or empty. */
  readonly protocol: string;
  /** The client's messages up to this number were accepted. */
  readonly accepted: number;
  /** Up to here a handler may have begun. */
  readonly claimed: number;
  /** Up to here a message may have been handled on another node before. */
  readonly uncertain: number;
  /** What the client has not consumed. */
  readonly waiting: {
    readonly messages: number;
    readonly bytes: number;
    /** The number of the last message. */
    readonly last: number;
  };
  /** The number of the client's last dial. */
  readonly attempt: number;
  /** How often it was attached. */
  readonly fence: number;
  /** The generations of the store that it has seen. */
  readonly generations: readonly string[];
  /** Milliseconds until it is over, unless its client comes, or its node goes on. */
  readonly remaining: number;
}

/** Which sessions are wanted. */
export interface Selection {
  readonly limit: number;
  readonly principal: string | undefined;
  readonly states: ReadonlySet<SessionState>;
}

/** What was found. */
export interface Listing {
  readonly sessions: readonly SessionFacts[];
  /** How many there are of any kind. */
  readonly total: number;
  /** Whether others were left out by the limit. */
  readonly rest: "none" | "more";
}

type CommandSender = Pick<RedisConnection, "send">;

/** How many records are read at once. */
const BATCH = 500;
/** How many keys are looked at for another prefix. */
const LOOK = 20_000;
/** Fields of a record; `lib/server/stores/redis/lua.ts` says what each is. */
const FIELDS = [
  ...[
    "p",
    "s",
    "n",
    "m",
    "i",
    "c",
    "u",
    "o",
    "a",
    "O",
    "A",
    "e",
    "f",
    "g",
    "t",
  ],
] as const;

/** The sessions under one prefix. */
export class Catalogue {
  readonly #redis: CommandSender;
  readonly #prefix: string;
  readonly #keys: KeySpace;

  /**
   * Looks at nothing yet.
   *
   * @throws {RangeError} No name can begin like that.
   */
  constructor(redis: CommandSender, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#keys = new KeySpace(prefix);
  }

  /**
   * Lists sessions, by principal. It goes through the index of the store, in
   * steps: other keys cost nothing, and Redis serves others in between.
   */
  async list(selection: Selection): Promise<Listing> {
    const parts = await this.#parts();
    const now = await this.#now();
    const sessions: SessionFacts[] = [];
    let rest: Listing["rest"] = "none";
    search: for (const { key } of parts) {
      for await (const ids of this.#idsIn(key)) {
        for (const facts of await this.#read(ids, now)) {
          if (!isWanted(facts, selection)) continue;
          if (sessions.length < selection.limit) sessions.push(facts);
          else rest = "more";
        }
        if (rest === "more") break search;
      }
    }
    const total = parts.reduce((sum, { size }) => sum + size, 0);
    return { sessions: sessions.sort(byPrincipal), total, rest };
  }

  /** One session, if there is a record of it. */
  async find(session: string): Promise<SessionFacts | undefined> {
    const [facts] = await this.#read([session], await this.#now());
    return facts;
  }

  /** The prefix of other sessions in the first keys of the database. */
  async otherPrefix(): Promise<string | undefined> {
    let cursor = "0";
    let seen = 0;
    do {
      const [next, keys] = listOf(
        await this.#redis.send("SCAN", cursor, ...MATCH_ENDS),
      );
      for (const key of listOf(keys).map(textOf)) {
        const prefix = /^([\w:.-]*)\{\d+\}:t\d+$/.exec(key)?.[1];
        if (prefix !== undefined && prefix !== this.#prefix) return prefix;
      }
      cursor = textOf(next);
      seen += Number(SCAN_COUNT);
    } while (cursor !== "0" && seen < LOOK);
    return undefined;
  }

  /** Where ids are, with how many. */
  async #parts() {
    const keys = Array.from(
      { length: BUCKETS },
      (_, bucket) => this.#keys.endsOf(bucket),
    ).flat();
    const sizes = await Promise.all(
      keys.map((key) => this.#redis.send("ZCARD", key)),
    );
    return keys.map((key, index) => ({ key, size: Number(sizes[index]) }))
      .filter(({ size }) => size > 0);
  }

  async *#idsIn(key: string): AsyncGenerator<readonly string[]> {
    // A scan may give an element twice.
    const seen = new Set<string>();
    let cursor = "0";
    do {
      const [next, found] = listOf(
        await this.#redis.send("ZSCAN", key, cursor, "COUNT", `${BATCH}`),
      );
      const ids = listOf(found).filter((_, index) => index % 2 === 0)
        .map(textOf).filter((id) => !seen.has(id));
      for (const id of ids) seen.add(id);
      yield ids;
      cursor = textOf(next);
    } while (cursor !== "0");
  }

  async #read(
    ids: readonly string[],
    now: number,
  ): Promise<readonly SessionFacts[]> {
    const replies = await Promise.all(
      ids.map((id) =>
        this.#redis.send("HMGET", this.#keys.of(id).record, ...FIELDS)
      ),
    );
    return replies.flatMap((reply, index) => {
      const values = listOf(reply);
      // It may have ended since it was listed.
      return values[1] === null ? [] : [factsOf(ids[index]!, values, now)];
    });
  }

  /** The clock of Redis, which decides on ends. */
  async #now(): Promise<number> {
    const [seconds, micros] = listOf(await this.#redis.send("TIME"));
    return Number(textOf(seconds)) * 1_000 + Number(textOf(micros)) / 1_000;
  }
}

const SCAN_COUNT = "1000";
const MATCH_ENDS = ["MATCH", "*{*}:t*", "COUNT", SCAN_COUNT] as const;

function isWanted(
  { state, principal }: SessionFacts,
  selection: Selection,
): boolean {
  return selection.states.has(state) &&
    (selection.principal ?? principal) === principal;
}

function byPrincipal(one: SessionFacts, other: SessionFacts): number {
  return compare(one.principal, other.principal) ||
    compare(one.session, other.session);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function factsOf(
  session: string,
  values: readonly unknown[],
  now: number,
): SessionFacts {
  const text = (field: Field) => textOf(values[FIELDS.indexOf(field)] ?? "");
  const number = (field: Field) => Number(text(field) || 0);
  const node = text("n") === "" ? undefined : text("n");
  const last = number("o");
  return {
    ...{ session, node },
    principal: text("p"),
    state: stateOf(text("s"), node),
    protocol: text("m"),
    accepted: number("i"),
    claimed: number("c"),
    uncertain: number("u"),
    waiting: {
      messages: last - number("a"),
      bytes: number("O") - number("A"),
      last,
    },
    attempt: number("e"),
    fence: number("f"),
    generations: text("g").split(",").map((era) => era.split(":")[0] ?? ""),
    remaining: Math.round(number("t") - now),
  };
}

type Field = (typeof FIELDS)[number];

function stateOf(state: string, node: string | undefined): SessionState {
  switch (state) {
    case "live":
      return node === undefined ? "detached" : "attached";
    case "ended":
    case "expired":
    case "evicted":
      return state;
    default:
      throw new RedisFailure(
        "failure",
        `A session has the state ${
          JSON.stringify(state)
        }: it may be of a newer version`,
      );
  }
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
