import { assertEquals } from "@std/assert";
import {
  duration,
  outage,
  relapse,
  rollingRestart,
} from "../../../lib/cli/storm/scenario.ts";

Deno.test("outage() takes one server away, and waits for an hour afterwards", () => {
  assertEquals(outage({ clients: 1, away: 30_000 }), {
    title: "1 client, 30 s outage",
    clients: 1,
    servers: 1,
    outages: [{ server: 0, from: 0, until: 30_000 }],
    capacity: Infinity,
    horizon: 3_630_000,
  });
});

Deno.test("outage() names limit and advice", () => {
  const limited = { clients: 10_000, away: 1_500, capacity: 70 };
  assertEquals(
    outage(limited).title,
    "10,000 clients, 1500 ms outage, 70 openings per 100 ms",
  );
  const advised = outage({ ...limited, retryAfter: 2_500 });
  assertEquals(advised.title.split(", ").at(-1), "Retry-After: 2.5");
  assertEquals(advised.retryAfter, 2_500);
});

Deno.test("rollingRestart() takes one server away after the other", () => {
  const { title, outages, horizon } = rollingRestart({
    clients: 10,
    servers: 2,
    away: 1_000,
    every: 60_000,
  });
  assertEquals(
    title,
    "10 clients, 2 servers restart one by one, each 1 s away, every 1 min",
  );
  assertEquals(outages, [
    { server: 0, from: 0, until: 1_000 },
    { server: 1, from: 60_000, until: 61_000 },
  ]);
  assertEquals(horizon, 3_720_000);
});

Deno.test("relapse() takes the same server away again", () => {
  const { title, outages } = relapse({ clients: 2, away: 1_000, up: 500 });
  assertEquals(title, "2 clients, 1 s outage, up for 500 ms, 1 s outage");
  assertEquals(outages, [
    { server: 0, from: 0, until: 1_000 },
    { server: 0, from: 1_500, until: 2_500 },
  ]);
});

Deno.test("duration() takes the largest whole unit", () => {
  const durations = [0, 1, 1_000, 1_500, 60_000, 90_000, 3_600_000, 5_400_000];
  assertEquals(durations.map(duration), [
    "0 ms",
    "1 ms",
    "1 s",
    "1500 ms",
    "1 min",
    "90 s",
    "1 h",
    "90 min",
  ]);
});
