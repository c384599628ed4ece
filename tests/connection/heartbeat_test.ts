import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import {
  answered,
  heard,
  joinProbe,
  newHeartbeat,
} from "../../lib/connection/heartbeat.ts";
import { heartbeatDeadline } from "../../lib/connection/judgement.ts";
import { alive, probing, QUICK, run } from "./judging.ts";
import { AGREED, CONFIG } from "./machine.ts";

Deno.test("newHeartbeat() sends the first ping after one interval", () => {
  assertEquals(heartbeatDeadline(alive(), CONFIG), 20_000);
  assertEquals(run(alive(), 20_000, CONFIG).pings, [20_000]);
});

Deno.test("newHeartbeat() has pings by message where there are no frames", () => {
  const heartbeat = {
    interval: 20_000,
    timeout: 10_000,
    deliver: false,
    message: "ping",
  };
  const config = { ...CONFIG, heartbeat };
  assertEquals(
    newHeartbeat(0, { config, ...AGREED, pings: "none" }).probeMethod,
    "pings",
  );
});

Deno.test("newHeartbeat() can only judge silence without frames and messages", () => {
  const heartbeat = newHeartbeat(0, {
    config: CONFIG,
    ...AGREED,
    pings: "none",
  });
  assertEquals(heartbeat.probeMethod, "silence");
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), Infinity);
});

Deno.test("heard() never goes back in time", () => {
  const heartbeat = heard(alive(), 100);
  assertEquals(heard(heartbeat, 50), heartbeat);
  assertEquals(heard(heartbeat, NaN), heartbeat);
});

Deno.test("answered() measures the latency of the answered ping", () => {
  const { heartbeat } = run(alive(QUICK), 300, QUICK);
  const answer = answered(heartbeat, 310, 2);
  assertEquals(answer?.latency, 110);
  assertEquals(answer?.heartbeat.pings, [{ id: 3, sentAt: 300 }]);
});

Deno.test("answered() assigns an answer without a number to the latest ping", () => {
  const { heartbeat } = run(alive(QUICK), 300, QUICK);
  const answer = answered(heartbeat, 310, undefined);
  assertEquals(answer?.latency, 10);
  assertEquals(answer?.heartbeat.pings, []);
});

Deno.test("answered() ignores what answers no ping of ours", () => {
  const { heartbeat } = run(alive(QUICK), 300, QUICK);
  assertEquals(answered(heartbeat, 310, 9), undefined);
  assertEquals(answered(alive(), 310, undefined), undefined);
  const once = answered(heartbeat, 310, 3);
  assertEquals(once && answered(once.heartbeat, 311, 3), undefined);
});

Deno.test("answered() answers a probe by its own ping or a later one, not by an earlier", () => {
  const { heartbeat } = run(alive(QUICK), 300, QUICK);
  const asked = probing(heartbeat, { now: 350, config: QUICK });
  assertEquals(asked.probe?.id, 4);
  assertEquals(answered(asked, 360, 3)?.requests, []);
  assertEquals(answered(asked, 360, 4)?.requests, [1]);
  const later = run(asked, 450, QUICK).heartbeat;
  assertEquals(answered(later, 460, 5)?.requests, [1]);
});

Deno.test("answered() recognises the answer to a probe whose ping other traffic has excused", () => {
  const config: Config = {
    ...CONFIG,
    heartbeat: { interval: 1_000, timeout: 1_000, deliver: false },
  };
  const asked = heard(probing(alive(config), { config }), 10);
  const { heartbeat } = run(asked, 1_000, config);
  assertEquals(heartbeat.pings.map(({ id }) => id), [2]);
  assertEquals(answered(heartbeat, 1_500, 1)?.latency, 1_500);
});

Deno.test("joinProbe() lets a further request wait", () => {
  const heartbeat = probing(alive());
  assert(heartbeat.probe !== undefined);
  assertEquals(joinProbe(heartbeat, heartbeat.probe, 9).probe?.requests, [
    1,
    9,
  ]);
});
