import { assertEquals } from "@std/assert";
import { callSafely } from "../../lib/messages/call_safely.ts";

Deno.test("callSafely() reports what is thrown and what a promise rejects with", async () => {
  const reported: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const listener = (event: ErrorEvent) => {
    event.preventDefault();
    if (reported.push(event.error) === 2) resolve();
  };
  globalThis.addEventListener("error", listener);
  callSafely(() => {
    throw "thrown";
  });
  callSafely(() => Promise.reject("rejected"));
  callSafely(() => Promise.resolve("fulfilled"));
  callSafely(() => "returned");
  await promise;
  globalThis.removeEventListener("error", listener);
  assertEquals(reported, ["thrown", "rejected"]);
});
