import { assertEquals } from "@std/assert";
import { isLikeNode, workerThreads } from "../../lib/platform/node.ts";
import { remove, replace } from "../globals.ts";

/** Calls something as in another runtime, whose `process` this is. */
function within<T>(process: unknown, call: () => T): T {
  using _deno = remove(globalThis, "Deno");
  using _process = replace(globalThis, "process", process);
  return call();
}

Deno.test("isLikeNode() is not deceived by what bundlers put into a page, nor by Deno", () => {
  assertEquals(isLikeNode(), false);
  assertEquals(within(undefined, isLikeNode), false);
  assertEquals(within({ env: {} }, isLikeNode), false);
  assertEquals(within({ getBuiltinModule: () => 1 }, isLikeNode), true);
});

Deno.test("workerThreads() gives Node's module, where there is one", () => {
  assertEquals(workerThreads(), undefined);
  const asked: string[] = [];
  const threads = { parentPort: null };
  const process = {
    getBuiltinModule: (name: string) => {
      asked.push(name);
      return threads;
    },
  };
  assertEquals(within(process, workerThreads) as unknown, threads);
  assertEquals(asked, ["node:worker_threads"]);
});
