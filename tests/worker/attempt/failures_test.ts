import { assertEquals } from "@std/assert";
import {
  failureOf,
  ResolveError,
  socketFailure,
} from "../../../lib/worker/attempt/failures.ts";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";

function refusal(): Error {
  const error = new Error("expired");
  error.name = "AuthenticationError";
  return error;
}

Deno.test("failureOf() names who failed", () => {
  assertEquals(failureOf(new HookError("token", "no"), "hooks"), {
    type: "provider",
    name: "token",
    detail: "no",
  });
  assertEquals(failureOf(new Error("no"), "hooks"), {
    type: "provider",
    name: "hooks",
    detail: "Error: no",
  });
  const permanent = new HookError("hooks", "no", { retryable: false });
  assertEquals(failureOf(permanent, "url"), {
    type: "provider",
    name: "hooks",
    detail: "no",
    retryable: false,
  });
  const failure = { type: "invalid", detail: "x" } as const;
  assertEquals(failureOf(new ResolveError(failure), "hooks"), failure);
});

Deno.test("failureOf() takes an AuthenticationError of a greeting for a refused token", () => {
  const authentication = {
    type: "authentication",
    detail: "AuthenticationError: expired",
  } as const;
  assertEquals(failureOf(refusal(), "greeting"), authentication);
  const wrapped = new HookError("greeting", refusal());
  assertEquals(failureOf(wrapped, "hooks"), authentication);
  assertEquals(failureOf(refusal(), "url").type, "provider");
});

Deno.test("socketFailure() distinguishes a transport that threw from a hook that did", () => {
  assertEquals(socketFailure(new Error("no")), {
    type: "lost",
    detail: "The transport failed: Error: no",
  });
  assertEquals(socketFailure(new HookError("ping", "no")).type, "provider");
});
