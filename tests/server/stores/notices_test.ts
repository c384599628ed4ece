import { assertEquals } from "@std/assert";
import { NodeListeners } from "../../../lib/server/stores/notices.ts";
import type { StoreNotice } from "../../../lib/session/store/store.ts";

const NOTICE: StoreNotice = { type: "wanted", session: "s", fence: 1 };

Deno.test("NodeListeners.deliver() calls the node's listeners after the step", async () => {
  const listeners = new NodeListeners();
  const heard: string[] = [];
  const first = listeners.add("A", () => heard.push("first"));
  listeners.add("A", () => heard.push("second"));
  listeners.add("B", () => heard.push("other"));
  listeners.deliver({ node: "A", notice: NOTICE });
  listeners.deliver(undefined);
  heard.push("step");
  await Promise.resolve();
  assertEquals(heard, ["step", "first", "second"]);
  await first[Symbol.asyncDispose]();
  listeners.deliver({ node: "A", notice: NOTICE });
  await Promise.resolve();
  assertEquals(heard.slice(3), ["second"]);
});

Deno.test("NodeListeners.clear() is final for notices on their way", async () => {
  const listeners = new NodeListeners();
  const heard: StoreNotice[] = [];
  listeners.add("A", (notice) => heard.push(notice));
  listeners.deliver({ node: "A", notice: NOTICE });
  listeners.clear();
  await Promise.resolve();
  assertEquals(heard, []);
});
