import { decode, encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Codec,
  DecodeError,
  dispatcher,
  limitCodec,
} from "../../../lib/messages/mod.ts";
import { z } from "zod";
import { FakeSocket } from "../fake_socket.ts";

const messagePack: Codec = {
  encode: (value) => encode(value),
  decode(data) {
    if (typeof data === "string") throw new TypeError("Expected binary data");
    return decode(data);
  },
};

/** A codec that decodes each message to the same value. */
function codecOf(value: unknown): Codec {
  return { encode: () => "", decode: () => value };
}

function frameOf(value: unknown): ArrayBuffer {
  return encode(value).slice().buffer;
}

Deno.test("limitCodec() lets MessagePack through", () => {
  const codec = limitCodec(messagePack);
  const value = { a: [1, { b: "c" }], bytes: Uint8Array.of(1, 2) };
  assertEquals(codec.decode(frameOf(value)), value);
  assertEquals(codec.encode(value), encode(value));
});

Deno.test("limitCodec() refuses what is too large before it is decoded", () => {
  const codec = limitCodec(messagePack, { maxBytes: 5 });
  assertThrows(() => codec.decode(new ArrayBuffer(6)), DecodeError, "6 bytes");
});

Deno.test("limitCodec() refuses what is too deep", () => {
  const codec = limitCodec(messagePack, { maxDepth: 2 });
  assertEquals(codec.decode(frameOf([[1]])), [[1]]);
  assertThrows(() => codec.decode(frameOf([[[]]])), DecodeError, "maxDepth");
});

Deno.test("limitCodec() refuses keys that pollute prototypes", () => {
  for (const text of ['[{"__proto__":1}]', '{"constructor":{"prototype":1}}']) {
    const codec = limitCodec(codecOf(JSON.parse(text)));
    assertThrows(() => codec.decode(""), DecodeError, "pollutes");
  }
});

Deno.test("limitCodec() accepts cycles", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  assertEquals(limitCodec(codecOf(cycle)).decode(""), cycle);
});

Deno.test("dispatcher() speaks MessagePack", () => {
  const socket = new FakeSocket();
  socket.open();
  const invalid: string[] = [];
  const texts: string[] = [];
  using messages = dispatcher(socket, { say: z.object({ text: z.string() }) }, {
    codec: limitCodec(messagePack),
    invalid: ({ kind, cause }) => {
      assert(cause instanceof DecodeError);
      invalid.push(kind);
    },
  });
  messages.on("say", ({ text }) => texts.push(text));
  socket.receive(frameOf({ type: "say", text: "hi" }));
  socket.receive("text");
  socket.receive(Uint8Array.of(0xc1).buffer);
  assertEquals(texts, ["hi"]);
  assertEquals(invalid, ["undecodable", "undecodable"]);
  messages.send("say", { text: "ho" });
  assertEquals(socket.sent[1], encode({ text: "ho", type: "say" }));
});
