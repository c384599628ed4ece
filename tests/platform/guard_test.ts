import { assertEquals } from "@std/assert";
import { guard } from "../../lib/platform/guard.ts";

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
