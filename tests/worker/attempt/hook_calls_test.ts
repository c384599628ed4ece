import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  callHook,
  callHookNow,
  loadHooks,
  messageOf,
  requireHook,
} from "../../../lib/worker/attempt/hook_calls.ts";
import { HookError } from "../../../lib/worker/attempt/hooks.ts";

function moduleOf(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

Deno.test("loadHooks() imports a module, or none", async () => {
  assertEquals(await loadHooks(undefined), {});
  const hooks = await loadHooks(
    moduleOf("export const ping = () => 'p'; export const other = 1;"),
  );
  assertEquals(hooks.ping?.(), "p");
});

Deno.test("loadHooks() says what is wrong with a module", async () => {
  for (
    const [code, message] of [
      ["export const token = 'abc';", "Cannot use the export token"],
      ["throw new RangeError('too far');", "RangeError: too far"],
      ["syntax error", "SyntaxError"],
    ] as const
  ) {
    const error = await assertRejects(
      () => loadHooks(moduleOf(code)),
      HookError,
      message,
    );
    assertEquals(error.hook, "hooks");
  }
});

Deno.test("requireHook() names the hook that is missing", () => {
  const ping = () => "p";
  assertEquals(requireHook({ ping }, "ping"), ping);
  const error = assertThrows(
    () => requireHook({}, "greeting"),
    HookError,
    "The module exports no greeting()",
  );
  assertEquals(error.hook, "greeting");
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
