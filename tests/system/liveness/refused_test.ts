import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import {
  type DisconnectEvent,
  HandshakeError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
} from "@holdfast/websocket";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, within } from "../waiting.ts";

const RETRYABLE = [408, 425, 429, 500, 502, 503, 504];
const FATAL = [400, 401, 403, 404, 410, 426, 501, 505];
/** The policy's first delay, and the jitter on top of what a server says. */
const POLICY = 3_000;
const JITTER = 15_000;
/** The default for servers elsewhere. */
const SPREAD = { first: POLICY, cap: JITTER } as const;
/** What a server's advice is obeyed up to. */
const LONGEST = 600_000;
const FLEET = 8;

for (const transport of ["ws", "native"] as const) {
  Deno.test(`HandshakeError tells which refusals are tried again (${transport})`, async () => {
    await using server = await startWsServer();
    for (const status of [...RETRYABLE, ...FATAL]) {
      await server.configure({ handshake: { type: "refuse", status } });
      await using socket = new ReconnectingWebSocket(server.url, [], {
        transport,
      });
      const outcome = Promise.race([
        next(socket, "disconnect").then(() => "retryable"),
        next(socket, "close").then(({ why }) => why),
      ]);
      const { error } = await next(socket, "error");
      assertInstanceOf(error, HandshakeError, String(error));
      const isRetryable = RETRYABLE.includes(status);
      assertEquals(
        [error.status, error.retryable, await outcome],
        [status, isRetryable, isRetryable ? "retryable" : "fatal"],
      );
      // The other one of the two never comes.
      socket.close();
      await within(socket.closed.catch(() => {}));
    }
  });
}

Deno.test("HandshakeError carries Retry-After in seconds, obeyed with jitter on top", async () => {
  const { losses, errors } = await refuse({ "Retry-After": "10" });
  for (const { delay } of losses) {
    assertGreaterOrEqual(delay, 10_000);
    assertLess(delay, 10_000 + JITTER);
  }
  // A fleet that was given "10" does not come back as one.
  const delays = losses.map(({ delay }) => delay).sort((a, b) => a - b);
  assertEquals(new Set(delays).size, FLEET);
  assertGreaterOrEqual(delays.at(-1)! - delays[0]!, JITTER / 10);
  for (const error of errors) {
    assertEquals([error.status, error.retryAfter], [503, 10_000]);
    assertEquals(error.headers["retry-after"], "10");
  }
});

Deno.test("HandshakeError carries Retry-After as a date", async () => {
  const at = new Date(Date.now() + 60_000).toUTCString();
  const { losses, errors } = await refuse({ "Retry-After": at });
  for (const { retryAfter = NaN } of errors) {
    // The date has whole seconds, and the servers had to start.
    assert(retryAfter > 40_000 && retryAfter <= 60_000, `${retryAfter}`);
  }
  for (const { delay } of losses) {
    assert(delay > 40_000 && delay < 60_000 + JITTER, `${delay}`);
  }
});

Deno.test("Retry-After is obeyed up to ten minutes, and never shortens the policy's own delay", async () => {
  const long = await refuse({ "Retry-After": "86400" });
  for (const { delay } of long.losses) {
    assert(delay >= LONGEST && delay < LONGEST + JITTER, `${delay}`);
  }
  const steady = {
    strategy: "exponential",
    initialDelay: 7_000,
    jitter: "none",
  } as const;
  const { losses } = await refuse({ "Retry-After": "0" }, { backoff: steady });
  for (const { delay } of losses) assertGreaterOrEqual(delay, 7_000);
});

Deno.test("Retry-After that cannot be read changes nothing", async () => {
  const { losses, errors } = await refuse({ "Retry-After": "soon" });
  for (const { delay } of losses) assertLess(delay, POLICY);
  assertEquals(errors.map(({ retryAfter }) => retryAfter), [
    ...Array(FLEET).fill(undefined),
  ]);
});

for (const transport of ["ws", "native"] as const) {
  Deno.test(`ReconnectingWebSocket() obeys the advice in a close reason (${transport})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      backoff: SPREAD,
    });
    await within(socket.opened);
    for (
      const [closeCode, reason, least] of [
        [1013, "Full, retry-after=20", 20_000],
        [1012, '{"retryAfter":30.5}', 30_500],
        [1012, "Restart", 0],
        [4000, "retry-after=20", 0],
      ] as const
    ) {
      const lost = next(socket, "disconnect");
      await server.close(closeCode, reason);
      const { delay } = await lost;
      const most = least === 0 ? JITTER : least + JITTER;
      assert(delay >= least && delay < most, `${reason}: ${delay}`);
      const back = next(socket, "open");
      socket.reconnect();
      await back;
    }
  });
}

/** Lets a server refuse a fleet, and collects what its clients report. */
async function refuse(
  headers: Readonly<Record<string, string>>,
  options: ReconnectingWebSocketOptions = {},
): Promise<{
  readonly losses: readonly DisconnectEvent[];
  readonly errors: readonly HandshakeError[];
}> {
  await using server = await startWsServer({
    handshake: { type: "refuse", status: 503, headers },
  });
  await using stack = new AsyncDisposableStack();
  const fleet = Array.from({ length: FLEET }, () =>
    stack.use(
      new ReconnectingWebSocket(server.url, [], {
        backoff: SPREAD,
        ...options,
      }),
    ));
  const losses = await Promise.all(
    fleet.map((socket) => next(socket, "disconnect")),
  );
  const errors = losses.map(({ error }) => error).filter((error) =>
    error instanceof HandshakeError
  );
  assertEquals(errors.length, FLEET);
  return { losses, errors };
}
