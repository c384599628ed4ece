/**
 * Heartbeats, and judgements of them at each deadline.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import {
  type Heartbeat,
  newHeartbeat,
  probe,
} from "../../lib/connection/heartbeat.ts";
import {
  heartbeatDeadline,
  judge,
  type Judgement,
} from "../../lib/connection/judgement.ts";
import { AGREED, CONFIG, withoutHeartbeat } from "./machine.ts";

/** Silence for 10 s is death. */
export const SILENT: Config = { ...withoutHeartbeat(), idleTimeout: 10_000 };

/** Ping each 100 ms, dead after 1,000 ms. */
export const QUICK: Config = {
  ...CONFIG,
  heartbeat: { interval: 100, timeout: 1_000, deliver: false },
};

export function alive(config: Config = CONFIG): Heartbeat {
  return newHeartbeat(0, { config, ...AGREED });
}

export function silent(config: Config = SILENT): Heartbeat {
  return newHeartbeat(0, { config, ...AGREED, pings: "none" });
}

export function heartbeatOf(judgement: Judgement): Heartbeat {
  assert(judgement.kind !== "dead");
  return judgement.heartbeat;
}

/** Judges at each deadline up to an instant, or to death. */
export function run(heartbeat: Heartbeat, until: number, config: Config) {
  const pings: number[] = [];
  let next = heartbeat;
  for (;;) {
    const now = heartbeatDeadline(next, config);
    if (now > until) return { heartbeat: next, pings };
    const judgement = judge(next, now, config);
    if (judgement.kind === "dead") {
      return { heartbeat: next, pings, dead: judgement.failure, now };
    }
    if (judgement.kind === "ping") pings.push(now);
    next = judgement.heartbeat;
  }
}

export function probing(
  heartbeat: Heartbeat,
  { now = 0, config = CONFIG, requests = [1] } = {},
): Heartbeat {
  return probe(heartbeat, now, { config, requests });
}
