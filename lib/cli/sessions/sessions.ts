/**
 * `sessions`: what a Redis keeps for servers of sessions.
 *
 * @module
 */

import { KeySpace } from "../../server/stores/redis/keys.ts";
import { redisStore } from "../../server/stores/redis/mod.ts";
import { SessionStoreError } from "../../server/stores/store_error.ts";
import {
  defineCommand,
  FAILURE,
  reportLine,
  type Run,
  SUCCESS,
} from "../command.ts";
import type { FlagNames, Flags } from "../flags.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import { UsageError } from "../usage_error.ts";
import { Catalogue, type Selection, type SessionState } from "./catalogue.ts";
import { RedisFailure } from "./failure.ts";
import { RedisConnection } from "./redis_connection.ts";
import { parseRedisUrl, type RedisAddress } from "./redis_url.ts";
import { detailsOf, endJson, endText, factsJson, tableOf } from "./report.ts";

const HELP = `List, show and end the sessions that servers keep in a Redis

Usage: sessions [list] [options]
       sessions show ID [options]
       sessions end ID [options]

      --redis URL        redis://user:password@host:6379/0, or rediss: with TLS;
                         else the environment variable REDIS_URL
      --prefix TEXT      what the servers' keys begin with (hf:)
      --principal NAME   list only sessions of this principal
      --all              list also sessions that are over, while they are known
      --limit N          list so many at most (100)
      --json             write a line of JSON for each session

"end" closes the client's connection with 4410, on whichever node it is. No
handler is notified: what the client had not consumed is lost, and --json
shows it. An ID that begins with a dash goes behind --.

Exit codes: 0 done, 1 no such session or other failure, 2 wrong usage,
3 unreachable, 5 password rejected, 6 timeout, 9 no Redis.
`;

const FLAGS: FlagNames = {
  switches: ["all", "json"],
  values: ["redis", "prefix", "principal", "limit"],
};

/** For how long servers remember an end, unless they say otherwise, in milliseconds. */
const TOMBSTONE = 86_400_000;

type Task =
  | { readonly kind: "list"; readonly selection: Selection }
  | { readonly kind: "show" | "end"; readonly session: string };

interface Plan {
  readonly address: RedisAddress;
  readonly prefix: string;
  readonly task: Task;
  readonly format: "text" | "json";
}

/** What a task is done with. */
interface Surroundings {
  readonly redis: RedisConnection;
  readonly catalogue: Catalogue;
  readonly plan: Plan;
  readonly io: ProcessIo;
}

/** `sessions`, as a function. */
export const sessions: Run<ProcessIo> = defineCommand({
  name: "sessions",
  help: HELP,
  flags: FLAGS,
  plan: readPlan,
  run,
});

function readPlan(flags: Flags, io: ProcessIo): Plan {
  const task = taskOf(flags);
  const url = flags.text("redis") ?? io.peekEnvironment("REDIS_URL");
  if (url === undefined) {
    throw new UsageError("Give the URL of Redis with --redis or in REDIS_URL");
  }
  return {
    address: parseRedisUrl(url),
    prefix: prefixOf(flags),
    task,
    format: flags.has("json") ? "json" : "text",
  };
}

function taskOf(flags: Flags): Task {
  const [verb = "list", session, ...more] = flags.positionals;
  if (verb === "list" && session === undefined) {
    return { kind: "list", selection: selectionOf(flags) };
  }
  if (verb !== "show" && verb !== "end") {
    throw new UsageError(
      `Give list, show ID or end ID, not ${
        JSON.stringify(flags.positionals.join(" "))
      }`,
    );
  }
  if (session === undefined || more.length > 0) {
    throw new UsageError(
      session === undefined
        ? `Give the ID of a session, as the list shows it, to ${verb}`
        : `Give one ID to ${verb}, not ${more.length + 1}`,
    );
  }
  return { kind: verb, session };
}

const ALIVE: readonly SessionState[] = ["attached", "detached"];
const OVER: readonly SessionState[] = ["ended", "expired", "evicted"];

function selectionOf(flags: Flags): Selection {
  return {
    limit: flags.count("limit", { min: 1, max: 1_000_000 }) ?? 100,
    principal: flags.text("principal"),
    states: new Set([...ALIVE, ...flags.has("all") ? OVER : []]),
  };
}

function prefixOf(flags: Flags): string {
  const prefix = flags.text("prefix") ?? "hf:";
  try {
    new KeySpace(prefix);
    return prefix;
  } catch {
    throw new UsageError(
      `--prefix is ${JSON.stringify(prefix)}, must be letters, digits and :_.-`,
    );
  }
}

async function run(plan: Plan, io: ProcessIo): Promise<number> {
  try {
    using redis = await RedisConnection.open(plan.address);
    const catalogue = new Catalogue(redis, plan.prefix);
    return await perform({ redis, catalogue, plan, io });
  } catch (error) {
    const isFailure = error instanceof RedisFailure;
    if (!isFailure && !(error instanceof SessionStoreError)) throw error;
    reportLine("sessions", error.message, io);
    return isFailure ? error.exitCode : FAILURE;
  }
}

function perform(surroundings: Surroundings): Promise<number> {
  const { task } = surroundings.plan;
  switch (task.kind) {
    case "list":
      return list(surroundings, task.selection);
    case "show":
      return show(surroundings, task.session);
    case "end":
      return end(surroundings, task.session);
  }
}

async function list(
  { catalogue, plan, io }: Surroundings,
  selection: Selection,
): Promise<number> {
  const { sessions, total, rest } = await catalogue.list(selection);
  if (total === 0) return await explainNone(catalogue, plan, io);
  if (plan.format === "json") {
    for (const facts of sessions) io.write(factsJson(facts));
  } else if (sessions.length > 0) {
    io.write(tableOf(sessions, io));
  }
  const kept = `of ${total} under ${plan.prefix}`;
  if (rest === "more") {
    reportLine(
      "sessions",
      `${sessions.length} ${kept}; --limit shows more`,
      io,
    );
  } else if (sessions.length === 0) {
    const advice = selection.states.has("ended")
      ? ""
      : "; --all shows those that are over";
    reportLine("sessions", `None ${kept}${advice}`, io);
  }
  return SUCCESS;
}

/** An empty list may be right, or the prefix is another one. */
async function explainNone(
  catalogue: Catalogue,
  { prefix }: Plan,
  io: ProcessIo,
): Promise<number> {
  const other = await catalogue.otherPrefix();
  const advice = other === undefined ? "" : `; did you mean --prefix ${other}?`;
  reportLine("sessions", `There are no sessions under ${prefix}${advice}`, io);
  return other === undefined ? SUCCESS : FAILURE;
}

async function show(
  { catalogue, plan, io }: Surroundings,
  session: string,
): Promise<number> {
  const facts = await catalogue.find(session);
  if (facts === undefined) return refuse(plan, session, io);
  io.write(plan.format === "json" ? factsJson(facts) : detailsOf(facts));
  return SUCCESS;
}

/** Uses the script of the store, which notifies the node that holds the session. */
async function end(
  { redis: { client }, catalogue, plan, io }: Surroundings,
  session: string,
): Promise<number> {
  const facts = await catalogue.find(session);
  if (facts === undefined) return refuse(plan, session, io);
  await using store = redisStore({
    ...{ client, subscriber: client, prefix: plan.prefix },
  });
  const always = { kind: "always", why: "ended" } as const;
  const answer = await store.end(session, always, TOMBSTONE);
  if (answer.kind !== "ended") {
    const state = facts.state === "ended" ? "" : ` (${facts.state})`;
    reportLine("sessions", `The session ${session} is over${state}`, io);
    return FAILURE;
  }
  io.write(
    plan.format === "json"
      ? endJson(session, answer)
      : endText(session, answer),
  );
  return SUCCESS;
}

function refuse({ prefix }: Plan, session: string, io: ProcessIo): number {
  const text = `There is no session ${session} under ${prefix}`;
  reportLine("sessions", text, io);
  return FAILURE;
}
