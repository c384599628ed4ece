import { assertEquals, assertNotEquals } from "@std/assert";
import { newLockName, webLocks, whenFree } from "../../lib/platform/locks.ts";
import { replace } from "../globals.ts";
import { FakeLocks } from "./fake_locks.ts";

Deno.test("webLocks() gives what the platform has, and nothing elsewhere", () => {
  for (const value of [new FakeLocks(), undefined]) {
    using _locks = replace(navigator, "locks", value);
    assertEquals(webLocks(), value);
  }
});

Deno.test("newLockName() gives each name once", () => {
  assertNotEquals(newLockName(), newLockName());
});

Deno.test("whenFree() waits until all that asked before have given the lock up", async () => {
  const locks = new FakeLocks();
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  locks.request("a", {}, () => held.promise);
  const freed = Promise.withResolvers<void>();
  whenFree(locks, { name: "a", onFree: () => log.push("first") });
  whenFree(locks, { name: "a", onFree: freed.resolve });
  await Promise.resolve();
  assertEquals([log, locks.held], [[], ["a"]]);
  held.resolve();
  await freed.promise;
  assertEquals(log, ["first"]);
});

Deno.test("whenFree() calls nobody after its signal has aborted", async () => {
  const locks = new FakeLocks();
  const log: string[] = [];
  const held = Promise.withResolvers<void>();
  const abort = new AbortController();
  const { signal } = abort;
  const request = locks.request("a", {}, () => held.promise);
  whenFree(locks, { name: "a", signal, onFree: () => log.push("aborted") });
  // Granted in the same moment.
  whenFree(locks, { name: "b", signal, onFree: () => log.push("granted") });
  abort.abort();
  held.resolve();
  await request;
  await locks.request("a", {}, () => {});
  assertEquals(log, []);
});
