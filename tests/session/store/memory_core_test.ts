import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryCore } from "../../../lib/session/store/memory_core.ts";
import type { SessionStore } from "../../../lib/session/store/store.ts";
import { type Random, seeded } from "../seeded.ts";
import { BOUNDS, claimWith, INIT } from "./records.ts";

const GONE = { kind: "gone" };
const ALWAYS = { kind: "always", why: "ended" } as const;

function step(fence: number, change = {}) {
  const lease = { session: "s", fence, generation: "g1" };
  const nothing = { handled: 0, claim: 0, ack: 0, counter: 1, ttl: 500 };
  return { lease, ...nothing, replies: [], ...change };
}

Deno.test("MemoryCore does each step on the session that it names", () => {
  const core = new MemoryCore("g1");
  const lease = core.open(INIT, 0);
  assertEquals(core.append("s", ["a", "b"], BOUNDS).kind, "appended");
  assertEquals(
    core.accept(step(1, { handled: 1, claim: 1 }), 0).kind,
    "accepted",
  );
  assertEquals(core.read("s", 1, 9).map(({ data }) => data), ["b"]);
  assertEquals(core.attach(claimWith({ last: 1 }), 0).kind, "attached");
  assertEquals(core.accept(step(1), 0).kind, "fenced");
  assertEquals(core.detach({ ...lease, fence: 2 }, 500, 100), 2);
  assertEquals(core.peek("s")?.expiresAt, 600);
  assertEquals(core.end("s", ALWAYS, { now: 0, tombstone: 9 }).kind, "ended");
  assertEquals(core.size, 1);
});

Deno.test("MemoryCore knows nothing of a session that was never opened", () => {
  const core = new MemoryCore("g1");
  assertEquals(core.attach(claimWith(), 0), {
    kind: "refused",
    why: "unknown",
  });
  assertEquals(core.append("s", ["a"], BOUNDS), GONE as { kind: "gone" });
  assertEquals(core.accept(step(1), 0), GONE as { kind: "gone" });
  assertEquals(core.read("s", 0, 9), []);
  assertEquals(core.end("s", ALWAYS, { now: 0, tombstone: 9 }).kind, "gone");
  assertEquals(core.detach(step(1).lease, 500, 0), 0);
  assertEquals([core.peek("s"), core.size], [undefined, 0]);
});

Deno.test("MemoryCore.open() refuses an id that there is", () => {
  const core = new MemoryCore("g1");
  core.open(INIT, 0);
  assertThrows(() => core.open(INIT, 0), RangeError);
});

Deno.test("MemoryCore.touch() returns the leases that have ended", () => {
  const core = new MemoryCore("g1");
  const lease = core.open(INIT, 0);
  const other = { ...lease, fence: 9 };
  const unknown = { ...lease, session: "t" };
  assertEquals(core.touch([lease, other, unknown], 500, 200), [other, unknown]);
  assertEquals(core.peek("s")?.expiresAt, 700);
});

Deno.test("MemoryCore.due() returns sessions that are over and forgets tombstones", () => {
  const core = new MemoryCore("g1");
  for (const session of ["a", "b", "c"]) core.open({ ...INIT, session }, 0);
  assertEquals(core.due(9, 119_999), []);
  assertEquals(core.due(2, 120_000), ["a", "b"]);
  const expired = { kind: "expired" } as const;
  core.end("a", expired, { now: 120_000, tombstone: 100 });
  assertEquals(core.due(9, 120_000), ["b", "c"]);
  assertEquals(core.size, 3);
  core.due(9, 120_100);
  assertEquals([core.size, core.peek("a")], [2, undefined]);
});

Deno.test("MemoryCore.end() leaves no tombstone where nobody will ask", () => {
  const core = new MemoryCore("g1");
  core.open(INIT, 0);
  assertEquals(core.end("s", ALWAYS, { now: 0, tombstone: 0 }).kind, "ended");
  assertEquals([core.size, core.peek("s")], [0, undefined]);
});

Deno.test("MemoryCore keeps the last 100,000 tombstones", () => {
  const core = new MemoryCore("g1");
  for (let n = 0; n <= 100_001; n += 1) {
    core.open({ ...INIT, session: `${n}` }, 0);
    core.end(`${n}`, ALWAYS, { now: 0, tombstone: 9 });
  }
  assertEquals(core.size, 100_000);
  assertEquals([core.peek("1"), core.peek("2")?.state], [undefined, "ended"]);
});

Deno.test("MemoryCore keeps an idle session in less than 1 KiB", () => {
  const core = new MemoryCore("g1");
  const count = 20_000;
  const { heapUsed: before } = Deno.memoryUsage();
  for (let n = 0; n < count; n += 1) {
    core.open({ ...INIT, session: `0123456789abcdef${n}` }, 0);
  }
  const each = (Deno.memoryUsage().heapUsed - before) / count;
  assert(core.size === count && each < 1_024, `${each} bytes`);
});

Deno.test("MemoryCore keeps its counts in order through 1,000 random histories", () => {
  for (let seed = 1; seed <= 1_000; seed += 1) wander(seeded(seed));
});

/** Random steps on one session, whatever their order. */
function wander(random: Random): void {
  const core = new MemoryCore("g1");
  core.open(INIT, 0);
  for (let count = 0; count < 30; count += 1) {
    anyStep(core, random, count);
    const record = core.peek("s")!;
    const { accepted, claimed, log, logBytes, fence } = record;
    assert(accepted <= claimed && log.first <= log.last + 1 && fence > 0);
    const kept = core.read("s", 0, Infinity);
    assertEquals(kept.length, log.last - log.first + 1);
    assertEquals(kept.reduce((sum, { bytes }) => sum + bytes, 0), logBytes);
  }
}

function anyStep(core: MemoryCore, random: Random, count: number): void {
  const { fence = 0, log, accepted = 0 } = core.peek("s")!;
  switch (random.upTo(5)) {
    case 0:
      core.append("s", ["x".repeat(random.upTo(4))], {
        ...BOUNDS,
        overflow: random.upTo(2) === 0 ? "reject" : "drop-oldest",
      });
      break;
    case 1:
      core.attach(
        claimWith({
          attempt: count + 2,
          have: [["g1", random.upTo(log.last + 1)]],
          ack: random.upTo(log.last + 1),
          last: accepted + random.upTo(3),
          takeover: random.upTo(2) === 0 ? "ask" : "force",
        }),
        0,
      );
      break;
    case 2:
    case 3: {
      const handled = accepted + random.upTo(2);
      const claim = handled + random.upTo(3);
      const ack = random.upTo(log.last + 2);
      core.accept(step(fence - random.upTo(2), { handled, claim, ack }), 0);
      break;
    }
    default:
      core.detach(step(fence).lease, 500, 0);
  }
}

/** The asynchronous shell is a thin one: the core has each step already. */
type Steps = Exclude<keyof SessionStore, symbol | "generation" | "listen">;
const _steps: Record<Steps, unknown> = MemoryCore.prototype;
