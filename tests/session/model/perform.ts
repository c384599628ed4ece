/** What machines ask for, done to a world. */

import { clientTransition } from "../../../lib/session/client/client.ts";
import { canSend } from "../../../lib/session/client/sending.ts";
import type {
  ClientEffect,
  ClientEvent,
} from "../../../lib/session/client/state.ts";
import { advance } from "../../../lib/session/flow/positions.ts";
import { serverTransition } from "../../../lib/session/server/server.ts";
import type {
  ServerEffect,
  ServerEvent,
  ServerState,
} from "../../../lib/session/server/state.ts";
import {
  detachStep,
  leaseOf,
  openRecord,
  readStep,
} from "../../../lib/session/store/record.ts";
import { SESSION_CLOSE } from "../../../lib/session/wire/violation.ts";
import type { Connection, Observed, Report, Rules, World } from "./world.ts";

/** Tells the client's machine something, and does what it asks for. */
export function tellClient(
  world: World,
  event: ClientEvent,
  rules: Rules,
  now = 0,
): World {
  const context = { config: rules.client, now, random: 0 };
  const { state, effects } = clientTransition(world.client, event, context);
  const next = effects.reduce(
    (each, effect) => doForClient(each, effect, rules),
    { ...world, client: state },
  );
  const sent = sendQueued(next, rules);
  return rules.mainThread === "at once" ? catchUp(sent, rules) : sent;
}

/** The main thread handles all that was reported, and confirms it. */
export function catchUp(world: World, rules: Rules): World {
  const next = { ...world.reports.reduce(handleReport, world), reports: [] };
  const { client } = next;
  return client.kind !== "ended" && client.numbering === "changed"
    ? tellClient(next, { type: "confirmed" }, rules)
    : next;
}

function handleReport(world: World, report: Report): World {
  const { main, observed } = world;
  switch (report.type) {
    case "keep": {
      const { type: _, ...kept } = report;
      return { ...world, main: { ...main, ...kept } };
    }
    case "accepted": {
      const crossed = main.crossed.filter(({ id }) => id > report.id);
      return {
        ...world,
        main: { ...main, crossed, accepted: report.seq },
        observed: { ...observed, accepted: report.id },
      };
    }
    case "dropped":
      return drop(world, report.messages.map(({ id }) => id), report.why);
    case "left-out":
      return drop(world, [report.id], report.why);
    case "expired":
      return drop(world, [report.id], report.type);
  }
}

/** The main thread is told that messages were not accepted. */
export function drop(
  world: World,
  ids: readonly number[],
  why: string,
): World {
  const { main, observed } = world;
  const crossed = main.crossed.filter(({ id }) => !ids.includes(id));
  const dropped = [
    ...observed.dropped,
    ...ids.map((id) => [id, why] as const),
  ];
  return {
    ...world,
    main: { ...main, crossed },
    observed: { ...observed, dropped },
  };
}

/** Tells the machine of a connection something, and does what it asks for. */
export function tellServer(
  world: World,
  id: number,
  event: ServerEvent,
  rules: Rules,
  now = 0,
): World {
  const connection = connectionOf(world, id);
  if (connection === undefined || connection.server === "dead") return world;
  const context = { config: rules.server, now };
  const { state, effects } = serverTransition(
    connection.server as ServerState,
    event,
    context,
  );
  return effects.reduce(
    (each, effect) => doForServer(each, id, effect, rules),
    withConnection(world, { ...connection, server: state }),
  );
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

function sendQueued(world: World, rules: Rules): World {
  const [message, ...outbox] = world.outbox;
  if (message === undefined || !canSend(world.client, message.bytes)) {
    return world;
  }
  const { main } = world;
  const crossed = [...main.crossed, message];
  const next = { ...world, outbox, main: { ...main, crossed } };
  return tellClient(next, { type: "send", message }, rules);
}

function doForClient(
  world: World,
  effect: ClientEffect,
  rules: Rules,
): World {
  switch (effect.type) {
    case "transmit": {
      const connection = connectionOf(world, effect.connection)!;
      if (connection.server === "dead") return world;
      const up = [...connection.up, effect.data];
      return withConnection(world, { ...connection, up });
    }
    case "keep":
    case "accepted":
    case "dropped":
    case "left-out":
      return { ...world, reports: [...world.reports, effect] };
    case "news":
      return onNews(world, effect, rules);
    case "deliver":
      return onDeliver(world, effect, rules);
    case "missed":
      return onMissed(world, effect, rules);
    case "disconnect":
      return onDisconnect(world, effect);
    // Frames come one by one here; tests hold runs to be the same.
    case "deliver-run":
    case "pong":
    case "error":
    case "ended":
      return world;
  }
}

/** A session that is lost while the store has it is a fault. */
function onNews(
  world: World,
  { news }: Extract<ClientEffect, { type: "news" }>,
  rules: Rules,
): World {
  if (news.kind === "resumed") return world;
  const { session } = news.ticket;
  const sessions = [...world.observed.sessions, session];
  const next = observe(world, { sessions });
  if (news.kind === "opened") return next;
  const before = world.observed.sessions.at(-1)!;
  // A rollback after the answer may have brought it back.
  const isThere = world.records[before]?.state === "live" &&
    world.left.rollbacks === rules.budget.rollbacks;
  return isThere
    ? observe(next, { fault: `${before} is lost (${news.why}) and lives` })
    : next;
}

function onDeliver(
  world: World,
  { index, seq, generation, data }: Extract<ClientEffect, { type: "deliver" }>,
  rules: Rules,
): World {
  const id = Number(String(data).slice(1));
  const range = { from: seq, to: seq };
  const positions = advance(world.main.positions, generation, range);
  const main = { ...world.main, positions, nextIndex: index + 1 };
  if (rules.consumption === "later") {
    return { ...world, main: { ...main, inbox: [...main.inbox, { seq, id }] } };
  }
  const delivered = [...world.observed.delivered, id];
  const next = observe({ ...world, main }, { delivered });
  return tellClient(next, { type: "consumed", index }, rules);
}

/** The numbers that are reported are those of messages that have not come. */
function onMissed(
  world: World,
  { range, why, generation }: Extract<ClientEffect, { type: "missed" }>,
  { budget }: Rules,
): World {
  if (range === undefined) return observe(world, { missedUnknown: "yes" });
  const { first: from, last: to } = range;
  const { main, observed, left } = world;
  const isTrimmed = why === "trimmed";
  const session = observed.sessions.at(isTrimmed ? -1 : -2);
  const ids = observed.pushed
    .filter((each) => each.session === session)
    .filter(({ seq }) => seq >= from && seq <= to)
    .map(({ id }) => id)
    .filter((id) => !observed.delivered.includes(id));
  const positions = isTrimmed
    ? advance(main.positions, generation, { from, to })
    : main.positions;
  const missed = [...observed.missed, ...ids];
  const next = observe({ ...world, main: { ...main, positions } }, { missed });
  // What a store has lost since is no longer among what was pushed.
  const isExact = ids.length === to - from + 1 ||
    left.rollbacks < budget.rollbacks;
  return isExact
    ? next
    : observe(next, { fault: `reported ${from} to ${to}, and it is ${ids}` });
}

function onDisconnect(
  world: World,
  { connection: id, closeCode, reason }: Extract<
    ClientEffect,
    { type: "disconnect" }
  >,
): World {
  const connection = connectionOf(world, id)!;
  const next = withConnection(world, {
    ...connection,
    client: "gone",
    down: [],
  });
  return closeCode === SESSION_CLOSE.normal ? next : observe(next, {
    fault: `the client closes with ${closeCode}, ${reason}`,
  });
}

function doForServer(
  world: World,
  id: number,
  effect: ServerEffect,
  rules: Rules,
): World {
  const connection = connectionOf(world, id);
  // A request that was answered at once may have ended it.
  if (connection === undefined) return world;
  switch (effect.type) {
    case "transmit": {
      if (connection.client === "gone") return world;
      const down = [...connection.down, ...effect.frames];
      return withConnection(world, { ...connection, down });
    }
    case "admit":
      return admit(world, id, effect, rules);
    case "open":
      return open(world, id, effect, rules);
    case "attach":
    case "accept":
    case "end": {
      const requests = [...connection.requests, effect];
      return withConnection(world, { ...connection, requests });
    }
    case "read":
      return read(world, id, effect, rules);
    case "detach":
      return detach(world, effect);
    case "handle": {
      const flag = effect.redelivered ? "again" : "new";
      const begun = [idOf(effect.data), flag] as const;
      const handled = [...world.observed.handled, begun];
      const next = withConnection(world, {
        ...connection,
        running: effect.seq,
      });
      return observe(next, { handled });
    }
    case "close":
      return onClose(world, connection, effect);
    case "abort":
      return withConnection(world, { ...connection, running: 0 });
    case "report":
    case "authenticate":
    case "news":
    case "pong":
    case "closed":
      return world;
  }
}

/** Tokens are session and counter here; their bytes have tests of their own. */
function admit(
  world: World,
  id: number,
  { request }: Extract<ServerEffect, { type: "admit" }>,
  rules: Rules,
): World {
  const principal = "ann";
  if (request.op === "open") {
    return tellServer(world, id, { type: "admitted", principal }, rules);
  }
  const [session = "", counter] = request.token.split(" ");
  const ticket = { session, counter: Number(counter) };
  return tellServer(world, id, { type: "admitted", principal, ticket }, rules);
}

function open(
  world: World,
  id: number,
  { request, principal }: Extract<ServerEffect, { type: "open" }>,
  rules: Rules,
): World {
  const sessions = world.sessions + 1;
  const session = `s${sessions}`;
  const { attempt, instance, maxMessage } = request;
  const record = openRecord({
    ...{ session, principal, attempt, instance, maxMessage },
    node: `n${id}`,
    ttl: 1,
    meta: "",
  }, { now: 0, generation: generationOf(world) });
  const records = { ...world.records, [session]: record };
  const lease = leaseOf(record);
  const token = `${session} 1`;
  return tellServer(
    { ...remember(world), records, sessions },
    id,
    { type: "opened", lease, token, protocol: "" },
    rules,
  );
}

function read(
  world: World,
  id: number,
  { session, after, limit }: Extract<ServerEffect, { type: "read" }>,
  rules: Rules,
): World {
  const record = world.records[session];
  const messages = record === undefined ? [] : readStep(record, after, limit);
  return tellServer(world, id, { type: "read", messages }, rules);
}

function detach(
  world: World,
  { lease }: Extract<ServerEffect, { type: "detach" }>,
): World {
  const record = world.records[lease.session];
  if (record === undefined) return world;
  const moment = { now: 0, generation: generationOf(world), ttl: 1 };
  const detached = detachStep(record, lease, moment);
  const records = { ...world.records, [lease.session]: detached.record };
  return { ...remember(world), records };
}

/** The frames before a close frame still arrive. */
function onClose(
  world: World,
  connection: Connection,
  { closeCode, reason }: Extract<ServerEffect, { type: "close" }>,
): World {
  const isCurrent = connection.client === "open";
  const isFault = closeCode === SESSION_CLOSE.protocol ||
    closeCode === SESSION_CLOSE.tooLarge ||
    closeCode === SESSION_CLOSE.stale && isCurrent;
  return isFault
    ? observe(world, {
      fault: `the server closes with ${closeCode}, ${reason}`,
    })
    : world;
}

function observe(world: World, more: Partial<Observed>): World {
  return { ...world, observed: { ...world.observed, ...more } };
}

function idOf(data: unknown): number {
  return Number(String(data).slice(1));
}
