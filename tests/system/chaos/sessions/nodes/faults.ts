/**
 * What can happen to server nodes and to the Redis that they share. This file
 * knows no clock and no socket.
 *
 * @module
 */

import type { Fault } from "../../../servers/tcp/tcp_proxy.ts";
import type { Random } from "../../schedule/random.ts";
import type { ServerFault } from "../schedule.ts";

/** What a Redis leaves to its successor: its AOF, or what `SAVE` wrote last. */
export const PERSISTENCES = ["always", "everysec", "none"] as const;

/** One of them: `appendfsync`, or no AOF. */
export type Persistence = typeof PERSISTENCES[number];

/** What can be done to Redis, and to the nodes' connections with it. */
export type RedisFault =
  /** SIGKILL, and a new process on what this one has left. */
  | { readonly type: "kill" }
  /** SIGSTOP for so many milliseconds. */
  | { readonly type: "stop"; readonly milliseconds: number }
  /** Keeps a copy of what it would leave. */
  | { readonly type: "snapshot" }
  /** SIGKILL, and a new process on the last copy; without one, as `kill`. */
  | { readonly type: "roll-back" }
  /**
   * The replica is made a primary; the nodes go on with the old one for so many
   * milliseconds, then with the new one.
   */
  | { readonly type: "fail-over"; readonly milliseconds: number }
  /** `CLIENT KILL`. */
  | { readonly type: "kill-clients"; readonly of: "normal" | "pubsub" }
  /** The same, and the nodes do not learn of it, until all is well again. */
  | { readonly type: "silence" }
  /** `maxmemory` is reached, until all is well again. */
  | { readonly type: "fill" }
  /** Between nodes and Redis, until all is well again. */
  | {
    readonly type: "link";
    readonly of: "serving" | "other" | "both";
    readonly faults: readonly Fault[];
  };

/** Draws something that happens to nodes or to Redis. */
export function makeNodesFault(
  random: Random,
  persistence: Persistence,
): ServerFault {
  return random.next() < 0.4
    ? makeNodeFault(random)
    : { type: "redis", fault: makeRedisFault(random, persistence) };
}

function makeNodeFault(random: Random): ServerFault {
  const milliseconds = random.integer(50, 600);
  return random.pick<ServerFault>([
    { type: "kill" },
    { type: "kill" },
    { type: "stop", milliseconds },
    { type: "stop", milliseconds },
    { type: "move" },
    { type: "move" },
    { type: "move" },
    { type: "drain" },
    { type: "end-session" },
  ]);
}

function makeRedisFault(
  random: Random,
  persistence: Persistence,
): RedisFault {
  const milliseconds = random.integer(20, 700);
  const of = random.pick(["serving", "other", "both"] as const);
  const faults = makeLinkFaults(random);
  const losses: Readonly<Record<Persistence, readonly RedisFault[]>> = {
    always: [],
    everysec: [
      { type: "snapshot" },
      { type: "roll-back" },
      { type: "fail-over", milliseconds: random.integer(0, 100) },
    ],
    none: [{ type: "snapshot" }, { type: "snapshot" }, { type: "kill" }],
  };
  return random.pick<RedisFault>([
    { type: "kill" },
    { type: "stop", milliseconds },
    { type: "kill-clients", of: "normal" },
    { type: "kill-clients", of: "pubsub" },
    { type: "silence" },
    { type: "fill" },
    { type: "link", of, faults },
    { type: "link", of, faults },
    { type: "link", of, faults },
    ...losses[persistence],
  ]);
}

function makeLinkFaults(random: Random): readonly Fault[] {
  const direction = random.pick(["up", "down", "both"] as const);
  return random.pick<readonly Fault[]>([
    [{ type: "reset" }],
    [{ type: "refuse" }, { type: "reset" }],
    [{ type: "blackhole", direction }],
    [{ type: "delay", direction, milliseconds: random.integer(5, 150) }],
    [{ type: "throttle", direction, bytesPerSecond: 20_000 }],
    [{
      type: "cut",
      direction: random.pick(["up", "down"]),
      after: random.integer(1, 3_000),
      with: random.pick(["fin", "rst"]),
    }],
  ]);
}
