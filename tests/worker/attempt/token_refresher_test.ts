import { assertEquals } from "@std/assert";
import { TokenRefresher } from "../../../lib/worker/attempt/token_refresher.ts";

function makeRenewal() {
  const told: string[] = [];
  const state = { now: 0, dueAt: 100 };
  const fetches: PromiseWithResolvers<string>[] = [];
  const abort = new AbortController();
  const renewal = new TokenRefresher({
    dueAt: () => state.dueAt,
    now: () => state.now,
    fetch: () => {
      const fetch = Promise.withResolvers<string>();
      fetches.push(fetch);
      return fetch.promise;
    },
    send: (token) => told.push(`send ${token}`),
    failed: (detail) => told.push(`failed ${detail}`),
    changed: () => told.push(`next at ${renewal.nextAt}`),
  }, abort.signal);
  return { renewal, told, state, fetches, abort };
}

Deno.test("Renewal.run() asks when it is time, one request at a time", async () => {
  const { renewal, told, state, fetches } = makeRenewal();
  assertEquals(renewal.nextAt, 100);
  renewal.run();
  assertEquals(fetches.length, 0);
  state.now = 100;
  renewal.run();
  assertEquals(renewal.nextAt, Infinity);
  state.now = 5_000;
  renewal.run();
  assertEquals(fetches.length, 1);
  state.dueAt = 9_000;
  fetches[0]?.resolve("t");
  await fetches[0]?.promise;
  assertEquals(told, ["send t", "next at 9000"]);
});

Deno.test("Renewal.run() leaves a pause, longer when it got the same token", async () => {
  const { renewal, told, state, fetches } = makeRenewal();
  for (const [index, now] of [200, 300, 1_300].entries()) {
    state.now = now;
    renewal.run();
    fetches[index]?.resolve("t");
    await fetches[index]?.promise;
  }
  assertEquals(told, [
    "send t",
    "next at 300",
    "next at 1300",
    "next at 2300",
  ]);
});

Deno.test("Renewal.run() pauses longer with each failure, up to a minute", async () => {
  const { renewal, told, state, fetches } = makeRenewal();
  const pauses: number[] = [];
  state.now = 100;
  for (let n = 0; n < 8; n += 1) {
    renewal.run();
    fetches[n]?.reject(new Error("no"));
    await fetches[n]?.promise.catch(() => {});
    await Promise.resolve();
    pauses.push(renewal.nextAt - state.now);
    state.now = renewal.nextAt;
  }
  assertEquals(pauses, [
    1_000,
    2_000,
    4_000,
    8_000,
    16_000,
    32_000,
    60_000,
    60_000,
  ]);
  assertEquals(told[0], "failed Error: no");
});

Deno.test("Renewal.run() sends nothing on a connection that is gone", async () => {
  const { renewal, told, state, fetches, abort } = makeRenewal();
  state.now = 100;
  renewal.run();
  abort.abort();
  fetches[0]?.resolve("t");
  await fetches[0]?.promise;
  assertEquals(told, []);
  renewal.run();
  assertEquals(fetches.length, 1);
});
