import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TokenSetup } from "../../../lib/boundary/protocol.ts";
import { ResolveError } from "../../../lib/worker/attempt/failures.ts";
import { TokenCache } from "../../../lib/worker/attempt/token_cache.ts";

const NOW = 1_000_000_000_000;

/** A JWT that expires so many seconds from now. */
function jwt(seconds: number, name = "x"): string {
  const claims = JSON.stringify({ exp: NOW / 1_000 + seconds, name });
  return `h.${btoa(claims)}.s`;
}

function cacheWith(
  tokens: readonly unknown[],
  setup: Partial<TokenSetup> = {},
) {
  const clock = { now: NOW };
  const asked: number[] = [];
  const cache = new TokenCache({
    source: { kind: "client" },
    placement: { kind: "query", name: "t" },
    insecure: "allowed",
    leeway: 30_000,
    renewal: "renew {token}",
    ...setup,
  }, {
    fetch: () => Promise.resolve(tokens[asked.push(clock.now) - 1]),
    clock: { wallNow: () => clock.now },
  });
  const context = { attempt: 1, signal: new AbortController().signal };
  return { cache, clock, asked, token: () => cache.token(context) };
}

Deno.test("TokenCache.token() keeps a token until shortly before it expires", async () => {
  const [first, second] = [jwt(300, "a"), jwt(600, "b")];
  const { cache, clock, asked, token } = cacheWith([first, second]);
  assertEquals(cache.renewAt, Infinity);
  assertEquals(await token(), first);
  assertEquals(cache.renewAt, NOW + 270_000);
  clock.now = NOW + 269_999;
  assertEquals(await token(), first);
  clock.now = NOW + 270_000;
  assertEquals(await token(), second);
  assertEquals(asked.length, 2);
});

Deno.test("TokenCache.token() takes a quarter at most of a short life as leeway", async () => {
  const { cache, token } = cacheWith([jwt(5)]);
  await token();
  assertEquals(cache.renewAt, NOW + 3_750);
});

Deno.test("TokenCache.token() keeps for good what does not say that it expires", async () => {
  const { cache, clock, asked, token } = cacheWith(["opaque"]);
  await token();
  clock.now += 1e12;
  assertEquals(await token(), "opaque");
  assertEquals([asked.length, cache.renewAt], [1, Infinity]);
});

Deno.test("TokenCache.renewAt does not hammer where a new token seems to have expired", async () => {
  const { cache, asked, token } = cacheWith([jwt(-60), jwt(-60)]);
  await token();
  assertEquals(cache.renewAt, Infinity);
  await token();
  assertEquals(asked.length, 2);
});

Deno.test("TokenCache.renewAt is never without a renewal message", async () => {
  const { renewal: _, ...setup } = { renewal: "" };
  const clock = { wallNow: () => NOW };
  const cache = new TokenCache({
    source: { kind: "client" },
    placement: { kind: "query", name: "t" },
    insecure: "allowed",
    leeway: 0,
    ...setup,
  }, { fetch: () => Promise.resolve(jwt(5)), clock });
  await cache.token({ attempt: 1, signal: new AbortController().signal });
  assertEquals(cache.renewAt, Infinity);
});

Deno.test("TokenCache.invalidate() asks for a new one", async () => {
  const { cache, asked, token } = cacheWith(["a", "b"]);
  await token();
  cache.invalidate();
  assertEquals(await token(), "b");
  assertEquals(asked.length, 2);
});

Deno.test("TokenCache.token() gives a static token as it is", async () => {
  const source = { kind: "static", token: "fixed" } as const;
  const { asked, token } = cacheWith([], { source });
  assertEquals(await token(), "fixed");
  assertEquals(asked, []);
});

Deno.test("TokenCache.token() refuses what could inject a header or is no token", async () => {
  for (const bad of ["", "a\r\nX: y", "a\u0000", "a\u007f", undefined, 5]) {
    const { token } = cacheWith([bad]);
    const error = await assertRejects(token, ResolveError);
    assert(error.failure.type === "provider");
    assertEquals(error.failure.retryable, false);
  }
  const source = { kind: "static", token: "a\nb" } as const;
  await assertRejects(cacheWith([], { source }).token, ResolveError);
});

Deno.test("TokenCache.token() leaves out a line break at the end", async () => {
  const { token } = cacheWith(["from-a-file\n"]);
  assertEquals(await token(), "from-a-file");
});

Deno.test("TokenCache.token() keeps nothing for an attempt that is over", async () => {
  const { cache, asked, token } = cacheWith(["late", "new"]);
  const abort = new AbortController();
  const late = cache.token({ attempt: 1, signal: abort.signal });
  abort.abort();
  assertEquals(await late, "late");
  assertEquals(await token(), "new");
  assertEquals(asked.length, 2);
});
