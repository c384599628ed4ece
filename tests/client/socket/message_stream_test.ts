import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ConnectionLostError } from "../../../lib/client/errors/mod.ts";
import { MessageStream } from "../../../lib/client/socket/message_stream.ts";

const ERROR = new ConnectionLostError("Lost", { retryable: false });

/** A stream and the messages that have arrived for it. */
function make(
  ...arrived: string[]
): { arrived: string[]; stream: MessageStream<string> } {
  return { arrived, stream: new MessageStream(() => arrived.shift()) };
}

Deno.test("receive() gives what has arrived, in order", async () => {
  const { stream } = make("a", "b");
  assertEquals([await stream.receive(), await stream.receive()], ["a", "b"]);
});

Deno.test("receive() waits for what comes", async () => {
  const { arrived, stream } = make();
  const received = stream.receive();
  stream.available();
  arrived.push("");
  stream.available();
  assertEquals(await received, "");
});

Deno.test("receive() rejects with an InvalidStateError beside another consumer", async () => {
  const { arrived, stream } = make();
  const first = stream.receive();
  const error = await assertRejects(() => stream.receive(), DOMException);
  assertEquals(error.name, "InvalidStateError");
  const second = await assertRejects(
    () => stream[Symbol.asyncIterator]().next(),
    DOMException,
  );
  assertEquals(second.name, "InvalidStateError");
  arrived.push("a", "b");
  stream.available();
  assertEquals([await first, await stream.receive()], ["a", "b"]);
});

Deno.test("receive() rejects with a TimeoutError and loses no message", async () => {
  const { arrived, stream } = make();
  const error = await assertRejects(
    () => stream.receive({ timeout: 0 }),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
  arrived.push("a");
  stream.available();
  assertEquals(await stream.receive({ timeout: 10_000 }), "a");
});

Deno.test("receive() rejects with the reason of its signal and loses no message", async () => {
  const { arrived, stream } = make();
  const controller = new AbortController();
  const received = stream.receive({ signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  arrived.push("a");
  stream.available();
  assertStrictEquals(await assertRejects(() => received), reason);
  await assertRejects(
    () => stream.receive({ signal: controller.signal }),
    Error,
    "enough",
  );
  assertEquals(await stream.receive(), "a");
});

Deno.test("receive() refuses a wrong timeout", async () => {
  const { stream } = make("a");
  await assertRejects(
    () => stream.receive({ timeout: -1 }),
    RangeError,
    "timeout",
  );
  assertEquals(await stream.receive(), "a");
});

Deno.test("receive() rejects at the end, after what has arrived", async () => {
  const { stream } = make("a");
  stream.end({ kind: "requested", error: ERROR });
  assertEquals(await stream.receive(), "a");
  assertStrictEquals(await assertRejects(() => stream.receive()), ERROR);
});

Deno.test("the end rejects a receive() that waits", async () => {
  const { stream } = make();
  const received = stream.receive();
  stream.end({ kind: "failed", error: ERROR });
  assertStrictEquals(await assertRejects(() => received), ERROR);
});

Deno.test("iteration stops at a requested end", async () => {
  const { stream } = make("a", "b");
  stream.end({ kind: "requested", error: ERROR });
  assertEquals(await Array.fromAsync(stream), ["a", "b"]);
  assertEquals(await Array.fromAsync(stream), []);
});

Deno.test("iteration throws the error that ended it", async () => {
  const { stream } = make("a");
  stream.end({ kind: "failed", error: ERROR });
  assertStrictEquals(await assertRejects(() => Array.fromAsync(stream)), ERROR);
});

Deno.test("break releases the consumer", async () => {
  const { stream } = make("a", "b");
  for await (const message of stream) {
    assert(message === "a");
    break;
  }
  assertEquals(await stream.receive(), "b");
});

Deno.test("return() ends an iterator that waits, and loses no message", async () => {
  const { arrived, stream } = make();
  const iterator = stream[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await Promise.resolve();
  assertEquals(await iterator.return(), { done: true, value: undefined });
  assertEquals(await waiting, { done: true, value: undefined });
  arrived.push("a");
  stream.available();
  assertEquals(await stream.receive(), "a");
});

Deno.test("return() ends no other consumer", async () => {
  const { arrived, stream } = make("a");
  const iterator = stream[Symbol.asyncIterator]();
  const idle = stream[Symbol.asyncIterator]();
  assertEquals((await iterator.next()).value, "a");
  await iterator.return();
  const received = stream.receive();
  await iterator.return();
  await idle.return();
  arrived.push("b");
  stream.available();
  assertEquals(await received, "b");
});

Deno.test("an iterator that was never pulled from holds nothing", async () => {
  const { stream } = make("a");
  stream[Symbol.asyncIterator]();
  assertEquals(await stream.receive(), "a");
});
