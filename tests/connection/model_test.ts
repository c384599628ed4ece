import { assert, assertEquals, fail } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import type { Heartbeat, Ping } from "../../lib/connection/heartbeat.ts";
import {
  newConnection,
  nextDeadline,
  transition,
} from "../../lib/connection/transition.ts";
import type { Agreed, Event, State } from "../../lib/connection/state.ts";
import { checkStep } from "./invariants.ts";
import { AGREED, CONFIG } from "./machine.ts";

/** How many events in a row are tried, in all orders. */
const DEPTH = 13;
/** The same where what is sent may not leave, which has more states. */
const RELAYED_DEPTH = 11;
/** Later than any tolerance. */
const FAR_LATE = 60_000;
/** Instants further back are all the same to the machine of this model. */
const LONG_AGO = 30_000;

/** A heartbeat's interval and timeout, and the time to read what has arrived. */
const LONGEST_SILENCE = 15_000 + 100;
/** How long what was sent may not leave before silence counts all the same. */
const LONGEST_STALL = 30_000;
/**
 * A ping, a late timer, a wake-up, a probe, and what comes between them; while
 * what was sent does not leave, one each 100 ms.
 */
const MOST_DEADLINES = 8 + LONGEST_STALL / 100;

/** Few different durations make few different states. */
const MODEL: Config = {
  ...CONFIG,
  heartbeat: { interval: 10_000, timeout: 5_000, deliver: false },
  idleTimeout: 20_000,
  probeTimeout: 5_000,
  stableAfter: 5_000,
  backoff: { ...CONFIG.backoff, maxAttempts: 2 },
  renewableToken: true,
  greeting: { reject: [], timeout: 5_000, hook: true },
};

/** A state, and when it is. */
interface Node {
  readonly state: State;
  readonly now: number;
}

interface Move {
  readonly event: Event;
  /** When it comes, relative to the deadline. */
  readonly when: "now" | "just before" | "on time" | "far late";
}

const RELAYED: Agreed = { ...AGREED, output: "relayed" };

Deno.test("transition() keeps its promises in all orders of 13 events", () => {
  const { states, kinds } = explore(DEPTH, AGREED);
  assert(states > 10_000);
  assertEquals([...kinds].toSorted(), [
    "closed",
    "closing",
    "connecting",
    "idle",
    "open",
    "waiting",
  ]);
});

Deno.test("transition() keeps its promises in all orders where what is sent may not leave", () => {
  const { states } = explore(RELAYED_DEPTH, RELAYED);
  assert(states > 10_000);
});

/**
 * If no event comes any more, no state with a socket lasts, whether the timers are
 * on time or always late, and whether what is sent leaves or not. The exception is
 * a paused connection.
 */
function checkEnd(node: Node): void {
  if (!("socket" in node.state)) return;
  for (const [move, limit] of WAYS_TO_THE_END) {
    const left = leave(node, move);
    // To show each state takes longer than all else.
    if (left - node.now > limit) fail(`It lasts: ${Deno.inspect(node)}`);
  }
}

const WAYS_TO_THE_END: readonly (readonly [Move, limit: number])[] = [
  [{ event: { type: "due" }, when: "on time" }, LONGEST_SILENCE],
  [{ event: { type: "due" }, when: "far late" }, Infinity],
  [
    { event: { type: "due", output: "stalled" }, when: "on time" },
    LONGEST_SILENCE + LONGEST_STALL,
  ],
];

/** Serves deadlines until the state changes, and returns when that was. */
function leave(node: Node, move: Move): number {
  let next = node;
  for (let served = 0; served < MOST_DEADLINES; served++) {
    if (nextDeadline(next.state, { config: MODEL }) === Infinity) {
      return node.now;
    }
    next = make(next, move);
    if (next.state.kind !== node.state.kind) return next.now;
  }
  throw new Error(`It never ends: ${Deno.inspect(node)}`);
}

/** Makes all moves from all states, each state once. */
function explore(depth: number, agreed: Agreed) {
  let frontier: readonly Node[] = [{ state: newConnection(0), now: 0 }];
  const seen = new Set(frontier.map(keyOf));
  const kinds = new Set<State["kind"]>(["idle"]);
  let transitions = 0;
  for (let level = 0; level < depth; level++) {
    const next: Node[] = [];
    for (const node of frontier) {
      for (const move of movesFrom(node.state, agreed)) {
        const after = make(node, move);
        transitions += 1;
        const key = keyOf(after);
        if (seen.has(key)) continue;
        seen.add(key);
        kinds.add(after.state.kind);
        checkEnd(after);
        next.push(after);
      }
    }
    frontier = next;
  }
  const states = seen.size;
  // deno-lint-ignore no-console
  console.log(
    `model, ${agreed.output}: ${states} states, ${transitions} transitions, depth ${depth}`,
  );
  return { states, kinds };
}

function make({ state, now }: Node, { event, when }: Move): Node {
  const instant = instantOf(when, now, nextDeadline(state, { config: MODEL }));
  const context = {
    config: MODEL,
    now: { monotonic: instant, wall: instant },
    random: 0.5,
  };
  const step = transition(state, event, context);
  checkStep({ before: state, event, context, step });
  return { state: step.state, now: instant };
}

function instantOf(when: Move["when"], now: number, deadline: number): number {
  if (deadline === Infinity) return now;
  switch (when) {
    case "now":
      return now;
    case "just before":
      return Math.max(now, deadline - 1);
    case "on time":
      return Math.max(now, deadline);
    case "far late":
      return Math.max(now, deadline) + FAR_LATE;
  }
}

/** The whole alphabet: time, what users do, what the platform and the socket do. */
function movesFrom(state: State, agreed: Agreed): readonly Move[] {
  const times = ["just before", "on time", "far late"] as const;
  const stalled = agreed.output === "relayed" ? [STALLED] : [];
  return [
    ...times.map((when): Move => ({ event: { type: "due" }, when })),
    ...stalled,
    ...eventsIn(state, agreed).map((event): Move => ({ event, when: "now" })),
  ];
}

const STALLED: Move = {
  event: { type: "due", output: "stalled" },
  when: "on time",
};

function eventsIn(
  { lastSocketId: socket }: State,
  agreed: Agreed,
): readonly Event[] {
  return [
    { type: "connect" },
    { type: "reconnect", reason: "" },
    { type: "close", closeCode: 1000, reason: "" },
    { type: "resolved", socket },
    { type: "opened", socket, agreed },
    { type: "greeted", socket },
    { type: "failed", socket, failure: { type: "lost", detail: "" } },
    ended(socket, 1006),
    ended(socket, 1013, "retry-after=60"),
    ended(socket, 4401),
    // An end of the socket before, which must not matter.
    ended(socket - 1, 1006),
    { type: "heard", socket, at: Infinity },
    { type: "answered", socket },
    { type: "paused", socket },
    { type: "resumed", socket },
    { type: "drained", socket },
    { type: "probe", request: 1 },
    { type: "network", network: "online" },
    { type: "network", network: "offline" },
    { type: "away" },
    { type: "woke" },
  ];
}

function ended(socket: number, closeCode: number, reason = ""): Event {
  const info = { closeCode, reason, wasClean: closeCode !== 1006 };
  return { type: "ended", socket, info };
}

/** The same for states that differ only in when they are and how ids count. */
function keyOf({ state, now }: Node): string {
  const { lastSocketId: _, opens, seriesStartedAt: __, ...rest } = state;
  const lastPing = rest.kind === "open" ? rest.heartbeat.lastPing : 0;
  const known = { ...rest, opens: Math.min(opens, 1) };
  return JSON.stringify(known, (name, value) => {
    if (INSTANTS.has(name)) return relative(value, now);
    if (name === "id") return value - lastPing;
    return IDS.has(name) ? 0 : value;
  });
}

type NameIn<T> = T extends unknown ? keyof T : never;

/** Typed, so that the compiler finds a name that has changed. */
type Name = NameIn<State | Heartbeat | Heartbeat["mode"] | Ping>;

const INSTANTS: ReadonlySet<string> = new Set<Name>([
  ...[
    "deadline",
    "retryAt",
    "notBefore",
    "trialAt",
    "openedAt",
    "heardAt",
  ] as const,
  ...[
    "excusedAt",
    "flowedAt",
    "nextPingAt",
    "sentAt",
    "stalledAt",
    "until",
  ] as const,
]);
const IDS: ReadonlySet<string> = new Set<Name>(["socket", "lastPing"]);

/** As text, since JSON has no infinities. */
function relative(instant: number, now: number): string {
  return String(Math.max(instant - now, -LONG_AGO));
}
