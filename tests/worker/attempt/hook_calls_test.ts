import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  callHook,
  callHookNow,
  messageOf,
  requireHook,
} from "../../../lib/worker/attempt/hook_calls.ts";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";

Deno.test("requireHook() names the hook that is missing", () => {
  const ping = () => "p";
  assertEquals(requireHook({ ping }, "ping"), ping);
  const error = assertThrows(
    () => requireHook({}, "greeting"),
    HookError,
    "The module exports no greeting()",
  );
  assertEquals([error.hook, error.retryable], ["greeting", false]);
});

Deno.test("callHook() names the hook that failed, once", async () => {
  assertEquals(await callHook("url", () => Promise.resolve(1)), 1);
  const fail = () => {
    throw new Error("no");
  };
  const error = await assertRejects(() => callHook("token", fail), HookError);
  assertEquals([error.hook, error.message], ["token", "Error: no"]);
  const inner = new HookError("greeting", "x");
  const same = await assertRejects(
    () => callHook("url", () => Promise.reject(inner)),
    HookError,
  );
  assertEquals(same.hook, "greeting");
});

Deno.test("callHookNow() names the hook that failed", () => {
  assertEquals(callHookNow("isPong", () => true), true);
  const error = assertThrows(() =>
    callHookNow("isPong", () => {
      throw "text";
    }), HookError);
  assertEquals([error.hook, error.message], ["isPong", "text"]);
});

Deno.test("messageOf() takes what can be sent, and copies views", () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  assertEquals(messageOf("a"), "a");
  assertEquals(messageOf(buffer), buffer);
  const view = messageOf(new Uint8Array(buffer, 1, 2));
  assertEquals(view, new Uint8Array([2, 3]).buffer);
  assertThrows(() => messageOf(Promise.resolve("a")), TypeError, "object");
});
