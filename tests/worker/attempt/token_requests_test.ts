import { assertEquals } from "@std/assert";
import { AttemptScope } from "../../../lib/worker/attempt/attempt_scope.ts";
import type { AttemptContext } from "../../../lib/worker/attempt/hooks.ts";
import { TokenRequests } from "../../../lib/worker/attempt/token_requests.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

const LIMIT = 10_000;

function makeRequests() {
  const clock = new ManualClock();
  const attempt = new AttemptScope(3);
  const contexts: AttemptContext[] = [];
  const fetches: PromiseWithResolvers<string>[] = [];
  const requests = new TokenRequests(attempt, {
    clock,
    limit: LIMIT,
    token: "first",
    fetch: (context) => {
      const fetch = Promise.withResolvers<string>();
      contexts.push(context);
      fetches.push(fetch);
      return fetch.promise;
    },
  });
  return { requests, clock, attempt, contexts, fetches };
}

Deno.test("TokenRequests.run() asks when it is time, one request at a time", async () => {
  const { requests, clock, fetches } = makeRequests();
  assertEquals(requests.nextAt(100), 100);
  assertEquals(requests.run(100), undefined);
  clock.advance(100);
  const outcome = requests.run(100);
  assertEquals(requests.nextAt(100), Infinity);
  assertEquals(requests.run(100), undefined);
  fetches[0]?.resolve("t");
  assertEquals(await outcome, { kind: "new", token: "t" });
  assertEquals([fetches.length, requests.nextAt(9_000)], [1, 9_000]);
});

Deno.test("TokenRequests.run() pauses, and longer when it got the same token", async () => {
  const { requests, clock, fetches } = makeRequests();
  const kinds: unknown[] = [];
  const pauses: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const outcome = requests.run(0);
    fetches[n]?.resolve("t");
    kinds.push((await outcome)?.kind);
    pauses.push(requests.nextAt(0) - clock.now());
    clock.advance(1_000);
  }
  assertEquals(kinds, ["new", "same", "same"]);
  assertEquals(pauses, [100, 1_000, 1_000]);
});

Deno.test("TokenRequests.run() sends nothing where the token is that of the opening", async () => {
  const { requests, clock, fetches } = makeRequests();
  const outcome = requests.run(0);
  fetches[0]?.resolve("first");
  assertEquals(await outcome, { kind: "same" });
  assertEquals(requests.nextAt(0) - clock.now(), 1_000);
});

Deno.test("TokenRequests.run() pauses longer with each failure, up to a minute", async () => {
  const { requests, clock, fetches } = makeRequests();
  const pauses: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const outcome = requests.run(0);
    fetches[n]?.reject(new Error("no"));
    assertEquals(await outcome, { kind: "failed", detail: "Error: no" });
    pauses.push(requests.nextAt(0) - clock.now());
    clock.advance(60_000);
  }
  const seconds = pauses.map((pause) => pause / 1_000);
  assertEquals(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
});

Deno.test("TokenRequests.run() gives up a request that is never answered, and asks again", async () => {
  const { requests, clock, contexts, fetches } = makeRequests();
  const outcome = requests.run(0);
  clock.advance(LIMIT);
  assertEquals(await outcome, {
    kind: "failed",
    detail: "Error: No answer within 10000 ms",
  });
  // What the function gives now must not replace what is asked for next.
  assertEquals(contexts[0]?.signal.aborted, true);
  clock.advance(requests.nextAt(0) - clock.now());
  const next = requests.run(0);
  fetches[0]?.resolve("late");
  fetches[1]?.resolve("t");
  assertEquals(await next, { kind: "new", token: "t" });
  assertEquals(clock.timers, 0);
});

Deno.test("TokenRequests.run() is over with the connection", async () => {
  const { requests, clock, attempt, contexts, fetches } = makeRequests();
  const outcome = requests.run(0);
  attempt.end();
  fetches[0]?.resolve("t");
  assertEquals(await outcome, { kind: "over" });
  assertEquals(contexts[0]?.signal.aborted, true);
  assertEquals([requests.run(0), clock.timers], [undefined, 0]);
});

Deno.test("TokenRequests.run() counts no failure of a connection that is gone", async () => {
  const { requests, attempt, fetches } = makeRequests();
  const outcome = requests.run(0);
  attempt.end();
  fetches[0]?.reject(new Error("no"));
  assertEquals(await outcome, { kind: "over" });
});
