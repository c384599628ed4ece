import { assertEquals } from "@std/assert";
import {
  type AddressedNotice,
  NodeListeners,
} from "../../../lib/server/stores/notices.ts";
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

function appended(
  last: number,
  session = "s",
  node = "A",
): AddressedNotice {
  const messages = [{ seq: last, data: `${last}`, bytes: 1 }];
  return { node, notice: { type: "appended", session, last, messages } };
}

Deno.test("NodeListeners.deliver() makes one notice of what is appended in one turn", async () => {
  const listeners = new NodeListeners();
  const heard: unknown[] = [];
  const note = (node: string) => (notice: StoreNotice) => {
    const seqs = "messages" in notice
      ? notice.messages.map(({ seq }) => seq)
      : [];
    const last = "last" in notice ? notice.last : 0;
    heard.push([node, notice.session, notice.type, seqs, last]);
  };
  listeners.add("A", note("A"));
  listeners.add("B", note("B"));
  const first = appended(1);
  listeners.deliver(first);
  listeners.deliver(appended(7, "t"));
  listeners.deliver(appended(2));
  listeners.deliver(appended(3));
  listeners.deliver({ node: "A", notice: NOTICE });
  listeners.deliver(appended(4));
  listeners.deliver(appended(5, "s", "B"));
  await Promise.resolve();
  assertEquals(heard, [
    ["A", "s", "appended", [1, 2, 3], 3],
    ["A", "t", "appended", [7], 7],
    ["A", "s", "wanted", [], 0],
    ["A", "s", "appended", [4], 4],
    ["B", "s", "appended", [5], 5],
  ]);
  assertEquals(first, appended(1), "what was given is left as it was");
});
