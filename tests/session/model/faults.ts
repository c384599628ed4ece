/** What can go wrong in a world, but for connections and handlers. */

import { restoreClient } from "../../../lib/session/client/state.ts";
import { endStep } from "../../../lib/session/store/record.ts";
import type { SessionRecord } from "../../../lib/session/store/record.ts";
import { generationAt } from "../../../lib/session/flow/positions.ts";
import { withRecord } from "./answers.ts";
import { drop, tellClient } from "./client_side.ts";
import {
  type Connection,
  connectionOf,
  generationOf,
  liveRecord,
  type Move,
  type Pushed,
  remember,
  type Rules,
  spend,
  withConnection,
  type World,
} from "./world.ts";

/** Each fault that can happen next. */
export function faults(world: World, rules: Rules): readonly Move[] {
  const moves: Move[] = [];
  const { left, history, client } = world;
  if (left.crashes > 0) {
    for (const connection of world.connections) {
      if (connection.server === "dead") continue;
      const dead = kill(spend(world, "crashes"), connection);
      moves.push([`crash${connection.id}`, dead]);
    }
  }
  if (left.rollbacks > 0) {
    history.forEach((records, index) =>
      moves.push([`rollback${index}`, rollBack(world, records, rules)])
    );
  }
  const record = liveRecord(world);
  if (left.ends > 0 && record !== undefined) {
    moves.push(["end", end(world, record)]);
  }
  const tomb = Object.values(world.records)
    .find(({ state }) => state !== "live");
  if (left.forgets > 0 && tomb !== undefined) {
    const { [tomb.session]: _, ...records } = world.records;
    moves.push(["forget", { ...spend(world, "forgets"), records }]);
  }
  if (left.workers > 0 && client.kind !== "ended") {
    moves.push(["worker", replaceWorker(world)]);
  }
  if (left.expiries > 0 && world.outbox.length > 0) {
    moves.push(["expire", expire(world, rules)]);
  }
  return moves;
}

function end(world: World, record: SessionRecord): World {
  const { record: ended } = endStep(record, { kind: "always", why: "ended" }, {
    now: 0,
    generation: generationOf(world),
    tombstone: 1,
  });
  return spend(withRecord(remember(world), ended), "ends");
}

function kill(world: World, connection: Connection): World {
  return withConnection(world, {
    ...connection,
    server: "dead",
    up: [],
    requests: [],
    running: 0,
    wanted: "no",
  });
}

/** The store comes back with older data, and all nodes close their sockets. */
function rollBack(
  world: World,
  records: World["records"],
  { mutant }: Rules,
): World {
  const generation = world.generation + (mutant === "no generations" ? 0 : 1);
  const pushed = world.observed.pushed
    .filter((each) => isKept(records[each.session], each));
  const next: World = {
    ...spend(world, "rollbacks"),
    ...{ records, generation },
    history: [],
    observed: { ...world.observed, pushed },
  };
  return world.connections.reduce(kill, next);
}

/** A message that only the lost data knew cannot be reported by anybody. */
function isKept(
  record: SessionRecord | undefined,
  { seq, generation }: Pushed,
): boolean {
  return record !== undefined && seq <= record.log.last &&
    generationAt(record.lineage, seq) === generation;
}

/** The worker had the next message, and reports that it is not sent. */
function expire(world: World, rules: Rules): World {
  const [message, ...outbox] = world.outbox;
  const { id } = message!;
  const { main, reports } = world;
  return tellClient(
    {
      ...spend(world, "expiries"),
      outbox,
      main: { ...main, crossed: [...main.crossed, message!] },
      reports: [...reports, { type: "expired", id }],
    },
    { type: "skipped" },
    rules,
  );
}

/** The worker is gone with all that it had; the main thread starts another. */
function replaceWorker(world: World): World {
  const { client } = world;
  // Without a session that it knows, what crossed may have been handled.
  const lost = world.main.ticket === undefined ? world.main.crossed : [];
  const spent = drop(
    spend(world, "workers"),
    lost.map(({ id }) => id),
    "no session",
  );
  const { main } = spent;
  const restored = restoreClient({
    instance: client.instance,
    attempt: main.attempt,
    ticket: main.ticket,
    againTo: main.againTo,
    positions: main.positions,
    accepted: main.accepted,
    unaccepted: main.crossed,
    unconsumed: main.inbox.map(({ seq }) => ({ seq, bytes: 2 })),
  });
  const nextIndex = main.inbox.length + 1;
  // What the main thread does not know of has never been.
  const { sessions } = world.observed;
  const known = sessions.indexOf(main.ticket?.session ?? "") + 1;
  const observed = { ...spent.observed, sessions: sessions.slice(0, known) };
  const next: World = {
    ...spent,
    observed,
    client: restored,
    reports: [],
    main: { ...main, nextIndex },
  };
  if (client.kind !== "handshaking" && client.kind !== "attached") return next;
  const connection = connectionOf(next, client.connection)!;
  return withConnection(next, { ...connection, client: "gone", down: [] });
}
