/** The store of the model answers what nodes ask. */

import type { ServerEffect } from "../../../lib/session/server/state.ts";
import {
  endStep,
  type SessionRecord,
} from "../../../lib/session/store/record.ts";
import type {
  Accepted,
  Fenced,
  Gone,
  Lease,
} from "../../../lib/session/store/store.ts";
import { mutantAccept, mutantAttach } from "./store.ts";
import { tellServer } from "./server_side.ts";
import {
  type Connection,
  generationOf,
  type Pushed,
  remember,
  type Rules,
  withConnection,
  type World,
} from "./world.ts";

/** The store answers the oldest request of a connection. */
export function answer(
  world: World,
  connection: Connection,
  rules: Rules,
): World {
  const [request, ...requests] = connection.requests;
  const next = withConnection(world, { ...connection, requests });
  return answerTo(remember(next), connection.id, request!, rules);
}

function answerTo(
  world: World,
  id: number,
  request: ServerEffect,
  rules: Rules,
): World {
  switch (request.type) {
    case "attach":
      return answerAttach(world, id, request.claim, rules);
    case "accept": {
      const record = world.records[request.step.lease.session];
      const gone = { type: "accepted", answer: { kind: "gone" } } as const;
      if (record === undefined) return tellServer(world, id, gone, rules);
      const generation = generationOf(world);
      const step = mutantAccept(record, request.step, {
        generation,
        mutant: rules.mutant,
      });
      const event = { type: "accepted", answer: step.answer } as const;
      const next = noteReplies(world, request.step, step.answer);
      return tellServer(withRecord(next, step.record), id, event, rules);
    }
    case "end":
      return answerEnd(world, id, request.lease, rules);
    default:
      throw new Error(`No request: ${request.type}`);
  }
}

function answerEnd(
  world: World,
  id: number,
  lease: Lease,
  rules: Rules,
): World {
  const record = world.records[lease.session];
  const gone = { type: "ended", answer: { kind: "gone" } } as const;
  if (record === undefined) return tellServer(world, id, gone, rules);
  const step = endStep(record, { kind: "lease", lease }, {
    now: 0,
    generation: generationOf(world),
    tombstone: 1,
  });
  const event = { type: "ended", answer: step.answer } as const;
  return tellServer(withRecord(world, step.record), id, event, rules);
}

/** A reply is a message of the server's application once it is committed. */
function noteReplies(
  world: World,
  { replies, lease }: Extract<ServerEffect, { type: "accept" }>["step"],
  answer: Accepted | Fenced | Gone,
): World {
  if (answer.kind !== "accepted") return world;
  const { session, generation } = lease;
  const first = answer.last - replies.length + 1;
  const more = replies.map((data, index): Pushed => ({
    id: Number(String(data).slice(1)),
    ...{ session, generation },
    seq: first + index,
  }));
  const pushed = [...world.observed.pushed, ...more];
  return { ...world, observed: { ...world.observed, pushed } };
}

function answerAttach(
  world: World,
  id: number,
  claim: Extract<ServerEffect, { type: "attach" }>["claim"],
  rules: Rules,
): World {
  const record = world.records[claim.session];
  const token = `${claim.session} ${claim.counter + 1}`;
  if (record === undefined) {
    const unknown = { kind: "refused", why: "unknown" } as const;
    const event = { type: "attached", answer: unknown, token } as const;
    return tellServer(world, id, event, rules);
  }
  const { answer, record: after } = mutantAttach(
    record,
    { ...claim, node: `n${id}` },
    { generation: generationOf(world), mutant: rules.mutant },
  );
  const next = withRecord(world, after);
  const asked = answer.kind === "busy" ? askHolder(next, claim.session) : next;
  return tellServer(asked, id, { type: "attached", answer, token }, rules);
}

/** The store's notice to the node that holds a session. */
function askHolder(world: World, session: string): World {
  const holder = holderOf(world, session);
  return holder === undefined || holder.wanted === "yes"
    ? world
    : withConnection(world, { ...holder, wanted: "yes" });
}

/** The connection whose lease is the newest, if its node lives. */
export function holderOf(
  world: World,
  session: string,
): Connection | undefined {
  const fence = world.records[session]?.fence;
  return world.connections.find(({ server }) =>
    server !== "dead" && server.kind === "attached" &&
    server.lease.session === session && server.lease.fence === fence
  );
}

/** Replaces a record. */
export function withRecord(world: World, record: SessionRecord): World {
  const records = { ...world.records, [record.session]: record };
  return { ...world, records };
}
