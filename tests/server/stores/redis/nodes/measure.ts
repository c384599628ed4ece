/**
 * Measures what `docs/redis.md` says about size and time.
 *
 * ```sh
 * deno run -A tests/server/stores/redis/nodes/measure.ts [sessions] [settings of Redis]
 * ```
 */

// deno-lint-ignore-file no-console

import { newSessionId } from "../../../../../lib/server/connection/requests.ts";
import { INIT } from "../../../../session/store/records.ts";
import { RedisPlace } from "../places.ts";

const [sessions = "10000", ...settings] = Deno.args;

const SESSIONS = Number(sessions);
const MESSAGES = 10_000;
const DATA = "x".repeat(100);
const BOUNDS = {
  ...{ maxMessages: 1_000_000, maxBytes: 1 << 30, overflow: "reject" } as const,
  maxMessage: 1 << 20,
};

await using place = await RedisPlace.start("nodeRedis", ...settings);
const store = await place.open();
const client = await place.clients.nodeRedis();

async function usedMemory(): Promise<number> {
  const info = `${await client.sendCommand(["INFO", "memory"])}`;
  return Number(/used_memory:(\d+)/.exec(info)![1]);
}

async function timesOf(run: (index: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const start = performance.now();
    await run(index);
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const at = (part: number) => times[Math.floor(times.length * part)]!;
  return `p50 ${at(0.5).toFixed(3)} ms, p99 ${at(0.99).toFixed(3)} ms`;
}

const before = await usedMemory();
const opened: string[] = [];
while (opened.length < SESSIONS) {
  const batch = Array.from({ length: 100 }, newSessionId);
  opened.push(...batch);
  await Promise.all(batch.map(async (session, index) => {
    const lease = await store.open({
      ...INIT,
      ...{ session, principal: `user-${opened.length + index}` },
      ...{ instance: "0123456789abcdef", node: "0123456789abcdef", meta: "" },
    });
    const step = { handled: 40, claim: 40, ack: 0, counter: 2, ttl: 600_000 };
    await store.accept({ lease, ...step, replies: ["r"] });
    await store.accept({ lease, ...step, ack: 1, replies: [] });
    await store.detach(lease, 600_000);
  }));
}
const idle = (await usedMemory() - before) / SESSIONS;
console.log(`${idle.toFixed(0)} bytes per idle detached session`);

for (let ended = 0; ended < SESSIONS; ended += 100) {
  const batch = opened.slice(ended, ended + 100);
  await Promise.all(
    batch.map((session) =>
      store.end(session, { kind: "always", why: "ended" }, 600_000)
    ),
  );
}
const over = (await usedMemory() - before) / SESSIONS;
console.log(`${over.toFixed(0)} bytes per session that is over`);

const lease = await store.open({ ...INIT, session: newSessionId() });
const { session } = lease;
const empty = await usedMemory();
for (let sent = 0; sent < MESSAGES; sent += 100) {
  const batch = Array.from({ length: 100 }, () => DATA);
  await Promise.all(batch.map((data) => store.append(session, [data], BOUNDS)));
}
const kept = (await usedMemory() - empty) / MESSAGES;
console.log(`${kept.toFixed(0)} bytes per message of 100 bytes that waits`);

const reading = performance.now();
for (let after = 0; after < MESSAGES;) {
  after += (await store.read(session, after, 256)).length;
}
const gap = performance.now() - reading;
console.log(`${gap.toFixed(0)} ms to read ${MESSAGES} of them, 256 at a time`);

const append = await timesOf(() => store.append(session, [DATA], BOUNDS));
console.log(`append: ${append}`);
const accept = await timesOf((index) =>
  store.accept({
    lease,
    ...{ handled: index, claim: index + 1, ack: 0, counter: 1, ttl: 600_000 },
    replies: [],
  })
);
console.log(`accept and claim: ${accept}`);
const plain = await timesOf(() => client.sendCommand(["PING"]));
console.log(`PING: ${plain}`);

const start = performance.now();
for (let sent = 0; sent < MESSAGES; sent += 100) {
  const batch = Array.from({ length: 100 }, () => DATA);
  await Promise.all(batch.map((data) => store.append(session, [data], BOUNDS)));
}
const rate = MESSAGES / (performance.now() - start) * 1_000;
console.log(`${rate.toFixed(0)} appends per second, 100 at a time`);
