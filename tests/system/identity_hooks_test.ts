import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import {
  AuthenticationError,
  OpenTimeoutError,
  ProviderError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  WorkerError,
} from "@holdfast/websocket";
import { startWsServer } from "./servers/ws_server.ts";
import { block, failure, next } from "./waiting.ts";

const MODULE = import.meta.resolve("./programs/identity_hooks.ts");
const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;
const TOKEN = { token: { placement: { query: "t" } } } as const;
const GREETING = { greeting: { hook: true } } as const;
const HEARTBEAT = {
  heartbeat: {
    interval: 20,
    timeout: 5_000,
    message: { hook: true },
    expect: { hook: true },
  },
} as const;

const failures: readonly [
  way: string,
  hook: string,
  options: ReconnectingWebSocketOptions,
][] = [
  ["load=throws", "hooks", {}],
  ["token=throws", "token", TOKEN],
  ["token=rejects", "token", TOKEN],
  ["greeting=rejects", "greeting", GREETING],
  ["ping=throws", "ping", HEARTBEAT],
  ["isPong=throws", "isPong", HEARTBEAT],
];

for (const [way, hook, options] of failures) {
  Deno.test(`hooks: a failure names the hook (${way})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: FAST,
      hooks: `${MODULE}?${way}`,
    });
    const { error } = await next(socket, "disconnect");
    assertInstanceOf(error, ProviderError);
    assertEquals(error.provider, hook);
    assertStringIncludes(error.message, `"${hook}"`);
    assert(error.retryable);
  });
}

for (
  const [way, options] of [
    ["token=hangs", TOKEN],
    ["greeting=hangs", GREETING],
  ] as const
) {
  Deno.test(`hooks: one that hangs falls under the open timeout (${way})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: FAST,
      openTimeout: 100,
      hooks: `${MODULE}?${way}`,
    });
    const { error } = await next(socket, "disconnect");
    assertInstanceOf(error, OpenTimeoutError);
  });
}

Deno.test("hooks: one that blocks the worker is caught by the watchdog", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    ...TOKEN,
    worker: "dedicated",
    hooks: `${MODULE}?token=blocks`,
  });
  const { error } = await next(socket, "disconnect");
  assertInstanceOf(error, WorkerError);
  assertStringIncludes(error.message, "did not answer for 10000 ms");
});

Deno.test("hooks: a greeting that refuses the token asks for one more", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    ...TOKEN,
    ...GREETING,
    backoff: FAST,
    hooks: `${MODULE}?greeting=refuses`,
  });
  const error = await failure(socket.closed);
  assertInstanceOf(error, AuthenticationError);
  const { connections } = await server.report();
  assertEquals(connections.map(({ target }) => target), [
    "/?t=hook-token-1",
    "/?t=hook-token-2",
  ]);
});

Deno.test("hooks: work while the main thread is blocked", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    ...TOKEN,
    ...GREETING,
    ...HEARTBEAT,
    hooks: MODULE,
  });
  await socket.opened;
  const reopened = next(socket, "open");
  socket.reconnect();
  // The command crosses in a microtask.
  await Promise.resolve().then(() => {});
  block(1_500);
  const until = Date.now();
  await reopened;
  const [, second] = await server.history();
  assert(second !== undefined);
  assertLess(second.openedAt, until);
  const [hello, ...pings] = second.history.filter(({ at }) => at < until);
  assertEquals(hello?.data, "hello hook-token-1");
  assert(pings.length >= 20, `${pings.length} pings while it was blocked`);
});
