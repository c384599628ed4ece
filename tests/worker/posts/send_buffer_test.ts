import { assert, assertEquals } from "@std/assert";
import type { Command } from "../../../lib/boundary/protocol.ts";
import { SendBuffer } from "../../../lib/worker/posts/send_buffer.ts";

function sending(
  first: number,
  messages: readonly string[],
  options: { readonly ttls?: readonly number[] } = {},
): Extract<Command, { readonly type: "send" }> {
  return { type: "send", id: 1, first, messages, ...options };
}

function makeBuffer(): {
  readonly buffer: SendBuffer;
  readonly fates: string[];
  readonly sent: unknown[];
  readonly transmit: (data: unknown) => boolean;
} {
  const fates: string[] = [];
  const sent: unknown[] = [];
  const buffer = new SendBuffer({
    taken: (upTo) => fates.push(`taken ${upTo}`),
    unsent: (message, reason) => fates.push(`unsent ${message} ${reason}`),
  });
  return { buffer, fates, sent, transmit: (data) => sent.push(data) > 0 };
}

Deno.test("SendBuffer.flush() hands over in order and reports it", () => {
  const { buffer, fates, sent, transmit } = makeBuffer();
  assert(buffer.isEmpty && buffer.received === 0);
  buffer.accept(sending(1, ["a", "b"]), 0);
  buffer.accept(sending(3, ["c"]), 0);
  assertEquals(buffer.received, 3);
  assert(buffer.flush(0, { transmit }));
  assertEquals([sent, fates], [["a", "b", "c"], []]);
  buffer.settle();
  buffer.settle();
  assertEquals(fates, ["taken 3"]);
  assert(buffer.isEmpty);
});

Deno.test("SendBuffer.flush() stops where there is no room, with that message taken", () => {
  const { buffer, fates } = makeBuffer();
  buffer.accept(sending(1, ["a", "b"]), 0);
  assertEquals(buffer.flush(0, { transmit: () => false }), false);
  buffer.settle();
  assertEquals(fates, ["taken 1"]);
  assert(!buffer.isEmpty);
});

Deno.test("SendBuffer.flush() gives no message twice to a transport that throws", () => {
  const { buffer, fates, sent, transmit } = makeBuffer();
  buffer.accept(sending(1, ["bad", "good"]), 0);
  const hasRoom = buffer.flush(0, {
    transmit: (data) => {
      if (data === "bad") throw new Error("No");
      return transmit(data);
    },
  });
  assert(hasRoom);
  buffer.settle();
  assertEquals(sent, ["good"]);
  assertEquals(fates, ["unsent 1 rejected", "taken 2"]);
});

Deno.test("SendBuffer.settle() reports what the transport has written", () => {
  const { buffer, fates, transmit } = makeBuffer();
  buffer.accept(sending(1, ["a", "b", "c"]), 0);
  buffer.flush(0, { transmit });
  buffer.settle(Infinity);
  buffer.settle(3);
  assertEquals(fates, []);
  buffer.settle(1);
  buffer.settle(1);
  buffer.settle();
  buffer.settle();
  assertEquals(fates, ["taken 2", "taken 3"]);
});

Deno.test("SendBuffer.end() reports what a transport may have lost, once", () => {
  const { buffer, fates, transmit } = makeBuffer();
  buffer.accept(sending(1, ["a", "b", "c", "d"]), 0);
  buffer.cancel(3);
  buffer.flush(0, { transmit });
  buffer.end(2);
  buffer.end();
  const lost = ["unsent 2 unknown", "unsent 4 unknown"];
  assertEquals(fates, ["unsent 3 aborted", "taken 1", ...lost]);
});

Deno.test("SendBuffer.flush() sends nothing that expired before the timer came", () => {
  const { buffer, fates, sent, transmit } = makeBuffer();
  buffer.accept(sending(1, ["a", "b"], { ttls: [10, Infinity] }), 0);
  assertEquals(buffer.nextExpiry, 10);
  buffer.flush(10, { transmit });
  buffer.settle();
  assertEquals(sent, ["b"]);
  assertEquals(fates, ["unsent 1 expired", "taken 2"]);
  assertEquals(buffer.nextExpiry, Infinity);
});

Deno.test("SendBuffer.expire() drops what is not worth sending any more", () => {
  const { buffer, fates } = makeBuffer();
  buffer.accept(sending(1, ["a", "b", "c"], { ttls: [5, 20, Infinity] }), 0);
  buffer.expire(4);
  assertEquals(fates, []);
  buffer.expire(5);
  assertEquals(fates, ["unsent 1 expired"]);
  assertEquals(buffer.nextExpiry, 20);
});

Deno.test("SendBuffer.cancel() takes one message back and keeps the order of the others", () => {
  const { buffer, fates, sent, transmit } = makeBuffer();
  buffer.accept(sending(1, ["a", "b", "c"]), 0);
  buffer.cancel(2);
  buffer.cancel(2);
  buffer.cancel(9);
  buffer.flush(0, { transmit });
  buffer.settle();
  assertEquals(sent, ["a", "c"]);
  assertEquals(fates, ["unsent 2 aborted", "taken 3"]);
});

Deno.test("SendBuffer.drop() drops everything", () => {
  const { buffer, fates } = makeBuffer();
  buffer.accept(sending(1, ["a", "b"], { ttls: [Infinity, 5] }), 0);
  buffer.drop("closed");
  assertEquals(fates, ["unsent 1 closed", "unsent 2 closed"]);
  assert(buffer.isEmpty);
  assertEquals(buffer.nextExpiry, Infinity);
});

Deno.test("SendBuffer.flush() sends at once what may not wait at all, and nothing later", () => {
  const { buffer, fates, sent, transmit } = makeBuffer();
  buffer.accept(sending(1, ["now"], { ttls: [0] }), 5);
  assert(buffer.flush(5, { transmit }));
  buffer.settle();
  buffer.accept(sending(2, ["no room"], { ttls: [0] }), 7);
  buffer.expire(buffer.nextExpiry);
  assertEquals(sent, ["now"]);
  assertEquals(fates, ["taken 1", "unsent 2 expired"]);
});

Deno.test("SendBuffer.flush() reports nothing as taken that is to be accepted first", () => {
  const fates: string[] = [];
  const listener = {
    taken: (upTo: number) => void fates.push(`taken ${upTo}`),
    unsent: (message: number) => void fates.push(`unsent ${message}`),
  };
  const buffer = new SendBuffer(listener, 4);
  assertEquals(buffer.received, 4);
  buffer.accept(sending(5, ["a"]), 0);
  const sent: unknown[] = [];
  buffer.flush(0, {
    transmit: (data, message) => sent.push(data, message) > 0,
    taken: "accepted",
  });
  buffer.settle();
  assertEquals([sent, fates, buffer.received], [["a", 5], [], 5]);
});
