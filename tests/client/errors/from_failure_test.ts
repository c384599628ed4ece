import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import * as errors from "../../../lib/client/errors/mod.ts";
import {
  errorFromFailure,
  loadMessages,
} from "../../../lib/client/errors/from_failure.ts";
import type { FailureContext } from "../../../lib/client/errors/texts.ts";
import type { Failure } from "../../../lib/connection/failure.ts";

const CONTEXT: FailureContext = {
  attempt: 3,
  url: "wss://user:canary@example.com/feed?token=canary",
  delay: 2_400,
  secrets: ["canary"],
};

await loadMessages();

const LOSS: Failure = { type: "lost", detail: "reset by canary" };

const FAILURES: readonly [Failure, string, RegExp][] = [
  [
    { type: "connect", kind: "refused", detail: "os error 111" },
    "ConnectError",
    /^Connection refused: os error 111 /,
  ],
  [
    {
      type: "connect",
      kind: "refused",
      detail: "Connection refused (os error 111)",
    },
    "ConnectError",
    /^Connection refused \(os error 111\) /,
  ],
  [
    { type: "connect", kind: "dns", detail: "" },
    "ConnectError",
    /^Host not found \(/,
  ],
  [{ type: "connect", kind: "tls", detail: "" }, "ConnectError", /certificate/],
  [
    { type: "connect", kind: "unknown", detail: "" },
    "ConnectError",
    /gives no more details/,
  ],
  [{ type: "invalid", detail: "bad port" }, "ConnectError", /bad port/],
  [
    { type: "handshake", status: 401, headers: {}, detail: "" },
    "HandshakeError",
    /HTTP status 401 .*token/,
  ],
  [
    { type: "handshake", status: 403, headers: {}, detail: "403 Forbidden" },
    "HandshakeError",
    /^Handshake refused with HTTP status 403 Forbidden \(.*rights/,
  ],
  [
    { type: "handshake", status: 200, headers: {}, detail: "" },
    "HandshakeError",
    /no WebSocket server answers/,
  ],
  [
    { type: "handshake", status: 302, headers: {}, detail: "" },
    "HandshakeError",
    /URL of the redirect/,
  ],
  [
    { type: "handshake", status: 400, headers: {}, detail: "" },
    "HandshakeError",
    /expects/,
  ],
  [
    { type: "handshake", status: 404, headers: {}, detail: "" },
    "HandshakeError",
    /path/,
  ],
  [
    { type: "handshake", status: 429, headers: {}, detail: "", retryAfter: 5 },
    "HandshakeError",
    /429/,
  ],
  [
    { type: "handshake", status: 503, headers: {}, detail: "" },
    "HandshakeError",
    /is in trouble/,
  ],
  [
    { type: "open-timeout", timeout: 10_000, phase: "resolving" },
    "OpenTimeoutError",
    /10\.0 s while resolving/,
  ],
  [
    { type: "open-timeout", timeout: 10_000, phase: "opening" },
    "OpenTimeoutError",
    /firewall/,
  ],
  [
    { type: "open-timeout", timeout: 10_000, phase: "greeting" },
    "OpenTimeoutError",
    /greeting\.expect/,
  ],
  [LOSS, "ConnectionLostError", /without a close frame: reset by … /],
  [
    { type: "close-timeout", timeout: 5_000 },
    "ConnectionLostError",
    /close\(\) within 5\.0 s/,
  ],
  [
    { type: "closed", closeCode: 1011, reason: "oops", wasClean: true },
    "ConnectionClosedError",
    /code 1011: oops .*log/,
  ],
  [
    {
      type: "closed",
      closeCode: 1011,
      reason: "hook-token is bad",
      detail: "… is bad",
      wasClean: true,
    },
    "ConnectionClosedError",
    /code 1011: … is bad .*log/,
  ],
  [
    { type: "heartbeat", kind: "ping", timeout: 10_000 },
    "HeartbeatTimeoutError",
    /^No answer to a ping for 10\.0 s .*heartbeat\.timeout/,
  ],
  [
    { type: "heartbeat", kind: "probe", timeout: 3_500 },
    "HeartbeatTimeoutError",
    /^No answer to a ping for 3\.5 s .*probeTimeout/,
  ],
  [
    { type: "heartbeat", kind: "idle", timeout: 10_000 },
    "HeartbeatTimeoutError",
    /^Silence for 10\.0 s .*idleTimeout/,
  ],
  [
    { type: "protocol", closeCode: 1002, detail: "RSV1" },
    "ProtocolError",
    /RFC 6455: RSV1/,
  ],
  [
    { type: "protocol", closeCode: 1007, detail: "byte 3" },
    "ProtocolError",
    /not UTF-8: byte 3 .*as binary/,
  ],
  [
    { type: "too-big", limit: 5 },
    "ProtocolError",
    /larger than 5 bytes \(.*maxMessageSize/,
  ],
  [
    { type: "too-big", limit: 5, size: 6, offset: 7 },
    "ProtocolError",
    /larger than 5 bytes: 6 or more, at byte 7 after the handshake \(/,
  ],
  [
    { type: "too-big", limit: 5, offset: 7 },
    "ProtocolError",
    /larger than 5 bytes, at byte 7 after the handshake \(/,
  ],
  [
    { type: "provider", name: "url", detail: "no luck" },
    "ProviderError",
    /"url" failed: no luck/,
  ],
  [
    { type: "provider", name: "token", detail: "empty", retryable: false },
    "ProviderError",
    /"token" failed: empty .*Correct/,
  ],
  [
    { type: "inbox-overflow", messages: 7, bytes: 8 },
    "InboxOverflowError",
    /7 messages, 8 bytes/,
  ],
  [{ type: "worker", detail: "404", retryable: true }, "WorkerError", /404/],
  [
    { type: "worker", detail: "404", retryable: true, advice: "start" },
    "WorkerError",
    /^The worker failed: 404 .*worker-src.*new WorkerHost\(\{ url \}\)/,
  ],
  [
    {
      type: "worker",
      detail: "Requires read access",
      retryable: true,
      advice: "start",
    },
    "WorkerError",
    /--allow-read/,
  ],
  [
    { type: "worker", detail: "2", retryable: true, advice: "version" },
    "WorkerError",
    /same release/,
  ],
  [
    { type: "authentication", detail: "refused", cause: LOSS },
    "AuthenticationError",
    /refused/,
  ],
  [
    { type: "authentication", detail: "refused" },
    "AuthenticationError",
    /refused/,
  ],
  [
    { type: "exhausted", attempts: 4, elapsed: 9_000, cause: LOSS },
    "ReconnectError",
    /4 attempts in 9\.0 s: Connection lost/,
  ],
];

for (const [failure, name, message] of FAILURES) {
  Deno.test(`errorFromFailure() explains ${Deno.inspect(failure, { breakLength: Infinity })}`, () => {
    const error = errorFromFailure(failure, CONTEXT);
    assertInstanceOf(error, errors.SocketError);
    assertEquals(error.name, name);
    assertInstanceOf(error, Reflect.get(errors, name));
    assertMatch(error.message, message);
    assertMatch(
      error.message,
      /^[A-Z].*\(wss:\/\/…@example\.com\/feed\?token=…, attempt 3; tried again in 2\.4 s\).*(?<!\.)$/,
    );
    assert(!Deno.inspect(error).includes("canary"), Deno.inspect(error));
    assert(error.retryable);
  });
}

Deno.test("errorFromFailure() says when it is not tried again, or not before the network is back", () => {
  const final = errorFromFailure(LOSS, { ...CONTEXT, delay: "none" });
  assertMatch(final.message, /; not tried again\)/);
  assertEquals(final.retryable, false);
  const offline = errorFromFailure(LOSS, { ...CONTEXT, delay: Infinity });
  assertMatch(offline.message, /; tried again when the network is back\)/);
  const probe = errorFromFailure(LOSS, { ...CONTEXT, delay: "undecided" });
  assertMatch(probe.message, /; the connection is given up\)/);
});

Deno.test("errorFromFailure() leaves out a URL that is not known", () => {
  const error = errorFromFailure(LOSS, { ...CONTEXT, url: "" });
  assertMatch(error.message, /frame: reset by … \(attempt 3; /);
});

Deno.test("errorFromFailure() leaves out the attempt where none could be made", () => {
  const failure: Failure = { type: "worker", detail: "404", retryable: false };
  const error = errorFromFailure(failure, {
    ...CONTEXT,
    attempt: 0,
    delay: "none",
  });
  assertMatch(error.message, /: 404 \(wss:\S+, not tried again\)$/);
});

Deno.test("errorFromFailure() counts as people do", () => {
  const { message } = errorFromFailure(
    { type: "exhausted", attempts: 1, elapsed: 0, cause: LOSS },
    CONTEXT,
  );
  assertMatch(message, /^Gave up after 1 attempt in 0\.0 s: /);
});

Deno.test("errorFromFailure() keeps the fields", () => {
  const headers = { "retry-after": "5" };
  const handshake = errorFromFailure(
    { type: "handshake", status: 503, headers, detail: "", retryAfter: 5_000 },
    CONTEXT,
  );
  assert(handshake instanceof errors.HandshakeError);
  assertEquals([handshake.status, handshake.headers, handshake.retryAfter], [
    503,
    headers,
    5_000,
  ]);
  const closed = errorFromFailure(
    { type: "closed", closeCode: 4404, reason: "gone", wasClean: true },
    CONTEXT,
  );
  assert(closed instanceof errors.ConnectionClosedError);
  assertEquals([closed.closeCode, closed.reason, closed.wasClean], [
    4404,
    "gone",
    true,
  ]);
  const exhausted = errorFromFailure(
    { type: "exhausted", attempts: 4, elapsed: 9, cause: LOSS },
    { ...CONTEXT, delay: "none" },
  );
  assert(exhausted instanceof errors.ReconnectError);
  assertEquals([exhausted.attempts, exhausted.elapsed, exhausted.retryable], [
    4,
    9,
    true,
  ]);
  assertInstanceOf(exhausted.cause, errors.ConnectionLostError);
});

Deno.test("errorFromFailure() gives what a provider threw as cause", () => {
  const cause = new Error("no luck");
  const error = errorFromFailure(
    { type: "provider", name: "token", detail: "no luck" },
    {
      ...CONTEXT,
      thrown: { thrown: (name) => name === "token" ? cause : undefined },
    },
  );
  assert(error instanceof errors.ProviderError);
  assertEquals([error.provider, error.cause], ["token", cause]);
});
