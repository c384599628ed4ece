import { assertEquals } from "@std/assert";
import { Cluster } from "../../../lib/cli/storm/cluster.ts";
import {
  outage,
  rollingRestart,
  type Scenario,
  WINDOW,
} from "../../../lib/cli/storm/scenario.ts";

const FIRST = () => 0;

/** Two servers, each away for 10 ms, 100 ms apart. */
const ROLLING = rollingRestart({
  clients: 4,
  servers: 2,
  away: 10,
  every: 100,
});

function lost(cluster: Cluster, now: number): readonly number[] {
  return [...cluster.pass(now)];
}

Deno.test("Cluster.pass() takes the clients of the server that goes away", () => {
  const cluster = new Cluster(ROLLING, FIRST);
  assertEquals(lost(cluster, 0), [0, 2]);
  assertEquals(lost(cluster, 5), []);
  assertEquals(lost(cluster, 10), []);
  assertEquals(lost(cluster, 100), [1, 3]);
});

Deno.test("Cluster.pass() takes those who went to the other server as well", () => {
  const cluster = new Cluster(ROLLING, FIRST);
  lost(cluster, 0);
  assertEquals(cluster.answer(0, 1), { kind: "opened" });
  lost(cluster, 10);
  assertEquals(lost(cluster, 100), [0, 1, 3]);
});

Deno.test("Cluster.answer() chooses among the servers that are up", () => {
  const cluster = new Cluster(ROLLING, () => 0.99);
  lost(cluster, 0);
  lost(cluster, 10);
  // The server that came back is the last one in the list.
  cluster.answer(0, 20);
  assertEquals(lost(cluster, 100), [1, 3]);
});

Deno.test("Cluster.answer() refuses while no server is up", () => {
  const cluster = new Cluster(outage({ clients: 1, away: 10 }), FIRST);
  lost(cluster, 0);
  assertEquals(cluster.answer(0, 5), { kind: "refused" });
  assertEquals([cluster.isSettled, cluster.backAt], [false, 0]);
  lost(cluster, 10);
  assertEquals(cluster.answer(0, 10), { kind: "opened" });
  assertEquals([cluster.isSettled, cluster.backAt], [true, 10]);
});

for (const retryAfter of [undefined, 2_000] as const) {
  Deno.test(`Cluster.answer() turns away what exceeds the capacity of a window (${retryAfter})`, () => {
    const scenario: Scenario = outage({
      clients: 3,
      away: 10,
      capacity: 2,
      ...retryAfter !== undefined && { retryAfter },
    });
    const cluster = new Cluster(scenario, FIRST);
    lost(cluster, 0);
    lost(cluster, 10);
    const kinds = [10, 11, 12, WINDOW].map((now, client) =>
      cluster.answer(client % 3, now)
    );
    const busy = {
      kind: "busy" as const,
      ...retryAfter !== undefined && { retryAfter },
    };
    const opened = { kind: "opened" as const };
    assertEquals(kinds, [opened, opened, busy, opened]);
  });
}
