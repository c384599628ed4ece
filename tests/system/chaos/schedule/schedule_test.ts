import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fatalStatusesOf } from "./fatal_statuses.ts";
import { makeSchedule } from "./schedule.ts";
import { countFaults } from "./strikes.ts";

Deno.test("makeSchedule() makes the same schedule of the same seed", () => {
  const options = { seed: 7, faults: 200, threads: "killed" } as const;
  assertEquals(makeSchedule(options), makeSchedule(options));
  assertNotEquals(makeSchedule(options), makeSchedule({ ...options, seed: 8 }));
});

Deno.test("makeSchedule() makes so many faults, and not many more", () => {
  for (const faults of [1, 10, 1_000]) {
    const count = countFaults(makeSchedule({ seed: 1, faults }));
    assert(count >= faults && count < faults + 6, `${count}`);
  }
});

Deno.test("makeSchedule() knows each fault of proxy, server and threads", () => {
  const steps = makeSchedule({ seed: 1, faults: 5_000, threads: "killed" });
  const kinds = new Set(
    steps.flatMap(({ strikes }) =>
      strikes.map(({ on, fault }) => `${on} ${fault.type}`)
    ),
  );
  assertEquals([...kinds].sort(), [
    "client block",
    "client kill-worker",
    "client reconnect",
    "proxy answer",
    "proxy blackhole",
    "proxy corrupt",
    "proxy cut",
    "proxy delay",
    "proxy half-close",
    "proxy hold-close",
    "proxy refuse",
    "proxy reset",
    "proxy throttle",
    "server close",
    "server drop",
    "server flood",
    "server stop-reading",
    "server write",
  ]);
});

Deno.test("makeSchedule() leaves threads alone unless it is asked to", () => {
  const struck = (threads: "none" | "blocked") =>
    makeSchedule({ seed: 1, faults: 2_000, threads })
      .flatMap(({ strikes }) => strikes)
      .flatMap(({ on, fault }) => on === "client" ? [fault.type] : []);
  assertEquals([...new Set(struck("none"))], ["reconnect"]);
  assertEquals([...new Set(struck("blocked"))].sort(), ["block", "reconnect"]);
});

Deno.test("fatalStatusesOf() names the fatal answers, and all after a corrupted request", () => {
  const answer = (bytes: string) =>
    ({ on: "proxy", fault: { type: "answer", bytes } }) as const;
  const corrupt = (direction: "up" | "down") =>
    ({ on: "proxy", fault: { type: "corrupt", direction, after: 1 } }) as const;
  assertEquals(
    fatalStatusesOf([
      answer("HTTP/1.1 401 Unauthorized\r\n\r\n"),
      answer("HTTP/1.1 429 Too Many Requests\r\n\r\n"),
      answer("HTTP/1.1 503 Service Unavailable\r\n\r\n"),
      answer("SSH-2.0"),
      corrupt("down"),
      { on: "server", fault: { type: "drop" } },
    ]).filter((status) => !Number.isNaN(status)),
    [401],
  );
  assert(fatalStatusesOf([corrupt("up")]).includes(400));
});
