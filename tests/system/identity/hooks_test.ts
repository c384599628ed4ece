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
import { startWsServer } from "../servers/echo/ws_server.ts";
import { blockIdly, failure, next, within } from "../waiting.ts";

const MODULE = import.meta.resolve("./header_hooks.ts");
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
    assertInstanceOf(error, ProviderError, String(error));
    assertEquals(error.provider, hook);
    assertStringIncludes(error.message, `"${hook}"`);
    assert(error.retryable);
  });
}

for (
  const [what, code, hook, options] of [
    ["that cannot be parsed", "export const token = (;", "hooks", TOKEN],
    ["with a value for a function", "export const url = 5;", "hooks", {}],
    ["without token()", "export {};", "token", TOKEN],
    ["without greeting()", "export {};", "greeting", GREETING],
    ["without ping()", "export {};", "ping", HEARTBEAT],
  ] as const
) {
  Deno.test(`hooks: a module ${what} ends the socket at once`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      hooks: `data:text/javascript,${encodeURIComponent(code)}`,
    });
    const error = await failure(within(socket.closed));
    assertInstanceOf(error, ProviderError, String(error));
    assertEquals([error.provider, error.retryable], [hook, false]);
    assertStringIncludes(error.message, "Correct it: another attempt");
    assertEquals(socket.metrics().attempts, 1);
  });
}

Deno.test("hooks: a module that cannot be downloaded now is downloaded again", async () => {
  await using server = await startWsServer();
  // A module that is downloaded would be entered in the lockfile.
  let status = 503;
  await using modules = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { status }),
  );
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    hooks: `http://127.0.0.1:${modules.addr.port}/hooks.js`,
  });
  const { error } = await next(socket, "disconnect");
  assertInstanceOf(error, ProviderError, String(error));
  assertEquals([error.provider, error.retryable], ["hooks", true]);
  assertStringIncludes(error.message, "503");
  status = 403;
  const fatal = await failure(within(socket.closed));
  assertInstanceOf(fatal, ProviderError, String(fatal));
  assertStringIncludes(fatal.message, "403");
});

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
    assertInstanceOf(error, OpenTimeoutError, String(error));
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
  assertInstanceOf(error, WorkerError, String(error));
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
  assertInstanceOf(error, AuthenticationError, String(error));
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
  blockIdly(3_000);
  const until = Date.now();
  await reopened;
  const [, second] = await server.history();
  assert(second !== undefined);
  assertLess(second.openedAt, until);
  const [hello, ...pings] = second.history.filter(({ at }) => at < until);
  assertEquals(hello?.data, "hello hook-token-1");
  assert(pings.length >= 20, `${pings.length} pings while it was blocked`);
});
