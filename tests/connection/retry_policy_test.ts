import { assertEquals } from "@std/assert";
import type { Failure } from "../../lib/connection/failure.ts";
import {
  decide,
  FATAL_CLOSE_CODES,
  isFatal,
  isUnauthorized,
} from "../../lib/connection/retry_policy.ts";

const CONFIG = { fatalCloseCodes: FATAL_CLOSE_CODES };

function closed(closeCode: number): Failure {
  return { type: "closed", closeCode, reason: "", wasClean: true };
}

function handshake(status: number): Failure {
  return { type: "handshake", status, headers: {}, detail: "" };
}

const RENEWABLE = { ...CONFIG, renewableToken: true };
const FIXED = { ...CONFIG, renewableToken: false };

function decided(
  failure: Failure,
  { config = RENEWABLE, token = "proven", verdict }: {
    readonly config?: typeof RENEWABLE;
    readonly token?: "proven" | "renewed";
    readonly verdict?: "retry" | "fatal";
  } = {},
): string {
  return decide({ failure, token, verdict }, config).kind;
}

Deno.test("decide() retries what may pass, and ends what cannot", () => {
  assertEquals(decided(handshake(503)), "retry");
  assertEquals(decided(handshake(404)), "fatal");
});

Deno.test("decide() follows the verdict of classify()", () => {
  assertEquals(decided(handshake(404), { verdict: "retry" }), "retry");
  assertEquals(decided(handshake(503), { verdict: "fatal" }), "fatal");
  assertEquals(decided(handshake(401), { verdict: "fatal" }), "fatal");
});

Deno.test("decide() renews a refused token once", () => {
  const rejected: Failure = { type: "authentication", detail: "" };
  for (const failure of [handshake(401), closed(4401), rejected]) {
    assertEquals(decided(failure), "renew");
    assertEquals(
      decide({ failure, token: "renewed", verdict: undefined }, RENEWABLE),
      {
        kind: "fatal",
        failure: {
          type: "authentication",
          detail: "A fresh token was refused as well",
          cause: failure,
        },
      },
    );
    const again = { token: "renewed", verdict: "retry" } as const;
    assertEquals(decided(failure, again), "renew");
  }
});

Deno.test("decide() has nothing to renew where the token is fixed", () => {
  assertEquals(decided(handshake(401), { config: FIXED }), "fatal");
  assertEquals(
    decided(handshake(401), { config: FIXED, verdict: "retry" }),
    "retry",
  );
});

Deno.test("isFatal() ends after a handshake refused with 4xx", () => {
  for (const status of [400, 401, 403, 404, 410, 426, 451, 499]) {
    assertEquals(isFatal(handshake(status), CONFIG), true, `${status}`);
  }
});

Deno.test("isFatal() tries again after 408, 425, 429 and 5xx", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
    assertEquals(isFatal(handshake(status), CONFIG), false, `${status}`);
  }
});

Deno.test("isFatal() ends after 501 and 505", () => {
  for (const status of [501, 505]) {
    assertEquals(isFatal(handshake(status), CONFIG), true);
  }
});

Deno.test("isFatal() tries again after a status that is no error", () => {
  for (const status of [0, 100, 200, 204, 301, 399, 600]) {
    assertEquals(isFatal(handshake(status), CONFIG), false, `${status}`);
  }
});

Deno.test("isFatal() judges a received close code by fatalCloseCodes alone", () => {
  assertEquals(isFatal(closed(4403), CONFIG), true);
  assertEquals(isFatal(closed(1000), CONFIG), false);
  assertEquals(isFatal(closed(1000), { fatalCloseCodes: [1000] }), true);
  assertEquals(isFatal(closed(4403), { fatalCloseCodes: [] }), false);
});

Deno.test("isFatal() follows a failure of the worker", () => {
  assertEquals(
    isFatal({ type: "worker", detail: "", retryable: true }, CONFIG),
    false,
  );
  assertEquals(
    isFatal({ type: "worker", detail: "", retryable: false }, CONFIG),
    true,
  );
});

Deno.test("isFatal() ends after what another attempt cannot change", () => {
  const lost: Failure = { type: "lost", detail: "" };
  const failures: readonly Failure[] = [
    { type: "too-big", limit: 1 },
    { type: "invalid", detail: "" },
    { type: "authentication", detail: "" },
    { type: "exhausted", attempts: 1, elapsed: 1, cause: lost },
  ];
  for (const failure of failures) {
    assertEquals(isFatal(failure, CONFIG), true, failure.type);
  }
});

Deno.test("isFatal() tries again after what may pass", () => {
  const failures: readonly Failure[] = [
    { type: "connect", kind: "refused", detail: "" },
    { type: "open-timeout", timeout: 1, phase: "opening" },
    { type: "lost", detail: "" },
    { type: "close-timeout", timeout: 1 },
    { type: "heartbeat", kind: "ping", timeout: 1 },
    { type: "inbox-overflow", messages: 1, bytes: 1 },
    { type: "protocol", closeCode: 1002, detail: "" },
    { type: "provider", name: "url", detail: "" },
  ];
  for (const failure of failures) {
    assertEquals(isFatal(failure, CONFIG), false, failure.type);
  }
});

Deno.test("isUnauthorized() recognises a refused token", () => {
  for (
    const failure of [handshake(401), closed(1008), closed(3000), closed(4401)]
  ) {
    assertEquals(isUnauthorized(failure), true);
  }
});

Deno.test("isUnauthorized() does not take other failures for it", () => {
  const lost: Failure = { type: "lost", detail: "" };
  for (const failure of [handshake(403), closed(4403), closed(1000), lost]) {
    assertEquals(isUnauthorized(failure), false);
  }
});

Deno.test("FATAL_CLOSE_CODES has no code by which a server asks to come back", () => {
  for (
    const closeCode of [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 3008]
  ) {
    assertEquals(isFatal(closed(closeCode), CONFIG), false);
  }
});

Deno.test("isFatal() asks a function again, unless it would give the same", () => {
  const failure = { type: "provider", name: "token", detail: "" } as const;
  assertEquals(isFatal(failure, CONFIG), false);
  assertEquals(isFatal({ ...failure, retryable: true }, CONFIG), false);
  assertEquals(isFatal({ ...failure, retryable: false }, CONFIG), true);
});
