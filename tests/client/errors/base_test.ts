import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { SocketError } from "../../../lib/client/errors/base.ts";

class OwnError extends SocketError {}

Deno.test("SocketError() says whether trying again can help", () => {
  for (const retryable of [true, false]) {
    const error = new OwnError("No", { retryable });
    assertInstanceOf(error, Error);
    assertEquals([error.message, error.retryable], ["No", retryable]);
    assertEquals(`${error}`, "SocketError: No");
  }
});

Deno.test("SocketError() has a cause only if it is given one", () => {
  assert(!("cause" in new OwnError("No", { retryable: true })));
  const error = new OwnError("No", { retryable: true, cause: undefined });
  assert("cause" in error);
});
