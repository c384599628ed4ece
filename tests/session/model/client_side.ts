/** What the client's machine asks for, and the main thread's part, done to a world. */

import { clientTransition } from "../../../lib/session/client/client.ts";
import { canSend } from "../../../lib/session/client/sending.ts";
import type {
  ClientEffect,
  ClientEvent,
} from "../../../lib/session/client/state.ts";
import { advance } from "../../../lib/session/flow/positions.ts";
import { SESSION_CLOSE } from "../../../lib/session/wire/violation.ts";
import {
  connectionOf,
  observe,
  type Report,
  type Rules,
  withConnection,
  type World,
} from "./world.ts";

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
