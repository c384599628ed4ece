import { assert, assertEquals } from "@std/assert";
import type { Command } from "../../lib/boundary/protocol.ts";
import { SendBuffer } from "../../lib/worker/send_buffer.ts";

function sending(
  first: number,
  messages: readonly string[],
  options: { readonly ttls?: readonly number[] } = {},
): Extract<Command, { readonly type: "send" }> {
  return { type: "send", id: 1, first, messages, ...options };
}

function makeSender(): {
  readonly sender: SendBuffer;
  readonly fates: string[];
  readonly sent: unknown[];
  readonly transmit: (data: unknown) => boolean;
} {
  const fates: string[] = [];
  const sent: unknown[] = [];
  const sender = new SendBuffer({
    taken: (upTo) => fates.push(`taken ${upTo}`),
    unsent: (message, reason) => fates.push(`unsent ${message} ${reason}`),
  });
  return { sender, fates, sent, transmit: (data) => sent.push(data) > 0 };
}

Deno.test("Sender.flush() hands over in order and tells so", () => {
  const { sender, fates, sent, transmit } = makeSender();
  assert(sender.isEmpty && sender.received === 0);
  sender.accept(sending(1, ["a", "b"]), 0);
  sender.accept(sending(3, ["c"]), 0);
  assertEquals(sender.received, 3);
  assert(sender.flush(0, transmit));
  assertEquals(sent, ["a", "b", "c"]);
  assertEquals(fates, ["taken 1", "taken 2", "taken 3"]);
  assert(sender.isEmpty);
});

Deno.test("Sender.flush() stops where there is no room, with that message taken", () => {
  const { sender, fates } = makeSender();
  sender.accept(sending(1, ["a", "b"]), 0);
  assertEquals(sender.flush(0, () => false), false);
  assertEquals(fates, ["taken 1"]);
  assert(!sender.isEmpty);
});

Deno.test("Sender.flush() gives no message twice to a transport that throws", () => {
  const { sender, fates, sent, transmit } = makeSender();
  sender.accept(sending(1, ["bad", "good"]), 0);
  const room = sender.flush(0, (data) => {
    if (data === "bad") throw new Error("No");
    return transmit(data);
  });
  assert(room);
  assertEquals(sent, ["good"]);
  assertEquals(fates, ["unsent 1 rejected", "taken 2"]);
});

Deno.test("Sender.flush() sends nothing that expired before the timer came", () => {
  const { sender, fates, sent, transmit } = makeSender();
  sender.accept(sending(1, ["a", "b"], { ttls: [10, Infinity] }), 0);
  assertEquals(sender.nextExpiry, 10);
  sender.flush(10, transmit);
  assertEquals(sent, ["b"]);
  assertEquals(fates, ["unsent 1 expired", "taken 2"]);
  assertEquals(sender.nextExpiry, Infinity);
});

Deno.test("Sender.expire() drops what is not worth sending any more", () => {
  const { sender, fates } = makeSender();
  sender.accept(sending(1, ["a", "b", "c"], { ttls: [5, 20, Infinity] }), 0);
  sender.expire(4);
  assertEquals(fates, []);
  sender.expire(5);
  assertEquals(fates, ["unsent 1 expired"]);
  assertEquals(sender.nextExpiry, 20);
});

Deno.test("Sender.cancel() takes one message back and keeps the order of the others", () => {
  const { sender, fates, sent, transmit } = makeSender();
  sender.accept(sending(1, ["a", "b", "c"]), 0);
  sender.cancel(2);
  sender.cancel(2);
  sender.cancel(9);
  sender.flush(0, transmit);
  assertEquals(sent, ["a", "c"]);
  assertEquals(fates, ["unsent 2 aborted", "taken 1", "taken 3"]);
});

Deno.test("Sender.drop() drops everything", () => {
  const { sender, fates } = makeSender();
  sender.accept(sending(1, ["a", "b"], { ttls: [Infinity, 5] }), 0);
  sender.drop("closed");
  assertEquals(fates, ["unsent 1 closed", "unsent 2 closed"]);
  assert(sender.isEmpty);
  assertEquals(sender.nextExpiry, Infinity);
});
