import { assertEquals } from "@std/assert";
import { describeError, HookError } from "../../../lib/worker/attempt/hooks.ts";

Deno.test("HookError() names the hook, and says what was thrown", () => {
  const cause = new TypeError("no");
  const error = new HookError("token", cause);
  assertEquals([error.name, error.hook, error.message, error.cause], [
    "HookError",
    "token",
    "TypeError: no",
    cause,
  ]);
});

Deno.test("describeError() says what was thrown", () => {
  assertEquals(describeError(new TypeError("no")), "TypeError: no");
  assertEquals(describeError(undefined), "undefined");
});
