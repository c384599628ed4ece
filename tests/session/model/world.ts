/**
 * A world of one client, its connections, server nodes and a store, made of the
 * real machines. Each connection ends on a node of its own.
 */

import { newClient } from "../../../lib/session/client/state.ts";
import type {
  ClientConfig,
  ClientEffect,
  ClientState,
  Outgoing,
  Ticket,
} from "../../../lib/session/client/state.ts";
import {
  entriesOf,
  type Numbered,
} from "../../../lib/session/flow/numbered.ts";
import type { Positions } from "../../../lib/session/flow/positions.ts";
import type {
  ServerConfig,
  ServerEffect,
  ServerState,
} from "../../../lib/session/server/state.ts";
import type { BufferBounds } from "../../../lib/session/store/store.ts";
import type { SessionRecord } from "../../../lib/session/store/record.ts";
import type { Payload } from "../../../lib/session/wire/payload.ts";

/** How often each kind of event may happen. */
export interface Budget {
  /** Messages of the client's application. */
  readonly sends: number;
  /** Messages of the server's application. */
  readonly pushes: number;
  /** Connections that the client loses, and the server does not see at once. */
  readonly cuts: number;
  /** Server nodes that die. */
  readonly crashes: number;
  /** Times that the store loses its newest data. */
  readonly rollbacks: number;
  /** Calls of the handler that fail. */
  readonly failures: number;
  /** Takeovers by force from a node that lives. */
  readonly forces: number;
  /** Sessions that the server ends. */
  readonly ends: number;
  /** Tombstones that are forgotten. */
  readonly forgets: number;
  /** Workers of the client that die. */
  readonly workers: number;
  /** Messages that the worker has, and does not send. */
  readonly expiries: number;
  /** Calls of `close()`. */
  readonly closes: number;
}

/** What a mutant changes. */
export type Mutant =
  | "none"
  | "no attempt number"
  | "no claim"
  | "no fence"
  | "one token slot"
  | "no generations"
  | "no uncertainty";

/** A world's rules. */
export interface Rules {
  readonly budget: Budget;
  readonly mutant: Mutant;
  /** When the application consumes what was delivered. */
  readonly consumption: "at once" | "later";
  /** When the main thread handles what the worker reports: only without pushes `"later"`. */
  readonly mainThread: "at once" | "later";
  /** Whether a handler replies to each message. */
  readonly replies: "none" | "each";
  readonly bounds: BufferBounds;
  readonly client: ClientConfig;
  readonly server: ServerConfig;
}

/** A connection: two queues of frames on their way, and the server's machine. */
export interface Connection {
  readonly id: number;
  readonly up: readonly Payload[];
  readonly down: readonly Payload[];
  /** Whether the client still has it. */
  readonly client: "open" | "gone";
  /** `dead`: the node is no more. */
  readonly server: ServerState | "dead";
  /** What the store has not answered yet, in order. */
  readonly requests: readonly ServerEffect[];
  /** The message in the handler. */
  readonly running: number;
  /** Whether the node was asked to let go. */
  readonly wanted: "no" | "yes";
}

/** What applications have seen, which no fault can take back. */
export interface Observed {
  /** Messages that a handler began: id and whether flagged. */
  readonly handled: readonly (readonly [id: number, flag: "new" | "again"])[];
  /** Messages that the client's application got. */
  readonly delivered: readonly number[];
  /** The last message that was reported to the client as accepted. */
  readonly accepted: number;
  /** Messages that were reported to the client as not accepted. */
  readonly dropped: readonly (readonly [id: number, why: string])[];
  /** Messages that were reported to the client as missing. */
  readonly missed: readonly number[];
  /** Whether it was reported once that nobody knows how many. */
  readonly missedUnknown: "no" | "yes";
  /** Messages that the server's application gave, with their place in the store. */
  readonly pushed: readonly Pushed[];
  /** The sessions that the client had, the newest last. */
  readonly sessions: readonly string[];
  /** What broke the protocol or shut the client out. */
  readonly fault: string;
}

/** A message of the server's application. */
export interface Pushed {
  readonly id: number;
  readonly session: string;
  readonly generation: string;
  readonly seq: number;
}

/** What the main thread keeps for the next worker. */
export interface MainThread {
  readonly attempt: number;
  readonly ticket: Ticket | undefined;
  readonly positions: Positions;
  readonly againTo: number;
  readonly accepted: number;
  /** What it gave to the worker, and is not reported as accepted or dropped. */
  readonly crossed: readonly Outgoing[];
  /** Delivered and not consumed. */
  readonly inbox: readonly { readonly seq: number; readonly id: number }[];
  /** The index of the first delivery in the inbox, for this worker. */
  readonly nextIndex: number;
}

/** What the worker reports to the main thread. */
export type Report =
  | Extract<ClientEffect, { type: "keep" | "accepted" | "left-out" }>
  | Extract<ClientEffect, { type: "dropped" }>
  | { readonly type: "expired"; readonly id: number };

/** All that is. */
export interface World {
  readonly client: ClientState;
  readonly main: MainThread;
  /** What the main thread has not handled. */
  readonly reports: readonly Report[];
  /** Given by the application, not yet sent. */
  readonly outbox: readonly Outgoing[];
  readonly connections: readonly Connection[];
  readonly dials: number;
  readonly records: Readonly<Record<string, SessionRecord>>;
  readonly sessions: number;
  readonly generation: number;
  /** Former records, to roll back to. */
  readonly history: readonly World["records"][];
  readonly left: Budget;
  readonly observed: Observed;
}

/** Something that happened, and the world after it. */
export type Move = readonly [name: string, world: World];

/** Before anything has happened. */
export function newWorld({ budget }: Rules): World {
  return {
    client: newClient("i"),
    main: {
      attempt: 0,
      ticket: undefined,
      positions: [],
      againTo: 0,
      accepted: 0,
      crossed: [],
      inbox: [],
      nextIndex: 1,
    },
    reports: [],
    outbox: [],
    connections: [],
    dials: 0,
    records: {},
    sessions: 0,
    generation: 1,
    history: [],
    left: budget,
    observed: {
      handled: [],
      delivered: [],
      accepted: 0,
      dropped: [],
      missed: [],
      missedUnknown: "no",
      pushed: [],
      sessions: [],
      fault: "",
    },
  };
}

/** The session that the client has, or the newest one, unless it has ended. */
export function liveRecord(world: World): SessionRecord | undefined {
  const session = world.main.ticket?.session ?? `s${world.sessions}`;
  const record = world.records[session];
  return record?.state === "live" ? record : undefined;
}

/** What is left after something has happened once. */
export function spend(world: World, what: keyof Budget): World {
  return { ...world, left: { ...world.left, [what]: world.left[what] - 1 } };
}

/** The connection with this id. */
export function connectionOf(
  world: World,
  id: number,
): Connection | undefined {
  return world.connections.find((each) => each.id === id);
}

/** Replaces a connection; one of which nothing is left is forgotten. */
export function withConnection(world: World, connection: Connection): World {
  const { server, client, up } = connection;
  const isOver = client === "gone" &&
    (server === "dead" || server.kind === "closed" && up.length === 0);
  const connections = world.connections.flatMap((each) => {
    if (each.id !== connection.id) return [each];
    return isOver ? [] : [connection];
  });
  return { ...world, connections };
}

/** The store's generation now. */
export function generationOf({ generation }: World): string {
  return `g${generation}`;
}

/** Remembers the store as it was, to roll back to. */
export function remember(world: World): World {
  if (world.left.rollbacks === 0) return world;
  const history = [...world.history, world.records].slice(-3);
  return { ...world, history };
}

/** After applications have seen more. */
export function observe(world: World, more: Partial<Observed>): World {
  return { ...world, observed: { ...world.observed, ...more } };
}

/** The same for worlds in which the same can happen. */
export function keyOf(world: World): string {
  return JSON.stringify([
    clientKey(world.client),
    world.main,
    world.reports,
    world.outbox,
    world.connections.map(connectionKey),
    world.dials,
    recordsKey(world.records),
    world.generation,
    world.history.map(recordsKey),
    world.left,
    world.observed,
  ]);
}

function clientKey(state: ClientState) {
  return {
    ...state,
    retained: listKey(state.retained),
    held: listKey(state.held),
  };
}

function connectionKey(connection: Connection) {
  const { server } = connection;
  if (server === "dead" || server.kind !== "attached") return connection;
  const queue = listKey(server.queue);
  const buffer = listKey(server.buffer);
  return { ...connection, server: { ...server, queue, buffer } };
}

function recordsKey(records: World["records"]) {
  return Object.values(records)
    .map((record) => ({ ...record, log: listKey(record.log) }));
}

/** Versions of a list share what only some of them see. */
function listKey(list: Numbered<unknown>) {
  return [list.first, entriesOf(list)];
}
