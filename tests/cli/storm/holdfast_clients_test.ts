import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolveOptions } from "../../../lib/client/options/resolve.ts";
import { HoldfastClients } from "../../../lib/cli/storm/holdfast_clients.ts";

const OPENED = { kind: "opened" } as const;
const REFUSED = { kind: "refused" } as const;

/** One client with fixed delays. */
function makeClient(maxAttempts = Infinity): HoldfastClients {
  const { setup } = resolveOptions("wss://example.com", [], {
    heartbeat: false,
    backoff: {
      strategy: "exponential",
      initialDelay: 100,
      maxDelay: 10_000,
      factor: 2,
      jitter: "none",
      maxAttempts,
    },
  });
  return new HoldfastClients(1, { config: setup.config, random: () => 0.5 });
}

Deno.test("HoldfastClients run the real state machine: a delay per attempt", () => {
  const clients = makeClient();
  assertEquals(clients.lose(0, 1_000), 1_100);
  assertEquals(clients.attempt(0, 1_100, REFUSED), 1_300);
  assertEquals(clients.attempt(0, 1_300, REFUSED), 1_700);
  assertEquals(clients.attempt(0, 1_700, OPENED), Infinity);
});

Deno.test("HoldfastClients obey Retry-After", () => {
  const clients = makeClient();
  const due = clients.lose(0, 0);
  const busy = { kind: "busy", retryAfter: 60_000 } as const;
  assert(clients.attempt(0, due, busy) >= due + 60_000);
  const again = makeClient();
  again.lose(0, 0);
  assertEquals(again.attempt(0, 100, { kind: "busy" }), 300);
});

Deno.test("HoldfastClients give up after the last attempt", () => {
  const clients = makeClient(1);
  const due = clients.lose(0, 0);
  assertEquals(clients.attempt(0, due, REFUSED), Infinity);
});

Deno.test("HoldfastClients cannot lose a connection that they do not have", () => {
  const clients = makeClient();
  clients.lose(0, 0);
  assertThrows(() => clients.lose(0, 1), Error, "waiting has no socket");
});
