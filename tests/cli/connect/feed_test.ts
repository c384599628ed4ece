import { assertEquals } from "@std/assert";
import { Feed } from "../../../lib/cli/connect/feed.ts";
import type { Message } from "../../../lib/cli/connect/input.ts";
import { ConnectionLostError, OutboxFullError } from "../../../mod.ts";

const retryable = true;

/** A socket whose writes end when the test says so. */
function makeTarget() {
  const writes: PromiseWithResolvers<void>[] = [];
  return {
    writes,
    write(_message: Message) {
      const write = Promise.withResolvers<void>();
      writes.push(write);
      return write.promise;
    },
  };
}

function failOnTooLarge(): never {
  throw new Error("No message is too large");
}

Deno.test("Feed.push() writes ahead by two windows, then waits for the first", async () => {
  const target = makeTarget();
  const feed = new Feed(target, failOnTooLarge);
  for (let count = 0; count < 1_023; count += 1) await feed.push("x");
  let isTaken = false;
  const pushing = feed.push("x").then(() => isTaken = true);
  for (const { resolve } of target.writes.slice(0, 511)) resolve();
  await Promise.resolve();
  assertEquals([target.writes.length, isTaken], [1_024, false]);
  target.writes[511]?.resolve();
  await pushing;
  assertEquals(isTaken, true);
});

Deno.test("Feed.done() settles when all messages are written or dropped", async () => {
  const target = makeTarget();
  const feed = new Feed(target, failOnTooLarge);
  await feed.push("a");
  await feed.push("b");
  let isDone = false;
  const done = feed.done().then(() => isDone = true);
  target.writes[0]?.resolve();
  await Promise.resolve();
  assertEquals(isDone, false);
  // An event `drop` reports this one.
  target.writes[1]?.reject(new ConnectionLostError("lost", { retryable }));
  await done;
});

Deno.test("Feed.push() reports messages that are larger than the outbox, in UTF-8 bytes", async () => {
  const sizes: number[] = [];
  const refuse = () =>
    Promise.reject(new OutboxFullError("too large", { retryable }));
  const feed = new Feed({ write: refuse }, (bytes) => sizes.push(bytes));
  await feed.push("é");
  await feed.push(new Uint8Array(5));
  await feed.done();
  assertEquals(sizes, [2, 5]);
});
