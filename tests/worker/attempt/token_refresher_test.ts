import { assertEquals } from "@std/assert";
import type { TokenPlacement } from "../../../lib/boundary/protocol.ts";
import { queueTask } from "../../../lib/platform/task.ts";
import { AttemptScope } from "../../../lib/worker/attempt/attempt_scope.ts";
import { TokenRefresher } from "../../../lib/worker/attempt/token_refresher.ts";
import { ManualClock } from "../../platform/manual_clock.ts";

/** A refresher whose tokens are due after 100 ms, each, and what it does. */
function makeRefresher(placement: TokenPlacement, ...tokens: string[]) {
  const clock = new ManualClock();
  const attempt = new AttemptScope(1);
  const log: string[] = [];
  const changed = { resolve: () => {} };
  const refresher = new TokenRefresher(attempt, {
    clock,
    limit: 1_000,
    token: "first",
    setup: {
      source: { kind: "client" },
      placement,
      insecure: "allowed",
      leeway: 0,
      renewal: '{"auth":"{token}"}',
    },
    source: {
      renewAt: clock.wallNow() + 99.5,
      token: () => {
        const token = tokens.shift();
        return token === undefined
          ? Promise.reject(new Error("None"))
          : Promise.resolve(token);
      },
    },
    send: (message) => log.push(`send ${message}`),
    authenticate: (token) => log.push(`authenticate ${token}`),
    report: (detail) => log.push(`report ${detail}`),
    changed: () => changed.resolve(),
  });
  const run = async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    changed.resolve = resolve;
    refresher.run();
    await promise;
  };
  return { attempt, clock, log, refresher, run };
}

const HEADER = { kind: "header", name: "A", scheme: "Bearer" } as const;

Deno.test("TokenRefresher.run() sends a new token as the option says, when it is due", async () => {
  const { clock, log, refresher, run } = makeRefresher(HEADER, 'ne"w', 'ne"w');
  const start = clock.now();
  assertEquals(refresher.nextAt, start + 100);
  refresher.run();
  assertEquals([log, refresher.nextAt], [[], start + 100]);
  clock.advance(100);
  await run();
  assertEquals(log, ['send {"auth":"ne\\"w"}']);
  clock.advance(1_000);
  await run();
  assertEquals(log.length, 1, "It is the same");
});

Deno.test("TokenRefresher.run() puts a token into the session that is its place", async () => {
  const { clock, log, run } = makeRefresher({ kind: "session" }, "new");
  clock.advance(100);
  await run();
  assertEquals(log, ["authenticate new"]);
});

Deno.test("TokenRefresher.run() reports that there is no token, and goes on", async () => {
  const { clock, log, refresher, run } = makeRefresher(HEADER);
  clock.advance(100);
  await run();
  assertEquals(log, ["report Error: None"]);
  assertEquals(refresher.nextAt, clock.now() + 1_000);
});

Deno.test("TokenRefresher.run() does nothing for a connection that is gone", async () => {
  const { attempt, clock, log, refresher } = makeRefresher(HEADER, "new");
  clock.advance(100);
  refresher.run();
  attempt.end();
  await new Promise<void>((resolve) => queueTask(resolve));
  assertEquals(log, []);
});
