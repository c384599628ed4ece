import { assertEquals, assertThrows } from "@std/assert";
import { guard, report } from "../../lib/platform/guard.ts";
import { remove, replace } from "../globals.ts";

Deno.test("guard() passes what is thrown to reportError, and returns", () => {
  const reported: unknown[] = [];
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error);
  };
  globalThis.addEventListener("error", listener);
  const error = new Error("Broken");
  let calls = 0;
  guard(() => calls += 1);
  guard(() => {
    throw error;
  });
  globalThis.removeEventListener("error", listener);
  assertEquals([calls, reported], [1, [error]]);
});

Deno.test("report() throws in a microtask where there is no reportError", () => {
  const queued: (() => void)[] = [];
  {
    using _report = remove(globalThis, "reportError");
    const queue = (run: () => void) => queued.push(run);
    using _queue = replace(globalThis, "queueMicrotask", queue);
    report(new Error("Broken"));
  }
  assertEquals(queued.length, 1);
  assertThrows(queued[0]!, Error, "Broken");
});
