import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import {
  answered,
  heard,
  type Heartbeat,
  paused,
  resumed,
  settling,
} from "../../lib/connection/heartbeat.ts";
import {
  heartbeatDeadline,
  judge,
  type Judgement,
} from "../../lib/connection/judgement.ts";
import { CONFIG, withoutHeartbeat } from "./machine.ts";
import { alive, heartbeatOf, probing, run, SILENT, silent } from "./judging.ts";

/** Sleeps from 0 to an instant, wakes up, and reads for 100 ms. */
function woken(heartbeat: Heartbeat, now: number, config: Config): Judgement {
  const late = heartbeatOf(judge(heartbeat, now, config));
  return judge(late, heartbeatDeadline(late, config), config);
}

// lateness and sleep

Deno.test("judge() waits for received data to be read when its timer is late", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  const late = heartbeatOf(judge(heartbeat, 30_051, CONFIG));
  assertEquals(heartbeatDeadline(late, CONFIG), 30_151);
  assertEquals(run(heard(late, 30_060), 30_151, CONFIG).dead, undefined);
});

Deno.test("judge() drops a peer after a late timer if nothing was read", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  assertEquals(judge(heartbeat, 30_050, CONFIG).kind, "dead");
  assertEquals(woken(heartbeat, 30_051, CONFIG).kind, "dead");
});

Deno.test("judge() probes after a sleep, and drops the peer only then", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  const judgement = woken(heartbeat, 3_600_000, CONFIG);
  assertEquals(judgement.kind, "ping");
  const { dead, now } = run(heartbeatOf(judgement), Infinity, CONFIG);
  assertEquals(dead, { type: "heartbeat", kind: "probe", timeout: 3_500 });
  assertEquals(now, 3_603_600);
});

Deno.test("judge() keeps a peer that answers after a sleep, idleTimeout or not", () => {
  const config = { ...CONFIG, idleTimeout: 25_000 };
  const { heartbeat } = run(alive(config), 20_000, config);
  const asked = heartbeatOf(woken(heartbeat, 3_600_000, config));
  const answer = answered(asked, 3_603_000, asked.lastPing);
  assert(answer !== undefined);
  assertEquals(run(answer.heartbeat, 3_610_000, config).dead, undefined);
});

Deno.test("judge() keeps the requests of a probe that a sleep interrupted", () => {
  const asleep = probing(alive(), { requests: [1, 2] });
  const asked = heartbeatOf(woken(asleep, 100_000, CONFIG));
  assertEquals(asked.probe?.requests, [1, 2]);
  assertEquals(answered(asked, 100_200, 2)?.requests, [1, 2]);
});

Deno.test("judge() gives a silent peer probeTimeout after a sleep", () => {
  const judgement = woken(silent(), 100_000, SILENT);
  assertEquals(judgement.kind, "alive");
  const { dead, now } = run(heartbeatOf(judgement), Infinity, SILENT);
  assertEquals(dead, { type: "heartbeat", kind: "idle", timeout: 10_000 });
  assertEquals(now, 103_600);
});

Deno.test("judge() gives a silent peer no more than idleTimeout after a sleep", () => {
  const config = { ...SILENT, idleTimeout: 1_000 };
  const heartbeat = heartbeatOf(woken(silent(config), 100_000, config));
  assertEquals(run(heartbeat, Infinity, config).now, 101_100);
});

Deno.test("judge() does not use up the excuse of a sleep that needed none", () => {
  const glanced = run(settling(silent(), 1_000), 1_100, SILENT).heartbeat;
  assertEquals(heartbeatDeadline(glanced, SILENT), 10_000);
  assertEquals(woken(glanced, 100_000, SILENT).kind, "alive");
});

Deno.test("judge() finds a dead peer although wake-ups come faster than probeTimeout", () => {
  let heartbeat = alive();
  for (let now = 0; now < 60_000; now += 1_000) {
    const { heartbeat: next, dead } = run(heartbeat, now, CONFIG);
    if (dead !== undefined) return;
    heartbeat = settling(next, now);
  }
  assert(false, "It was never found dead");
});

Deno.test("judge() finds a dead peer although each timer is too late", () => {
  for (
    const [dead, config] of [[alive(), CONFIG], [silent(), SILENT]] as const
  ) {
    let heartbeat = dead;
    const judged: string[] = [];
    while (!judged.includes("dead") && judged.length < 10) {
      const now = heartbeatDeadline(heartbeat, config) + 60_000;
      const judgement = judge(heartbeat, now, config);
      judged.push(judgement.kind);
      if (judgement.kind !== "dead") heartbeat = judgement.heartbeat;
    }
    assertEquals(judged.at(-1), "dead");
  }
});

Deno.test("judge() serves a settling that is itself too late", () => {
  const judgement = judge(settling(alive(), 0), 1_000_000, CONFIG);
  assertEquals(judgement.kind, "ping");
});

Deno.test("settling() reads for 100 ms before it probes", () => {
  const heartbeat = settling(alive(), 5_000);
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), 5_100);
  assertEquals(judge(heartbeat, 5_099, CONFIG).kind, "alive");
  assertEquals(judge(heartbeat, 5_100, CONFIG).kind, "ping");
});

Deno.test("settling() is not prolonged by a second wake-up", () => {
  const heartbeat = settling(alive(), 5_000);
  assertEquals(settling(heartbeat, 5_050), heartbeat);
});

Deno.test("settling() probes after a late timer too, if a wake-up follows", () => {
  const { heartbeat } = run(alive(), 20_000, CONFIG);
  const late = heartbeatOf(judge(heartbeat, 30_051, CONFIG));
  const awake = settling(late, 30_060);
  assertEquals(heartbeatDeadline(awake, CONFIG), 30_151);
  assertEquals(judge(awake, 30_151, CONFIG).kind, "ping");
});

Deno.test("settling() sends no probe where there is no heartbeat at all", () => {
  const config = withoutHeartbeat();
  const judgement = woken(settling(silent(config), 0), 100, config);
  assertEquals(heartbeatDeadline(heartbeatOf(judgement), config), Infinity);
});

// pause

Deno.test("paused() judges nothing, however long it takes", () => {
  const heartbeat = paused(alive());
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), Infinity);
  assertEquals(judge(heartbeat, 1e9, CONFIG), { kind: "alive", heartbeat });
  assertEquals(settling(heartbeat, 0), heartbeat);
});

Deno.test("resumed() starts judging again, with a ping at once if one was due", () => {
  const heartbeat = resumed(paused(alive()), 100_000);
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), 100_000);
  assertEquals(run(heartbeat, Infinity, CONFIG).now, 110_000);
});

Deno.test("resumed() does not postpone a ping", () => {
  let heartbeat = alive();
  for (let now = 0; now < 20_000; now += 100) {
    heartbeat = resumed(paused(heartbeat), now);
  }
  assertEquals(heartbeatDeadline(heartbeat, CONFIG), 20_000);
});

Deno.test("resumed() changes nothing that was not paused", () => {
  const heartbeat = settling(alive(), 0);
  assertEquals(resumed(heartbeat, 50), heartbeat);
});
