import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  HandshakeError,
  ProviderError,
  ReconnectError,
} from "../../lib/client/errors/mod.ts";
import {
  closedError,
  errorDetails,
  errorMessage,
  errorType,
  serverAttributes,
  unwrapError,
} from "../../lib/otel/attributes.ts";

const INIT = { retryable: true };
const REFUSED = new ConnectError("No", { ...INIT, kind: "refused" });

Deno.test("serverAttributes() reads host, port and scheme, and nothing else", () => {
  const url = "wss://user:canary@example.com/canary?token=canary";
  assertEquals(serverAttributes(url), {
    "server.address": "example.com",
    "server.port": 443,
    "url.scheme": "wss",
  });
  assertEquals(serverAttributes("ws://localhost/")["server.port"], 80);
  assertEquals(serverAttributes("wss://[::1]:8443/"), {
    "server.address": "::1",
    "server.port": 8443,
    "url.scheme": "wss",
  });
});

Deno.test("serverAttributes() is empty while the URL is not known", () => {
  assertEquals(serverAttributes(""), {});
});

Deno.test("unwrapError() returns the error of the last attempt", () => {
  const exhausted = { ...INIT, attempts: 3, elapsed: 1 };
  const wrapped = new ReconnectError("Enough", {
    ...exhausted,
    cause: REFUSED,
  });
  assertStrictEquals(unwrapError(wrapped), REFUSED);
  const bare = new ReconnectError("Enough", exhausted);
  assertStrictEquals(unwrapError(bare), bare);
  assertStrictEquals(unwrapError(REFUSED), REFUSED);
});

Deno.test("errorType() and errorDetails() describe each kind of error", () => {
  const refusal = { ...INIT, status: 503, headers: { a: "canary" } };
  const close = { ...INIT, closeCode: 4401, reason: "canary", wasClean: true };
  const cases = [
    [REFUSED, { "holdfast.error.kind": "refused" }],
    [new HandshakeError("", refusal), { "http.response.status_code": 503 }],
    [
      new ProviderError("", { ...INIT, provider: "token" }),
      { "holdfast.error.kind": "token" },
    ],
    [new ConnectionClosedError("", close), { "holdfast.close.code": 4401 }],
    [closedError(1008), { "holdfast.close.code": 1008 }],
    [new AuthenticationError("", INIT), {}],
  ] as const;
  for (const [error, details] of cases) {
    assertEquals(errorDetails(error), details);
    assertEquals(errorType(error), { "error.type": error.name });
  }
  assertEquals(errorType(REFUSED), { "error.type": "ConnectError" });
});

Deno.test("errorMessage() ends each URL behind its origin", () => {
  const cases = [
    [
      "Refused (wss://h:1/a/canary?b=…, attempt 2; again). Check",
      "Refused (wss://h:1, attempt 2; again). Check",
    ],
    ["No (ws://h/a,canary);canary, attempt 1)", "No (ws://h, attempt 1)"],
    [
      "See https://h/canary and WS://[::1]/canary",
      "See https://h and WS://[::1]",
    ],
    ["Try ws://h?canary; then ws://h#canary", "Try ws://h; then ws://h"],
    ["At ws://h, no path", "At ws://h, no path"],
    ["Nothing to hide", "Nothing to hide"],
  ] as const;
  for (const [message, expected] of cases) {
    const error = new ConnectError(message, { ...INIT, kind: "unknown" });
    assertEquals(errorMessage(error), expected);
  }
});
