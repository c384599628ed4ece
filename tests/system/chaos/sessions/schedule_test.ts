import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Persistence } from "./nodes/faults.ts";
import { countFaults } from "../schedule/strikes.ts";
import { makeSchedule } from "./schedule.ts";

const OPTIONS = { seed: 1, faults: 2_000, threads: "killed" } as const;

Deno.test("makeSchedule() makes the same of the same seed, and another of another", () => {
  assertEquals(makeSchedule(OPTIONS), makeSchedule(OPTIONS));
  assertNotEquals(makeSchedule(OPTIONS), makeSchedule({ ...OPTIONS, seed: 2 }));
});

Deno.test("makeSchedule() brings about each kind of fault", () => {
  const steps = makeSchedule(OPTIONS);
  const kinds = new Set(
    steps.flatMap(({ strikes }) =>
      strikes.map(({ on, fault }) => `${on} ${fault.type}`)
    ),
  );
  assertEquals(
    [...kinds].sort(),
    [
      ...["block", "kill-worker", "reconnect"].map((kind) => `client ${kind}`),
      ...[
        ...["answer", "blackhole", "cut", "delay", "half-close", "hold-close"],
        ...["refuse", "reset", "throttle"],
      ].map((kind) => `proxy ${kind}`),
      ...[
        ...["drain", "end-session", "kill", "roll-back", "snapshot", "stop"],
        "wipe",
      ].map((kind) => `server ${kind}`),
    ],
  );
  const count = countFaults(steps);
  assert(count >= 2_000 && count < 2_010, `${count} faults`);
});

Deno.test("makeSchedule() leaves threads alone where that was asked for", () => {
  for (const threads of ["none", "blocked"] as const) {
    const faults = makeSchedule({ ...OPTIONS, threads })
      .flatMap(({ strikes }) => strikes.map(({ fault }) => fault.type));
    assertEquals(faults.includes("kill-worker"), false);
    assertEquals(faults.includes("block"), threads === "blocked");
  }
});

Deno.test("makeSchedule() does to nodes and to Redis whatever their persistence allows", () => {
  const kindsOf = (store: Persistence) =>
    new Set(
      makeSchedule(OPTIONS, store).flatMap(({ strikes }) =>
        strikes.flatMap(({ on, fault }) => {
          if (on !== "server") return [];
          return fault.type === "redis"
            ? `redis ${fault.fault.type}`
            : fault.type;
        })
      ),
    );
  const always = [
    ...["drain", "end-session", "kill", "move"],
    ...["redis fill", "redis kill", "redis kill-clients", "redis link"],
    ...["redis silence", "redis stop", "stop"],
  ];
  const losses = ["redis fail-over", "redis roll-back", "redis snapshot"];
  assertEquals([...kindsOf("always")].sort(), always);
  assertEquals([...kindsOf("everysec")].sort(), [...always, ...losses].sort());
  assertEquals(
    [...kindsOf("none")].sort(),
    [...always, "redis snapshot"].sort(),
  );
});
