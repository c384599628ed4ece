import { assert } from "@std/assert";
import fc from "fast-check";
import type { Config } from "../../lib/connection/config/config.ts";
import {
  newConnection,
  nextDeadline,
  transition,
} from "../../lib/connection/transition.ts";
import type { Event, State } from "../../lib/connection/state.ts";
import { checkStep } from "./invariants.ts";
import { CONFIG } from "./machine.ts";

const HISTORIES = 4_000;
const LENGTH = 100;

/** An event of a history, and how it stands to the state that it finds. */
interface Move {
  readonly type: Event["type"] | "on time" | "late";
  /** Which socket: the present one, or one that is that much older or newer. */
  readonly older: number;
  /** How much time passes before it, in milliseconds. */
  readonly pause: number;
  /** Picks one of a few variants of the event. */
  readonly variant: number;
  readonly random: number;
}

const TYPES: readonly Move["type"][] = [
  ...["connect", "reconnect", "close", "resolved", "opened", "greeted"],
  ...["failed", "ended", "heard", "answered", "paused", "resumed", "drained"],
  ...["probe", "network", "away", "woke", "due", "on time", "late"],
] as Move["type"][];

/** What brings a connection about. */
const PROGRESS: readonly Move["type"][] = [
  ...["connect", "on time", "resolved", "opened", "greeted"],
] as Move["type"][];

/** Events that continue a history come more often than those that end it. */
const move: fc.Arbitrary<Move> = fc.record({
  type: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...TYPES.filter(isMild)) },
    { weight: 6, arbitrary: fc.constantFrom(...PROGRESS) },
    { weight: 2, arbitrary: fc.constantFrom(...TYPES) },
  ),
  older: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
  pause: fc.constantFrom(0, 0, 1, 40, 60, 1_000, 2_100, 6_000, 60_000),
  variant: fc.nat(5),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

const duration = fc.constantFrom(1, 50, 1_000, 5_000, 30_000, Infinity);

const config: fc.Arbitrary<Config> = fc.record({
  openTimeout: duration,
  closeTimeout: duration,
  stableAfter: fc.constantFrom(0, 5_000, Infinity),
  probeTimeout: duration,
  idleTimeout: duration,
  renewableToken: fc.boolean(),
  backoff: fc.record({
    strategy: fc.constant("spread"),
    first: fc.constantFrom(0, 3_000),
    cap: fc.constantFrom(0, 15_000),
    maxAttempts: fc.constantFrom(0, 1, 3, Infinity),
    maxElapsed: fc.constantFrom(60_000, Infinity),
  }),
  heartbeat: fc.record({
    interval: duration,
    timeout: duration,
    deliver: fc.constant(false),
  }),
  greeting: fc.constantFrom(
    { reject: [], timeout: 2_000, hook: false },
    { reject: [], timeout: 2_000, hook: true },
  ),
}).chain(({ heartbeat, greeting, ...rest }) =>
  fc.constantFrom<Config>(
    { ...CONFIG, ...rest, heartbeat },
    { ...CONFIG, ...rest, heartbeat, greeting },
    { ...withoutHeartbeat(), ...rest, greeting },
  )
);

Deno.test("transition() keeps its promises in 400,000 random events", () => {
  let events = 0;
  const kinds = new Map<string, number>();
  const history = fc.array(move, { minLength: LENGTH, maxLength: LENGTH });
  fc.assert(
    fc.property(config, history, (config, moves) => {
      const run = new History(config);
      for (const move of moves) {
        const { kind } = run.make(move);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        events += 1;
      }
    }),
    { numRuns: HISTORIES },
  );
  assert(events === HISTORIES * LENGTH);
  // Each state was visited, or the histories would prove little. The rarest,
  // closing, comes to 2,940 with a standard deviation of 300.
  for (const kind of ["idle", "connecting", "open", "waiting", "closing"]) {
    assert((kinds.get(kind) ?? 0) > 1_000, `${kind} was hardly visited`);
  }
});

Deno.test("transition() comes to rest at each instant, after few deadlines", () => {
  const history = fc.array(move, { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(config, history, (config, moves) => {
      const run = new History(config);
      for (const move of moves) {
        run.make(move);
        assert(run.deadlinesAtThisInstant() <= 4);
      }
    }),
    { numRuns: 300 },
  );
});

/** How many events a connection gets after its end, before the next one begins. */
const AFTERLIFE = 5;

/** Connections that live through random events, each of them checked. */
class History {
  readonly #config: Config;
  #state: State = newConnection(0);
  #now = 0;
  #requests = 0;
  #afterlife = 0;

  constructor(config: Config) {
    this.#config = config;
  }

  make(move: Move): State {
    if (this.#state.kind === "closed") this.#afterlife += 1;
    if (this.#afterlife > AFTERLIFE) {
      this.#state = newConnection(this.#now);
      this.#afterlife = 0;
    }
    const deadline = nextDeadline(this.#state, { config: this.#config });
    const late = move.type === "late" ? 60_000 : 0;
    const wanted = move.type === "late" || move.type === "on time"
      ? deadline + late
      : this.#now + move.pause;
    if (Number.isFinite(wanted)) this.#now = Math.max(this.#now, wanted);
    return this.#dispatch(this.#eventOf(move), move.random);
  }

  /** Serves what is due now, and counts how often. */
  deadlinesAtThisInstant(): number {
    let served = 0;
    const config = this.#config;
    while (nextDeadline(this.#state, { config }) <= this.#now && served < 10) {
      this.#dispatch({ type: "due" }, 0.5);
      served += 1;
    }
    return served;
  }

  #dispatch(event: Event, random: number): State {
    const before = this.#state;
    const now = { monotonic: this.#now, wall: 1e12 + this.#now };
    const context = { config: this.#config, now, random };
    const step = transition(before, event, context);
    checkStep({ before, event, context, step });
    this.#state = step.state;
    return step.state;
  }

  #eventOf({ type, older, variant }: Move): Event {
    const socket = this.#state.lastSocketId - older;
    switch (type) {
      case "on time":
      case "late":
        return { type: "due" };
      case "due":
        return { type: "due", output: variant > 2 ? "stalled" : "flowing" };
      case "connect":
      case "away":
      case "woke":
        return { type };
      case "resolved":
      case "greeted":
      case "paused":
      case "resumed":
      case "drained":
        return { type, socket };
      case "reconnect":
        return { type, reason: "" };
      case "close":
        return { type, closeCode: variant > 2 ? 4000 : undefined, reason: "" };
      case "opened":
        return { type, socket, agreed: agreedOf(variant) };
      case "failed":
        return { type, socket, failure: { type: "lost", detail: "" } };
      case "ended":
        return { type, socket, ...endOf(variant) };
      case "heard":
        return { type, socket, at: this.#now - 100 + variant * 50 };
      case "answered":
        return variant > 3 ? { type, socket } : { type, socket, ping: variant };
      case "probe":
        this.#requests += 1;
        return { type, request: this.#requests };
      case "network":
        return { type, network: variant > 2 ? "online" : "offline" };
    }
  }
}

function isMild(type: Move["type"]): boolean {
  return !["close", "failed", "ended", "reconnect"].includes(type);
}

function agreedOf(variant: number) {
  const pings = variant > 1 ? "frames" as const : "none" as const;
  const output = variant > 3 ? "relayed" as const : "direct" as const;
  return { protocol: "", extensions: "", pings, output };
}

function endOf(variant: number) {
  const closeCode = [1006, 1006, 1000, 1013, 4401, 4404][variant] ?? 1006;
  const reason = closeCode === 1013 ? "retry-after=60" : "";
  return { info: { closeCode, reason, wasClean: closeCode !== 1006 } };
}

function withoutHeartbeat(): Config {
  const { heartbeat: _, ...rest } = CONFIG;
  return rest;
}
