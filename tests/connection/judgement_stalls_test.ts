import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import {
  answered,
  heard,
  type Heartbeat,
  newHeartbeat,
  settling,
} from "../../lib/connection/heartbeat.ts";
import {
  heartbeatDeadline,
  judge,
  judgeStalled,
} from "../../lib/connection/judgement.ts";
import { alive, probing, QUICK, run, SILENT, silent } from "./judging.ts";
import { AGREED, CONFIG } from "./machine.ts";

function relayed(config: Config = CONFIG): Heartbeat {
  return newHeartbeat(0, { config, ...AGREED, output: "relayed" });
}

/** Judges at each deadline up to an instant, or to death, while nothing leaves. */
function runStalled(heartbeat: Heartbeat, until: number, config: Config) {
  let next = heartbeat;
  for (;;) {
    const now = heartbeatDeadline(next, config);
    if (now > until) return { heartbeat: next };
    const judgement = judgeStalled(next, now, config);
    if (judgement.kind === "dead") {
      return { heartbeat: next, dead: judgement.failure, now };
    }
    next = judgement.heartbeat;
  }
}

Deno.test("judgeStalled() keeps a peer while the pings to it have not left", () => {
  const { heartbeat, dead } = runStalled(relayed(QUICK), 10_000, QUICK);
  assertEquals([heartbeat.mode.kind, dead], ["stalled", undefined]);
  const flowing = run(heartbeat, 10_150, QUICK).heartbeat;
  const answer = answered(flowing, 10_150, undefined);
  assert(answer !== undefined);
  assertEquals(run(answer.heartbeat, 11_000, QUICK).dead, undefined);
});

Deno.test("judgeStalled() lets the timeout begin when all has left", () => {
  const { heartbeat } = runStalled(relayed(QUICK), 10_000, QUICK);
  const leftAt = heartbeatDeadline(heartbeat, QUICK);
  const { dead, now } = run(heartbeat, Infinity, QUICK);
  assertEquals(dead, { type: "heartbeat", kind: "ping", timeout: 1_000 });
  assertEquals(now, leftAt + 1_000);
});

Deno.test("judgeStalled() lets the timeout of a probe begin when all has left", () => {
  const asked = probing(relayed(), { requests: [1, 2] });
  const { heartbeat } = runStalled(asked, 10_000, CONFIG);
  const leftAt = heartbeatDeadline(heartbeat, CONFIG);
  assertEquals(answered(heartbeat, leftAt, 1)?.requests, [1, 2]);
  const { dead, now } = run(heartbeat, Infinity, CONFIG);
  assertEquals(dead, { type: "heartbeat", kind: "probe", timeout: 3_500 });
  assertEquals(now, leftAt + 3_500);
});

Deno.test("judgeStalled() gives a silent peer probeTimeout when all has left", () => {
  const heartbeat: Heartbeat = { ...silent(), output: "relayed" };
  const stalled = runStalled(heartbeat, 20_000, SILENT).heartbeat;
  const leftAt = heartbeatDeadline(stalled, SILENT);
  const { dead, now } = run(stalled, Infinity, SILENT);
  assertEquals(dead, { type: "heartbeat", kind: "idle", timeout: 10_000 });
  assertEquals(now, leftAt + 3_500);
});

Deno.test("judgeStalled() drops a peer once nothing has left for 30 s", () => {
  const { dead, now } = runStalled(relayed(QUICK), Infinity, QUICK);
  assertEquals(dead, { type: "heartbeat", kind: "ping", timeout: 1_000 });
  assertEquals(now, 1_100 + 30_000);
});

Deno.test("judgeStalled() counts 30 s from the first stall since something was heard", () => {
  const stalled = runStalled(relayed(QUICK), 10_000, QUICK).heartbeat;
  const flowing = run(stalled, 10_500, QUICK).heartbeat;
  assertEquals(runStalled(flowing, Infinity, QUICK).now, 1_100 + 30_000);
  const { now } = runStalled(heard(flowing, 10_500), Infinity, QUICK);
  assertEquals(now, 10_500 + 1_000 + 30_000);
});

Deno.test("judgeStalled() excuses pings that have left only once", () => {
  const first = runStalled(relayed(QUICK), 1_150, QUICK).heartbeat;
  const flowing = run(first, 2_150, QUICK).heartbeat;
  const second = runStalled(flowing, 2_250, QUICK).heartbeat;
  const { dead, now } = run(second, Infinity, QUICK);
  assertEquals(dead, { type: "heartbeat", kind: "ping", timeout: 1_000 });
  // 1,000 after the end of the first stall, and twice the time to read.
  assertEquals(now, 1_200 + 1_000 + 200);
});

Deno.test("judgeStalled() excuses a probe that has left only once", () => {
  const asked = probing(relayed(), { requests: [1] });
  const first = runStalled(asked, 3_550, CONFIG).heartbeat;
  const flowing = run(first, 7_050, CONFIG).heartbeat;
  const second = runStalled(flowing, 7_150, CONFIG).heartbeat;
  const { dead, now } = run(second, Infinity, CONFIG);
  assertEquals(dead, { type: "heartbeat", kind: "probe", timeout: 3_500 });
  assertEquals(now, 3_600 + 3_500 + 200);
});

Deno.test("judgeStalled() excuses the silence of a peer only once", () => {
  const heartbeat: Heartbeat = { ...silent(), output: "relayed" };
  const first = runStalled(heartbeat, 10_050, SILENT).heartbeat;
  const flowing = run(first, 13_550, SILENT).heartbeat;
  const second = runStalled(flowing, 13_650, SILENT).heartbeat;
  const { now } = run(second, Infinity, SILENT);
  assertEquals(now, 10_100 + 3_500 + 200);
});

Deno.test("judgeStalled() goes on once something was heard, although something has not left", () => {
  const stalled = runStalled(relayed(QUICK), 10_000, QUICK).heartbeat;
  const { mode } = runStalled(heard(stalled, 10_050), 10_100, QUICK).heartbeat;
  assertEquals(mode.kind, "judging");
});

Deno.test("judgeStalled() postpones nothing where our own thread writes", () => {
  assertEquals(
    runStalled(alive(QUICK), Infinity, QUICK).now,
    run(alive(QUICK), Infinity, QUICK).now,
  );
});

Deno.test("judgeStalled() changes nothing before a deadline", () => {
  const { heartbeat } = runStalled(relayed(QUICK), 10_000, QUICK);
  const now = heartbeatDeadline(heartbeat, QUICK) - 1;
  assertEquals(judgeStalled(heartbeat, now, QUICK), {
    kind: "alive",
    heartbeat,
  });
});

Deno.test("judge() sees by one more ping, 100 ms before the end, whether pings leave", () => {
  const { pings, now } = run(relayed(), Infinity, CONFIG);
  assertEquals([pings, now], [[20_000, 29_900], 30_000]);
  const { heartbeat } = run(relayed(), 29_950, CONFIG);
  assertEquals(judgeStalled(heartbeat, 30_000, CONFIG).kind, "alive");
});

Deno.test("judge() sends that ping for a probe and for idleTimeout too", () => {
  assertEquals(run(probing(relayed()), Infinity, CONFIG).pings, [3_400]);
  const config = { ...CONFIG, idleTimeout: 12_000 };
  assertEquals(run(relayed(config), Infinity, config).pings, [11_900]);
});

Deno.test("judge() does without that ping where another is as late, or none can be sent", () => {
  assertEquals(
    run(relayed(QUICK), Infinity, QUICK).pings,
    run(alive(QUICK), Infinity, QUICK).pings,
  );
  const heartbeat: Heartbeat = { ...silent(), output: "relayed" };
  assertEquals(run(heartbeat, Infinity, SILENT).pings, []);
});

Deno.test("settling() probes a peer to which nothing has left", () => {
  const { heartbeat } = runStalled(relayed(QUICK), 10_000, QUICK);
  const awake = settling(heartbeat, 10_050);
  assertEquals(heartbeatDeadline(awake, QUICK), 10_150);
  assertEquals(judge(awake, 10_150, QUICK).kind, "ping");
});

Deno.test("judgeStalled() finds a dead peer although wake-ups come faster than probeTimeout", () => {
  let heartbeat = relayed();
  for (let now = 0; now < 120_000; now += 1_000) {
    const { heartbeat: next, dead } = runStalled(heartbeat, now, CONFIG);
    if (dead !== undefined) return;
    heartbeat = settling(next, now);
  }
  assert(false, "It was never found dead");
});

Deno.test("judge() finds a dead peer although each timer is too late and nothing left before", () => {
  let { heartbeat } = runStalled(relayed(), 40_000, CONFIG);
  const judged: string[] = [];
  while (!judged.includes("dead") && judged.length < 10) {
    const now = heartbeatDeadline(heartbeat, CONFIG) + 60_000;
    const judgement = judge(heartbeat, now, CONFIG);
    judged.push(judgement.kind);
    if (judgement.kind !== "dead") heartbeat = judgement.heartbeat;
  }
  assertEquals(judged.at(-1), "dead");
});
