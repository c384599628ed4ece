import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Data } from "../../../lib/queue/data.ts";
import { LOST } from "../../../lib/rfc6455/close.ts";
import { Inbound } from "../../../lib/transport/tcp/inbound.ts";

type Event = readonly [type: string, ...details: unknown[]];

function stage(
  takesPacks = false,
): { readonly inbound: Inbound; readonly events: Event[] } {
  const events: Event[] = [];
  const inbound = new Inbound({
    received: (data, bytes) => events.push(["message", show(data), bytes]),
    takesPacks,
    packed: ({ kind, count, bytes }) =>
      events.push(["pack", kind, count, bytes]),
    answered: (payload) => events.push(["pong", payload]),
    concluded: (info, failure) => events.push(["end", info, failure]),
  }, 1_000);
  return { inbound, events };
}

function show(data: Data): unknown {
  return typeof data === "string" ? data : [...new Uint8Array(data)];
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("Inbound decodes the ASCII messages of a chunk when all of it is received", () => {
  const { inbound, events } = stage();
  const chunk = bytesOf("--one--two");
  inbound.start(chunk);
  inbound.message("ascii", chunk, 2, 5);
  inbound.message("ascii", chunk, 7, 10);
  assertEquals(events, []);
  inbound.finish();
  assertEquals(events, [["message", "one", 3], ["message", "two", 3]]);
  inbound.finish();
  assertEquals(events.length, 2);
});

Deno.test("Inbound keeps the order of all that is in a chunk", () => {
  const { inbound, events } = stage();
  const chunk = bytesOf("a€b");
  inbound.start(chunk);
  inbound.message("ascii", chunk, 0, 1);
  inbound.message("text", chunk, 1, 4);
  inbound.message("ascii", chunk, 4, 5);
  inbound.pong(bytesOf("7"));
  inbound.message("ascii", chunk, 0, 1);
  inbound.message("binary", chunk, 4, 5);
  inbound.message("ascii", chunk, 4, 5);
  inbound.close(1000, "bye");
  inbound.finish();
  assertEquals(events, [
    ["message", "a", 1],
    ["message", "€", 3],
    ["message", "b", 1],
    ["pong", "7"],
    ["message", "a", 1],
    ["message", [98], 1],
    ["message", "b", 1],
    ["end", { closeCode: 1000, reason: "bye", wasClean: true }, undefined],
  ]);
});

Deno.test("Inbound copies binary data out of the chunk, and gives buffers of its own away", () => {
  const received: Data[] = [];
  const inbound = new Inbound({
    received: (data) => received.push(data),
    takesPacks: false,
    packed: () => {},
    answered: () => {},
    concluded: () => {},
  }, 1_000);
  const chunk = Uint8Array.of(1, 2, 3);
  const own = Uint8Array.of(4, 5);
  inbound.start(chunk);
  inbound.message("binary", chunk, 1, 3);
  inbound.message("binary", own, 0, 2);
  inbound.message("ascii", bytesOf("xy"), 0, 2);
  inbound.finish();
  chunk.fill(0);
  assertEquals(received.map(show), [[2, 3], [4, 5], "xy"]);
  assertStrictEquals(received[1], own.buffer);
});

Deno.test("Inbound tells a fault with its place, and limit and size of what is too big", () => {
  const { inbound, events } = stage();
  const fault = { detail: "RSV2 set", offset: 7 };
  inbound.start(new Uint8Array());
  inbound.fault({ ...fault, closeCode: 1002 });
  inbound.fault({ ...fault, closeCode: 1009 });
  inbound.fault({ ...fault, closeCode: 1009, size: 1_001 });
  const detail = "RSV2 set, at byte 7 after the handshake";
  assertEquals(events, [
    ["end", LOST, { type: "protocol", closeCode: 1002, detail }],
    ["end", LOST, { type: "too-big", limit: 1_000, offset: 7 }],
    ["end", LOST, { type: "too-big", limit: 1_000, offset: 7, size: 1_001 }],
  ]);
});

Deno.test("Inbound packs many short messages of one kind, where packs are taken", () => {
  const { inbound, events } = stage(true);
  const chunk = new Uint8Array(100).fill(97);
  inbound.start(chunk);
  for (let at = 0; at < 64; at += 2) {
    inbound.message("ascii", chunk, at, at + 2);
  }
  for (let at = 64; at < 72; at += 2) {
    inbound.message("binary", chunk, at, at + 2);
  }
  inbound.message("ascii", chunk, 72, 73);
  inbound.finish();
  assertEquals(events, [
    ["pack", "ascii", 32, 64],
    ["pack", "binary", 4, 8],
    ["message", "a", 1],
  ]);
});

Deno.test("Inbound packs no long message, and none that was cut", () => {
  const { inbound, events } = stage(true);
  const chunk = new Uint8Array(20_000).fill(97);
  inbound.start(chunk);
  for (let count = 0; count < 40; count += 1) {
    inbound.message("ascii", chunk, 0, 4_097);
    inbound.message("binary", new Uint8Array(3), 0, 3);
  }
  inbound.finish();
  assertEquals(events.length, 80);
  assertEquals(events.every(([type]) => type === "message"), true);
});

Deno.test("Inbound unpacks where packs are not taken", () => {
  const { inbound, events } = stage();
  const chunk = new Uint8Array(40).fill(97);
  inbound.start(chunk);
  for (let at = 0; at < 40; at += 1) {
    inbound.message("binary", chunk, at, at + 1);
  }
  inbound.finish();
  assertEquals(events.length, 40);
  assertEquals(events[39], ["message", [97], 1]);
});

Deno.test("Inbound ends with a text that no string can hold", () => {
  const { inbound, events } = stage();
  inbound.message("text", new Uint8Array(2 ** 29), 0, 2 ** 29);
  const failure = { type: "too-big", limit: 2 ** 29 - 24 };
  assertEquals(events, [["end", LOST, failure]]);
});
