/** What the machine of a connection asks for, done to a world. */

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
import {
  type Connection,
  connectionOf,
  generationOf,
  observe,
  remember,
  type Rules,
  withConnection,
  type World,
} from "./world.ts";

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

function idOf(data: unknown): number {
  return Number(String(data).slice(1));
}
