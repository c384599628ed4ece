/** All that can happen in a world: the alphabet of the model. */

import { clientDeadline } from "../../../lib/session/client/client.ts";
import {
  newServer,
  type ServerAttaching,
} from "../../../lib/session/server/state.ts";
import { appendStep } from "../../../lib/session/store/record.ts";
import type { SessionRecord } from "../../../lib/session/store/record.ts";
import { decodeFrame } from "../../../lib/session/wire/frame.ts";
import { answer, holderOf, withRecord } from "./answers.ts";
import { faults } from "./faults.ts";
import { catchUp, tellClient } from "./client_side.ts";
import { tellServer } from "./server_side.ts";
import {
  type Connection,
  connectionOf,
  generationOf,
  liveRecord,
  type Move,
  remember,
  type Rules,
  spend,
  withConnection,
  type World,
} from "./world.ts";

/** All that can happen next. */
export function movesFrom(world: World, rules: Rules): readonly Move[] {
  return [
    ...applicationMoves(world, rules),
    ...clientMoves(world, rules),
    ...world.connections.flatMap((each) => connectionMoves(world, each, rules)),
    ...faults(world, rules),
  ];
}

function applicationMoves(world: World, rules: Rules): readonly Move[] {
  const moves: Move[] = [];
  const { left, main, client } = world;
  if (world.reports.length > 0) moves.push(["main", catchUp(world, rules)]);
  const isOpen = client.kind !== "ended" && client.closeAt === Infinity;
  if (left.closes > 0 && isOpen && world.outbox.length === 0) {
    const closing = tellClient(
      spend(world, "closes"),
      { type: "close" },
      rules,
    );
    moves.push(["close", closing]);
  }
  if (left.sends > 0 && isOpen) {
    const id = rules.budget.sends - left.sends + 1;
    const message = { id, data: `u${id}`, bytes: 2 };
    const outbox = [...world.outbox, message];
    // Any event makes the machine look at what is queued; this one is harmless.
    const next = spend({ ...world, outbox }, "sends");
    moves.push(["send", tellClient(next, { type: "flush" }, rules)]);
  }
  const record = liveRecord(world);
  if (left.pushes > 0 && record !== undefined) {
    moves.push(["push", push(world, record, rules)]);
  }
  const [oldest, ...inbox] = main.inbox;
  if (oldest !== undefined) {
    const index = main.nextIndex - main.inbox.length;
    const delivered = [...world.observed.delivered, oldest.id];
    const taken = {
      ...world,
      main: { ...main, inbox },
      observed: { ...world.observed, delivered },
    };
    const event = { type: "consumed", index } as const;
    moves.push(["consume", tellClient(taken, event, rules)]);
  }
  return moves;
}

function clientMoves(world: World, rules: Rules): readonly Move[] {
  const { client, dials } = world;
  if (client.kind === "ended") return [];
  if (client.kind === "detached") {
    return dials <= maxDials(rules) ? [["dial", dial(world, rules)]] : [];
  }
  const moves: Move[] = [];
  const connection = connectionOf(world, client.connection)!;
  const isOver = connection.server === "dead" ||
    connection.server.kind === "closed";
  if (connection.down.length > 0) {
    moves.push(["down", deliverDown(world, connection, rules)]);
  } else if (isOver) moves.push(["closed", lose(world, connection, rules)]);
  const ackAt = client.kind === "attached" ? client.receiving.ackAt : Infinity;
  if (ackAt < Infinity && ackAt === clientDeadline(client)) {
    moves.push(["ack", tellClient(world, { type: "due" }, rules, ackAt)]);
  }
  if (world.left.cuts > 0) {
    moves.push(["cut", lose(spend(world, "cuts"), connection, rules)]);
  }
  return moves;
}

function connectionMoves(
  world: World,
  connection: Connection,
  rules: Rules,
): readonly Move[] {
  const { id, server, requests, running } = connection;
  if (server === "dead") return [];
  const moves: Move[] = [];
  if (server.kind !== "closed" && connection.up.length > 0) {
    moves.push([`up${id}`, deliverUp(world, connection, rules)]);
  } else if (
    server.kind !== "closed" && connection.client === "gone" && !isGone(server)
  ) {
    moves.push([
      `eof${id}`,
      tellServer(world, id, { type: "disconnected" }, rules),
    ]);
  }
  if (requests.length > 0) {
    moves.push([`${requests[0]!.type}${id}`, answer(world, connection, rules)]);
  }
  if (running > 0) {
    moves.push([`finish${id}`, finish(world, connection, rules)]);
  }
  if (running > 0 && world.left.failures > 0) {
    moves.push([`fail${id}`, fail(world, connection, rules)]);
  }
  if (connection.wanted === "yes") {
    moves.push([`wanted${id}`, want(world, connection, rules)]);
  }
  return [...moves, ...serverTimers(world, connection, rules)];
}

function serverTimers(
  world: World,
  { id, server }: Connection,
  rules: Rules,
): readonly Move[] {
  if (server === "dead") return [];
  const due = { type: "due" } as const;
  const dueAt = (name: string, at: number): Move[] =>
    at === Infinity
      ? []
      : [[`${name}${id}`, tellServer(world, id, due, rules, at)]];
  if (server.kind === "attached") {
    const { receiving, reportAt, peer } = server;
    return peer === "gone"
      ? []
      : [...dueAt("ack", receiving.ackAt), ...dueAt("giveback", reportAt)];
  }
  if (server.kind !== "attaching" || server.askAt === Infinity) return [];
  const moves: Move[] = [];
  const holder = holderOf(world, server.claim.session);
  const { askAt, forceAt } = server;
  if (!isHandling(world, server.claim)) {
    moves.push([`ask${id}`, tellServer(world, id, due, rules, askAt)]);
  }
  if (holder === undefined) {
    moves.push([`takeover${id}`, tellServer(world, id, due, rules, forceAt)]);
  } else if (world.left.forces > 0) {
    const spent = spend(world, "forces");
    moves.push([`force${id}`, tellServer(spent, id, due, rules, forceAt)]);
  }
  return moves;
}

function dial(world: World, rules: Rules): World {
  const id = world.dials + 1;
  const connection: Connection = {
    id,
    up: [],
    down: [],
    client: "open",
    server: newServer({ config: rules.server, now: 0 }),
    requests: [],
    running: 0,
    wanted: "no",
  };
  const connections = [...world.connections, connection];
  return tellClient(
    { ...world, dials: id, connections },
    { type: "connected", connection: id },
    rules,
  );
}

/** The client loses a connection. What it sent may still arrive. */
function lose(world: World, connection: Connection, rules: Rules): World {
  const lost = withConnection(world, {
    ...connection,
    client: "gone",
    down: [],
  });
  const event = { type: "disconnected", connection: connection.id } as const;
  return tellClient(lost, event, rules);
}

function deliverDown(
  world: World,
  connection: Connection,
  rules: Rules,
): World {
  const [message, ...down] = connection.down;
  const frame = decodeFrame(message!, rules.client.maxMessage);
  return tellClient(
    withConnection(world, { ...connection, down }),
    { type: "received", connection: connection.id, frame },
    rules,
  );
}

function deliverUp(world: World, connection: Connection, rules: Rules): World {
  const [message, ...up] = connection.up;
  const frame = decodeFrame(message!, rules.server.maxMessage);
  return tellServer(
    withConnection(world, { ...connection, up }),
    connection.id,
    { type: "received", frame },
    rules,
  );
}

function want(world: World, connection: Connection, rules: Rules): World {
  const { server, id } = connection;
  const next = withConnection(world, { ...connection, wanted: "no" });
  if (server === "dead" || server.kind !== "attached") return next;
  const { fence } = server.lease;
  return tellServer(next, id, { type: "wanted", fence }, rules);
}

function finish(world: World, connection: Connection, rules: Rules): World {
  const { running: seq, id } = connection;
  const replies = rules.replies === "each" ? [`r${seq}`] : [];
  return tellServer(
    withConnection(world, { ...connection, running: 0 }),
    id,
    { type: "handled", seq, replies },
    rules,
  );
}

function fail(world: World, connection: Connection, rules: Rules): World {
  const { running: seq, id } = connection;
  return tellServer(
    withConnection(spend(world, "failures"), { ...connection, running: 0 }),
    id,
    { type: "failed", seq },
    rules,
  );
}

function push(world: World, record: SessionRecord, rules: Rules): World {
  const id = rules.budget.pushes - world.left.pushes + 1;
  const generation = generationOf(world);
  const step = appendStep(record, [`d${id}`], {
    generation,
    bounds: rules.bounds,
  });
  if (step.answer.kind !== "appended") return spend(world, "pushes");
  const { first: seq, last } = step.answer;
  const { session } = record;
  const one = { id, session, generation, seq };
  const pushed = [...world.observed.pushed, one];
  const next = spend(withRecord(remember(world), step.record), "pushes");
  const seen: World = { ...next, observed: { ...next.observed, pushed } };
  return notify(seen, session, last, rules);
}

/** The store's notice to whoever holds the session, or did. */
function notify(
  world: World,
  session: string,
  last: number,
  rules: Rules,
): World {
  const event = { type: "appended", last, messages: [] } as const;
  const holders = world.connections.filter(({ server }) =>
    server !== "dead" && server.kind === "attached" &&
    server.lease.session === session
  );
  return holders.reduce(
    (each, { id }) => tellServer(each, id, event, rules),
    world,
  );
}

/** To ask again makes sense when something has changed. */
function isHandling(
  world: World,
  { session, last }: ServerAttaching["claim"],
): boolean {
  const record = world.records[session];
  return record !== undefined && record.node !== undefined &&
    Math.min(record.claimed, last) > record.accepted;
}

function isGone(server: Exclude<Connection["server"], "dead">): boolean {
  return "peer" in server && server.peer === "gone";
}

/** One for each fault, and some for those that end a connection by themselves. */
function maxDials({ budget }: Rules): number {
  const { cuts, crashes, rollbacks, workers, forces, ends, failures } = budget;
  return cuts + crashes + rollbacks + workers + forces + ends + failures;
}
