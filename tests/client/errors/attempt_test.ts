import { assertEquals } from "@std/assert";
import {
  ConnectError,
  HandshakeError,
  ProviderError,
  ReconnectError,
} from "../../../lib/client/errors/attempt.ts";

const INIT = { retryable: true, cause: "cause" };

Deno.test("ConnectError() keeps the kind", () => {
  const error = new ConnectError("No", { ...INIT, kind: "dns" });
  assertEquals([error.kind, error.cause], ["dns", "cause"]);
});

Deno.test("HandshakeError() keeps the answer", () => {
  const headers = { server: "x" };
  const answer = { status: 429, headers };
  const error = new HandshakeError("No", { ...INIT, ...answer });
  assertEquals([error.status, error.headers, error.retryAfter], [
    429,
    headers,
    undefined,
  ]);
  const later = new HandshakeError("No", {
    ...INIT,
    ...answer,
    retryAfter: 5,
  });
  assertEquals(later.retryAfter, 5);
});

Deno.test("ProviderError() keeps the function's name", () => {
  const error = new ProviderError("No", { ...INIT, provider: "token" });
  assertEquals(error.provider, "token");
});

Deno.test("ReconnectError() keeps what was tried", () => {
  const error = new ReconnectError("No", { ...INIT, attempts: 3, elapsed: 9 });
  assertEquals([error.attempts, error.elapsed], [3, 9]);
});
