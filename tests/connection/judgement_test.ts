import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Config } from "../../lib/connection/config/config.ts";
import { answered, heard } from "../../lib/connection/heartbeat.ts";
import { heartbeatDeadline, judge } from "../../lib/connection/judgement.ts";
import {
  alive,
  heartbeatOf,
  probing,
  QUICK,
  run,
  SILENT,
  silent,
} from "./judging.ts";
import { CONFIG, withoutHeartbeat } from "./machine.ts";

Deno.test("heartbeatDeadline() is never where the heartbeat is off", () => {
  const config = withoutHeartbeat();
  assertEquals(heartbeatDeadline(alive(config), config), Infinity);
});

Deno.test("heartbeatDeadline() is the first of ping, answer, silence and probe", () => {
  const config = { ...CONFIG, idleTimeout: 12_000 };
  assertEquals(heartbeatDeadline(alive(config), config), 12_000);
  assertEquals(heartbeatDeadline(probing(alive(config)), config), 3_500);
  const { heartbeat } = run(heard(alive(), 15_000), 20_000, CONFIG);
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), 30_000);
});

Deno.test("heartbeatDeadline() is never NaN, whatever is Infinity", () => {
  const config: Config = {
    ...CONFIG,
    heartbeat: { interval: Infinity, timeout: Infinity, deliver: false },
    idleTimeout: Infinity,
    probeTimeout: Infinity,
  };
  assertEquals(heartbeatDeadline(alive(config), config), Infinity);
  const probed = probing(alive(config), { config });
  assertEquals(heartbeatDeadline(probed, config), Infinity);
});

Deno.test("judge() changes nothing before a deadline", () => {
  const heartbeat = alive();
  assertEquals(judge(heartbeat, 19_999, CONFIG), { kind: "alive", heartbeat });
});

Deno.test("judge() finds a dead peer after interval and timeout", () => {
  const { dead, now } = run(alive(), Infinity, CONFIG);
  assertEquals(now, 30_000);
  assertEquals(dead, { type: "heartbeat", kind: "ping", timeout: 10_000 });
});

Deno.test("judge() sends a ping each interval where timeout is longer", () => {
  const { pings, now } = run(alive(QUICK), Infinity, QUICK);
  assertEquals(now, 1_100);
  assertEquals(pings, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
});

Deno.test("judge() finds a dead peer within interval and timeout in every phase", () => {
  const duration = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(
      duration,
      duration,
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 60 }),
      (interval, timeout, lastHeard, roundTrip) => {
        const heartbeat = { interval, timeout, deliver: false };
        const config = { ...CONFIG, heartbeat };
        const { now } = lifeOf(config, { lastHeard, roundTrip });
        return now <= lastHeard + interval + timeout;
      },
    ),
  );
});

Deno.test("judge() keeps a peer that answers within timeout, in each phase", () => {
  const duration = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(duration, duration, fc.nat(60), (interval, timeout, late) => {
      const roundTrip = Math.min(late, timeout - 1);
      const heartbeat = { interval, timeout, deliver: false };
      const config = { ...CONFIG, heartbeat };
      const { now } = lifeOf(config, { lastHeard: 500, roundTrip });
      return now > 500;
    }),
  );
});

Deno.test("judge() counts any received frame as a sign of life", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  const { now } = run(heard(heartbeat, 25_000), Infinity, CONFIG);
  assertEquals(now, 50_000);
});

Deno.test("judge() keeps a peer whose large frame is in progress", () => {
  let { heartbeat } = run(alive(), 20_000, CONFIG);
  for (let now = 29_000; now < 200_000; now += 9_000) {
    const next = run(heard(heartbeat, now), now, CONFIG);
    assertEquals(next.dead, undefined);
    heartbeat = next.heartbeat;
  }
});

Deno.test("judge() does not count a frame from before a ping as its answer", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  const { now } = run(heard(heartbeat, 19_999), Infinity, CONFIG);
  assertEquals(now, 30_000);
});

Deno.test("judge() pings for ever where timeout is Infinity, and keeps a bounded number of pings", () => {
  const settings = { interval: 1, timeout: Infinity, deliver: false };
  const config = { ...CONFIG, heartbeat: settings };
  const { heartbeat, pings, dead } = run(alive(config), 1_500, config);
  assertEquals([pings.length, dead], [1_500, undefined]);
  assertEquals(heartbeat.pings.length, 1_000);
  assertEquals(answered(heartbeat, 1_500, 1)?.latency, 1_499);
});

Deno.test("judge() keeps the phase of pings when one is late", () => {
  const { heartbeat } = run(alive(), 0, CONFIG);
  const late = heartbeatOf(judge(heartbeat, 20_500, CONFIG));
  assertEquals(late.nextPingAt, 40_000);
});

Deno.test("judge() does not make up for a ping that is later than an interval", () => {
  const next = heartbeatOf(judge(alive(QUICK), 350, QUICK));
  assertEquals([next.lastPing, next.nextPingAt], [1, 450]);
});

Deno.test("judge() finds silence dead after idleTimeout", () => {
  const { dead, now } = run(heard(silent(), 5_000), Infinity, SILENT);
  assertEquals(now, 15_000);
  assertEquals(dead, { type: "heartbeat", kind: "idle", timeout: 10_000 });
});

Deno.test("judge() drops a peer that does not answer a probe", () => {
  const { dead, now } = run(probing(alive()), Infinity, CONFIG);
  assertEquals(now, 3_500);
  assertEquals(dead, { type: "heartbeat", kind: "probe", timeout: 3_500 });
});

Deno.test("judge() excuses a probe since which something was heard", () => {
  const judgement = judge(heard(probing(alive()), 10), 3_500, CONFIG);
  assert(judgement.kind === "excused");
  assertEquals(judgement.probe.requests, [1]);
  assertEquals(judgement.heartbeat.probe, undefined);
});

Deno.test("judge() lets a ping decide that is due before the probe", () => {
  const config = {
    ...withoutHeartbeat(),
    heartbeat: { interval: 20_000, timeout: 1_000, deliver: false },
  };
  assertEquals(run(probing(alive()), Infinity, config).now, 1_000);
});

Deno.test("judge() decides by a probe alone where the heartbeat is off", () => {
  const config = withoutHeartbeat();
  const heartbeat = probing(alive(config), { config });
  assertEquals(run(heartbeat, Infinity, config).now, 3_500);
  const excused = judge(heard(heartbeat, 10), 3_500, config);
  assertEquals(heartbeatDeadline(heartbeatOf(excused), config), Infinity);
});

/**
 * The life of a peer that answers each ping after `roundTrip`, up to and
 * including `lastHeard`, and dies then.
 */
function lifeOf(
  config: Config,
  { lastHeard, roundTrip }: {
    readonly lastHeard: number;
    readonly roundTrip: number;
  },
): { readonly now: number } {
  let heartbeat = heard(alive(config), 0);
  const answers: { readonly at: number; readonly id: number }[] = [];
  for (;;) {
    const now = heartbeatDeadline(heartbeat, config);
    while (answers[0] !== undefined && answers[0].at <= now) {
      const { at, id } = answers[0];
      answers.shift();
      heartbeat = answered(heartbeat, at, id)?.heartbeat ?? heartbeat;
    }
    if (heartbeatDeadline(heartbeat, config) > now) continue;
    const judgement = judge(heartbeat, now, config);
    if (judgement.kind === "dead") return { now };
    heartbeat = judgement.heartbeat;
    const at = now + roundTrip;
    if (at <= lastHeard) answers.push({ at, id: heartbeat.lastPing });
  }
}
