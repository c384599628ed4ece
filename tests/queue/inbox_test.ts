import { assertEquals } from "@std/assert";
import type { InboxConfig } from "../../lib/queue/inbox.ts";
import { Inbox } from "../../lib/queue/inbox.ts";

const CONFIG: InboxConfig = {
  maxMessages: 4,
  maxBytes: 100,
  overflow: "pause",
};

function filled(
  overflow: InboxConfig["overflow"],
  ...messages: readonly string[]
): Inbox<string> {
  const inbox = new Inbox<string>({ ...CONFIG, overflow });
  for (const message of messages) inbox.push(message, 10);
  return inbox;
}

Deno.test("Inbox.take() returns messages in the order of push(), with their numbers", () => {
  const inbox = filled("pause", "a", "b", "c");
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [3, 30, 3]);
  assertEquals(inbox.take(2, 100), {
    first: 1,
    messages: ["a", "b"],
    count: 2,
    bytes: 20,
  });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [1, 10, 3]);
  inbox.push("d", 10);
  assertEquals(inbox.take(10, 100), {
    first: 3,
    messages: ["c", "d"],
    count: 2,
    bytes: 20,
  });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [0, 0, 4]);
});

Deno.test("Inbox.take() returns undefined when there is no message", () => {
  const inbox = filled("pause");
  assertEquals(inbox.take(1, 1), undefined);
  inbox.push("a", 10);
  inbox.take(1, 1);
  assertEquals(inbox.take(1, 1), undefined);
});

Deno.test("Inbox.take() stops before the message that exceeds the bytes", () => {
  const inbox = filled("pause", "a", "b", "c");
  assertEquals(inbox.take(10, 29)?.messages, ["a", "b"]);
});

Deno.test("Inbox.take() returns at least one message, however large", () => {
  const inbox = filled("pause", "a", "b");
  assertEquals(inbox.take(0, 0), {
    first: 1,
    messages: ["a"],
    count: 1,
    bytes: 10,
  });
});

Deno.test("Inbox.take() takes a pack as a whole, or not at all", () => {
  const inbox = new Inbox<string | { readonly count: number }>({
    ...CONFIG,
    maxMessages: 10,
  });
  const pack = { count: 3 };
  inbox.push("a", 10);
  inbox.push(pack, 30);
  inbox.push(pack, 30);
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [7, 70, 7]);
  assertEquals(inbox.take(6, 100), {
    first: 1,
    messages: ["a", pack],
    count: 4,
    bytes: 40,
  });
  assertEquals([inbox.canTake(2, 100), inbox.canTake(3, 29)], [false, false]);
  assertEquals([inbox.take(2, 100), inbox.take(3, 29)], [undefined, undefined]);
  assertEquals([inbox.length, inbox.firstNumber], [3, 5]);
  assertEquals(inbox.canTake(3, 30), true);
  assertEquals(inbox.take(3, 30)?.count, 3);
  assertEquals(inbox.canTake(3, 30), false);
  inbox.push(pack, 30);
  assertEquals(inbox.clear(), { count: 3, bytes: 30 });
  assertEquals([inbox.length, inbox.lastNumber], [0, 10]);
});

Deno.test("Inbox.storesAll says whether no message is ever dropped", () => {
  const rules = ["pause", "store", "close", "drop-oldest", "drop-newest"];
  assertEquals(
    rules.map((rule) => filled(rule as InboxConfig["overflow"]).storesAll),
    [true, true, false, false, false],
  );
});

Deno.test("Inbox.take() does not number messages that were dropped", () => {
  const inbox = filled("drop-newest", "a", "b", "c", "d", "dropped");
  inbox.take(1, 100);
  inbox.push("e", 10);
  assertEquals(inbox.take(10, 100), {
    first: 2,
    messages: ["b", "c", "d", "e"],
    count: 4,
    bytes: 40,
  });
});

Deno.test("Inbox.take() returns an array that later messages do not change", () => {
  const inbox = filled("pause", "a");
  const batch = inbox.take(1, 100);
  inbox.push("b", 10);
  assertEquals(batch?.messages, ["a"]);
});

Deno.test("Inbox.take() keeps the order of a long queue that is taken one by one", () => {
  const inbox = new Inbox<number>({
    maxMessages: 5_000,
    maxBytes: Infinity,
    overflow: "pause",
  });
  for (let i = 1; i <= 5_000; i += 1) inbox.push(i, 1);
  for (let i = 1; i <= 5_000; i += 1) {
    assertEquals(inbox.take(1, 1), {
      first: i,
      messages: [i],
      count: 1,
      bytes: 1,
    });
  }
  assertEquals([inbox.length, inbox.bytes], [0, 0]);
});

Deno.test("Inbox.push() reports when the bound in messages is reached under pause", () => {
  const inbox = filled("pause", "a", "b");
  assertEquals(inbox.push("c", 10), { kind: "stored" });
  assertEquals(inbox.push("d", 10), { kind: "full" });
});

Deno.test("Inbox.push() reports when the bound in bytes is reached under pause", () => {
  const inbox = filled("pause", "a");
  assertEquals(inbox.push("b", 89), { kind: "stored" });
  assertEquals(inbox.push("c", 1), { kind: "full" });
});

Deno.test("Inbox.push() stores what a paused transport had read already", () => {
  const inbox = filled("pause", "a", "b", "c", "d");
  assertEquals(inbox.push("e", 1_000), { kind: "full" });
  assertEquals(inbox.take(10, Infinity)?.messages, ["a", "b", "c", "d", "e"]);
});

Deno.test("Inbox.push() fills up to the bound and then reports an overflow under close", () => {
  const inbox = filled("close", "a", "b", "c");
  assertEquals(inbox.push("d", 10), { kind: "stored" });
  assertEquals(inbox.push("e", 10), { kind: "overflow" });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [4, 40, 4]);
});

Deno.test("Inbox.push() drops the new message under drop-newest", () => {
  const inbox = filled("drop-newest", "a");
  assertEquals(inbox.push("b", 91), {
    kind: "dropped-newest",
    count: 1,
    bytes: 91,
  });
  assertEquals(inbox.push("c", 90), { kind: "stored" });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [2, 100, 2]);
});

Deno.test("Inbox.push() drops as many of the oldest as necessary under drop-oldest", () => {
  const inbox = filled("drop-oldest", "a", "b", "c", "d");
  assertEquals(inbox.push("e", 75), {
    kind: "dropped-oldest",
    count: 2,
    bytes: 20,
  });
  assertEquals(inbox.take(10, Infinity), {
    first: 3,
    messages: ["c", "d", "e"],
    count: 3,
    bytes: 95,
  });
});

Deno.test("Inbox.push() does not empty the inbox for a message larger than it", () => {
  const inbox = filled("drop-oldest", "a", "b");
  assertEquals(inbox.push("c", 101), {
    kind: "dropped-newest",
    count: 1,
    bytes: 101,
  });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [2, 20, 2]);
});

Deno.test("Inbox.push() keeps the newest of a long stream under drop-oldest", () => {
  const inbox = new Inbox<number>({
    maxMessages: 3,
    maxBytes: 100,
    overflow: "drop-oldest",
  });
  for (let i = 1; i <= 5_000; i += 1) inbox.push(i, 1);
  assertEquals(inbox.take(10, 10), {
    first: 4_998,
    messages: [4_998, 4_999, 5_000],
    count: 3,
    bytes: 3,
  });
});

Deno.test("Inbox.hasRoom is true below half of both bounds", () => {
  const inbox = new Inbox<string>(CONFIG);
  assertEquals(inbox.hasRoom, true);
  inbox.push("a", 49);
  assertEquals(inbox.hasRoom, true);
  inbox.push("b", 0);
  assertEquals(inbox.hasRoom, false);
  inbox.clear();
  inbox.push("c", 50);
  assertEquals(inbox.hasRoom, false);
});

Deno.test("Inbox.hasRoom is true again in the smallest inbox once it is empty", () => {
  const inbox = new Inbox<string>({
    maxMessages: 1,
    maxBytes: 1,
    overflow: "pause",
  });
  assertEquals(inbox.push("a", 1), { kind: "full" });
  assertEquals(inbox.hasRoom, false);
  inbox.take(1, 1);
  assertEquals(inbox.hasRoom, true);
});

Deno.test("Inbox.push() stores beyond the bound under pause and store, and says that it is full", () => {
  for (const overflow of ["pause", "store"] as const) {
    const inbox = filled(overflow, "a", "b", "c");
    assertEquals(inbox.push("d", 10), { kind: "full" });
    assertEquals(inbox.push("e", 1_000), { kind: "full" });
    assertEquals([inbox.length, inbox.hasRoom], [5, false]);
  }
});

Deno.test("Inbox.clear() counts what it drops, and numbering goes on", () => {
  const inbox = filled("pause", "a", "b");
  inbox.take(1, 10);
  assertEquals(inbox.clear(), { count: 1, bytes: 10 });
  assertEquals([inbox.length, inbox.bytes, inbox.lastNumber], [0, 0, 2]);
  inbox.push("c", 10);
  assertEquals(inbox.take(1, 10), {
    first: 3,
    messages: ["c"],
    count: 1,
    bytes: 10,
  });
});

Deno.test("Inbox.firstNumber is the number of the first message, or the next one", () => {
  const inbox = filled("pause");
  assertEquals(inbox.firstNumber, 1);
  inbox.push("a", 10);
  inbox.push("b", 10);
  assertEquals(inbox.firstNumber, 1);
  inbox.take(1, 10);
  assertEquals(inbox.firstNumber, 2);
  inbox.clear();
  assertEquals(inbox.firstNumber, 3);
});

Deno.test("Inbox() goes on with the numbers of another one", () => {
  const bounds = { maxMessages: 9, maxBytes: 9, overflow: "pause" } as const;
  const inbox = new Inbox<string>(bounds, 7);
  assertEquals([inbox.lastNumber, inbox.firstNumber], [7, 8]);
  inbox.push("a", 1);
  assertEquals(inbox.take(9, 9)?.first, 8);
});
