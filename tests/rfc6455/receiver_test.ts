import { assertEquals, assertStrictEquals } from "@std/assert";
import { MessageInflater } from "../../lib/rfc6455/deflate/message_inflater.ts";
import { PakoInflater } from "../../lib/transport/tcp/pako_codec.ts";
import { Receiver } from "../../lib/rfc6455/receiver.ts";
import {
  bytesOf,
  concat,
  frame,
  masked,
  receive,
  type Received,
  record,
} from "./frames.ts";

/** A stream gives the same, in whatever chunks it comes. */
function assertReceives(
  stream: Uint8Array,
  expected: readonly Received[],
  options: Parameters<typeof receive>[1] = {},
): void {
  for (const size of [Infinity, 1, 2, 3, 5, 7, 16, 100]) {
    assertEquals(receive(stream, options, size), expected, `chunks of ${size}`);
  }
}

Deno.test("Receiver reads the examples of RFC 6455, 5.7", () => {
  assertReceives(frame(0x81, "Hello"), [["ascii", "Hello"]]);
  assertReceives(masked(0x81, "Hello"), [["ascii", "Hello"]], {
    role: "server",
  });
  assertReceives(concat(frame(0x01, "Hel"), frame(0x80, "lo")), [
    ["ascii", "Hello"],
  ]);
  assertReceives(frame(0x89, "Hello"), [["ping", [...bytesOf("Hello")]]]);
  assertReceives(masked(0x8a, "Hello"), [["pong", [...bytesOf("Hello")]]], {
    role: "server",
  });
  assertReceives(frame(0x82, new Uint8Array(256)), [
    ["binary", new Array(256).fill(0)],
  ]);
  const large = new Uint8Array(65_536).fill(7);
  assertEquals(receive(frame(0x82, large), { maxMessageSize: Infinity }, 999), [
    ["binary", [...large]],
  ]);
});

Deno.test("Receiver hands over what is whole as a range of the chunk", () => {
  const chunk = concat(frame(0x81, "one"), frame(0x89), frame(0x82, [1, 2]));
  const ranges: unknown[] = [];
  const receiver = new Receiver({
    role: "client",
    maxMessageSize: 10,
    listener: {
      message(kind, bytes, start, end) {
        assertStrictEquals(bytes, chunk);
        ranges.push([kind, start, end]);
      },
      ping() {},
      pong() {},
      close() {},
      fault() {},
    },
  });
  receiver.receive(chunk);
  assertEquals(ranges, [["ascii", 2, 5], ["binary", 9, 11]]);
  assertEquals(receiver.received, chunk.length);
});

Deno.test("Receiver hands over what came in pieces in a buffer of its own", () => {
  const sizes: number[] = [];
  const receiver = new Receiver({
    role: "client",
    maxMessageSize: 2_000,
    listener: {
      message(_kind, bytes, start, end) {
        assertEquals([start, end], [0, bytes.buffer.byteLength]);
        sizes.push(end);
      },
      ping() {},
      pong() {},
      close() {},
      fault() {},
    },
  });
  const cut = frame(0x82, new Uint8Array(1_500));
  receiver.receive(cut.subarray(0, 20));
  receiver.receive(cut.subarray(20));
  receiver.receive(concat(frame(0x02, [1]), frame(0x80, [2, 3])));
  assertEquals(sizes, [1_500, 3]);
});

Deno.test("Receiver takes control frames between fragments", () => {
  const stream = concat(
    frame(0x01, "a"),
    frame(0x89, "p"),
    frame(0x00, "é"),
    frame(0x8a),
    frame(0x00),
    frame(0x80, "z"),
    frame(0x02),
    frame(0x80),
  );
  assertReceives(stream, [
    ["ping", [112]],
    ["pong", []],
    ["text", "aéz"],
    ["binary", []],
  ]);
});

Deno.test("Receiver tells ASCII from other text", () => {
  assertReceives(
    concat(
      frame(0x81),
      frame(0x81, "\x7f"),
      frame(0x81, "\ufeffé"),
      frame(0x01, "€"),
      frame(0x80, "e"),
      frame(0x01, "e"),
      frame(0x80, "f"),
    ),
    [["ascii", ""], ["ascii", "\x7f"], ["text", "\ufeffé"], ["text", "€e"], [
      "ascii",
      "ef",
    ]],
  );
});

Deno.test("Receiver unmasks pieces of any size", () => {
  const data = Uint8Array.from({ length: 300 }, (_, index) => index);
  assertReceives(
    concat(
      masked(0x02, data),
      masked(0x89, data.subarray(0, 125)),
      masked(0x80, [1, 2, 3]),
      frame(0x82, [4, 5], { key: [0, 0, 0, 0] }),
    ),
    [
      ["ping", [...data.subarray(0, 125)]],
      ["binary", [...data, 1, 2, 3]],
      ["binary", [4, 5]],
    ],
    { role: "server" },
  );
});

Deno.test("Receiver says at which byte the protocol was broken", () => {
  const before = frame(0x81, "four");
  const cases: readonly [Uint8Array, Received][] = [
    [frame(0x83), [
      "fault",
      1002,
      "The opcode 3 is reserved (RFC 6455, 5.2)",
      6,
    ]],
    [frame(0x80), [
      "fault",
      1002,
      "A frame continues a message that did not start (RFC 6455, 5.4)",
      6,
    ]],
    [concat(frame(0x01, "a"), frame(0x81, "b")), [
      "fault",
      1002,
      "A message starts before the one before it ended (RFC 6455, 5.4)",
      9,
    ]],
    [concat(frame(0x02, "a"), frame(0x02, "b")), [
      "fault",
      1002,
      "A message starts before the one before it ended (RFC 6455, 5.4)",
      9,
    ]],
    [frame(0x88, [0x03, 0xec]), [
      "fault",
      1002,
      "The close code 1004 must not be sent (RFC 6455, 7.4)",
      8,
    ]],
    [frame(0x82, new Uint8Array(300), { lengthBytes: 9 }), [
      "fault",
      1002,
      "The length 300 is not written in the fewest bytes (RFC 6455, 5.2)",
      6,
    ]],
  ];
  for (const [stream, fault] of cases) {
    for (const size of [Infinity, 1, 2, 3, 5]) {
      assertEquals(
        receive(concat(before, stream, frame(0x81, "x")), {}, size),
        [["ascii", "four"], fault],
      );
    }
  }
});

Deno.test("Receiver fails as soon as text is not UTF-8, at the very byte", () => {
  const detail = "A text message is not UTF-8 (RFC 6455, 8.1)";
  assertReceives(frame(0x81, [0x61, 0xc3, 0x28, 0x62]), [
    ["fault", 1007, detail, 4],
  ]);
  assertReceives(concat(frame(0x01, [0x61, 0xc3]), frame(0x00, [0x28])), [
    ["fault", 1007, detail, 6],
  ]);
  const unfinished = frame(0x81, [0x61, 0xff, 0x61, 0x61, 0x61]);
  assertReceives(unfinished.subarray(0, 4), [["fault", 1007, detail, 3]]);
});

Deno.test("Receiver refuses text that ends within a character", () => {
  const detail = "A text message ends within a character (RFC 6455, 8.1)";
  assertReceives(frame(0x81, [0x61, 0xe2, 0x82]), [["fault", 1007, detail, 5]]);
  assertReceives(
    concat(frame(0x01, [0xe2]), frame(0x80, [0x82]), frame(0x89)),
    [["fault", 1007, detail, 6]],
  );
});

Deno.test("Receiver judges sizes by the header, before a byte is stored", () => {
  const options = { maxMessageSize: 300 };
  const fits = frame(0x82, new Uint8Array(300));
  assertReceives(fits, [["binary", new Array(300).fill(0)]], options);
  const header = frame(0x82, new Uint8Array(301)).subarray(0, 4);
  assertReceives(header, [[
    "fault",
    1009,
    "A message of 301 bytes or more is over the limit of 300",
    0,
  ]], options);
  const fragments = concat(
    frame(0x02, new Uint8Array(200)),
    frame(0x00, new Uint8Array(101)).subarray(0, 2),
  );
  assertReceives(fragments, [[
    "fault",
    1009,
    "A message of 301 bytes or more is over the limit of 300",
    204,
  ]], options);
  const next = concat(
    frame(0x02, new Uint8Array(200)),
    frame(0x80),
    frame(0x02, new Uint8Array(200)),
  );
  assertReceives(next, [["binary", new Array(200).fill(0)]], options);
});

Deno.test("Receiver refuses a length of 63 bits for its size", () => {
  const header = [0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255];
  assertReceives(Uint8Array.from(header), [[
    "fault",
    1009,
    "A message of 9223372036854776000 bytes or more is over the limit of 1024",
    0,
  ]]);
});

Deno.test("Receiver judges a header before all of it is there", () => {
  assertReceives(Uint8Array.of(0x83, 0xff), [[
    "fault",
    1002,
    "The server masked a frame (RFC 6455, 5.1)",
    0,
  ]]);
});

Deno.test("Receiver hands over nothing after a close frame", () => {
  const rest = concat(frame(0x81, "late"), [0xff, 0xff]);
  assertReceives(concat(frame(0x88, concat([0x03, 0xe8], "bye")), rest), [
    ["close", 1000, "bye"],
  ]);
  assertReceives(concat(frame(0x88), rest), [["close", 1005, ""]]);
  assertReceives(frame(0x88, [0x03, 0xe8, 0xc3]), [[
    "fault",
    1007,
    "The reason of a close frame is not UTF-8 (RFC 6455, 5.5.1)",
    2,
  ]]);
});

Deno.test("Receiver stops within a chunk when it is asked to", () => {
  const chunk = concat(frame(0x81, "a"), frame(0x81, "b"), frame(0x83));
  const { receiver, events } = record({}, (receiver) => receiver.stop());
  receiver.receive(chunk);
  receiver.receive(chunk);
  assertEquals(events, [["ascii", "a"]]);
  assertEquals(receiver.received, 2 * chunk.length);
});

/** A receiver's inflater of a fresh connection. */
function inflater(): MessageInflater {
  return new MessageInflater(new PakoInflater(15), "takeover");
}

Deno.test("Receiver inflates messages that are marked, in any chunks", () => {
  const hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
  const stream = concat(
    frame(0xc1, hello),
    frame(0x81, "plain"),
    frame(0x41, hello.slice(0, 3)),
    frame(0x89),
    frame(0x80, hello.slice(3)),
    frame(0xc2, [0x00]),
  );
  for (const size of [Infinity, 1, 2, 5]) {
    assertEquals(receive(stream, { inflater: inflater() }, size), [
      ["ascii", "Hello"],
      ["ascii", "plain"],
      ["ping", []],
      ["ascii", "Hello"],
      ["binary", []],
    ]);
  }
});

Deno.test("Receiver takes RSV1 on the first frame of a message only", () => {
  const stream = concat(frame(0x41, [0x00]), frame(0xc0, [0x00]));
  assertEquals(receive(stream, { inflater: inflater() }), [[
    "fault",
    1002,
    "RSV1 set in a frame that is not its message's first (RFC 7692, 6.1)",
    3,
  ]]);
});

Deno.test("Receiver lets a compressed message be a little longer than the limit", () => {
  const data = new Uint8Array(1_024);
  // What does not compress is stored, with 5 bytes for each block.
  const stored = concat([0x00, 0x00, 0x04, 0xff, 0xfb], data, [0x00]);
  const options = () => ({ inflater: inflater(), maxMessageSize: 1_024 });
  assertEquals(receive(frame(0xc2, stored), options()), [
    ["binary", [...data]],
  ]);
  const fragments = concat(
    frame(0x42, stored),
    frame(0x80, new Uint8Array(300)),
  );
  assertEquals(receive(fragments, options()), [[
    "fault",
    1009,
    "A message of 1330 bytes or more is over the limit of 1024",
    1_034,
  ]]);
});

Deno.test("Receiver says where a compressed message is wrong", () => {
  assertEquals(receive(frame(0xc2, [0x06, 0xff]), { inflater: inflater() }), [[
    "fault",
    1007,
    "A compressed message does not inflate (RFC 7692, 7.2.2)",
    4,
  ]]);
});

Deno.test("Receiver takes empty chunks", () => {
  const { receiver, events } = record();
  receiver.receive(new Uint8Array(0));
  receiver.receive(frame(0x81, "a"));
  assertEquals(events, [["ascii", "a"]]);
});

Deno.test("Receiver takes a message of a million fragments", () => {
  const fragments = 1_000_000;
  const stream = new Uint8Array(fragments * 3);
  for (let at = 0; at < stream.length; at += 3) {
    stream.set([at === 0 ? 0x01 : 0x00, 1, 0x61], at);
  }
  const { receiver, events } = record({ maxMessageSize: fragments });
  for (let at = 0; at < stream.length; at += 65_536) {
    receiver.receive(stream.subarray(at, at + 65_536));
  }
  receiver.receive(frame(0x80));
  assertEquals(events.length, 1);
  assertEquals(events[0]?.[1], "a".repeat(fragments));
});

Deno.test("Receiver takes any number of pings and of empty fragments", () => {
  let pings = 0;
  const receiver = new Receiver({
    role: "client",
    maxMessageSize: 0,
    listener: {
      message() {},
      ping: () => pings += 1,
      pong() {},
      close() {},
      fault() {},
    },
  });
  receiver.receive(frame(0x01));
  const many = concat(
    ...Array.from(
      { length: 1_000 },
      () => concat(frame(0x89, "p"), frame(0x00)),
    ),
  );
  for (let count = 0; count < 100; count += 1) receiver.receive(many);
  assertEquals(pings, 100_000);
});
