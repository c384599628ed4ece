import { assert, assertEquals, assertThrows } from "@std/assert";
import { DecodeError, jsonCodec } from "../../../lib/messages/mod.ts";

const codec = jsonCodec();

function refusal(data: string | ArrayBuffer, limits = {}): DecodeError {
  return assertThrows(() => jsonCodec(limits).decode(data), DecodeError);
}

function bytes(...values: readonly number[]): ArrayBuffer {
  return Uint8Array.from(values).buffer;
}

Deno.test("jsonCodec() reads what it writes", () => {
  const value = { a: [1, "ü\ud83d\ude00", null, true], b: { c: '\\"' } };
  assertEquals(codec.decode(String(codec.encode(value))), value);
});

Deno.test("jsonCodec() reads UTF-8 in binary messages", () => {
  const { buffer } = new TextEncoder().encode('"ü"');
  assertEquals(codec.decode(buffer), "ü");
});

Deno.test("jsonCodec() ignores one byte order mark, in text and in binary messages", () => {
  const encoder = new TextEncoder();
  assertEquals(codec.decode('\ufeff{"a":1}'), { a: 1 });
  assertEquals(codec.decode(encoder.encode('\ufeff{"a":1}').buffer), { a: 1 });
  assertEquals(codec.decode('"\ufeff"'), "\ufeff");
  for (const text of ["\ufeff", "\ufeff\ufeff1", " \ufeff1", "1\ufeff"]) {
    assert(refusal(text).message.includes("JSON"));
    assert(refusal(encoder.encode(text).buffer).message.includes("JSON"));
  }
});

Deno.test("jsonCodec() counts a byte order mark in maxBytes", () => {
  assertEquals(jsonCodec({ maxBytes: 4 }).decode("\ufeff1"), 1);
  assert(refusal("\ufeff1", { maxBytes: 3 }).message.includes("4 bytes"));
});

Deno.test("jsonCodec() refuses to encode what JSON cannot carry", () => {
  assertThrows(() => codec.encode(undefined), TypeError, "undefined");
  assertThrows(() => codec.encode(() => {}), TypeError, "function");
});

Deno.test("jsonCodec() quotes a binary message that is not UTF-8", () => {
  const error = refusal(bytes(0x22, 0x61, 0xff, 0x62, 0x22));
  assertEquals(error.excerpt, '"\\"a\ufffdb\\""');
  assert(error.message.includes(error.excerpt));
  assert(error.cause instanceof TypeError);
});

Deno.test("jsonCodec() quotes text that is not JSON, around the fault", () => {
  const text = `{"a":"${"x".repeat(200)}",\n!${"y".repeat(200)}`;
  const { excerpt, message, cause } = refusal(text);
  assert(excerpt.startsWith("…") && excerpt.endsWith("…"), excerpt);
  assert(excerpt.includes("\\n!yyy") && excerpt.length < 80, excerpt);
  assert(!message.includes("\n"));
  assert(cause instanceof SyntaxError);
});

Deno.test("jsonCodec() quotes nothing of an empty message", () => {
  assertEquals(refusal("").excerpt, '""');
});

Deno.test("jsonCodec() refuses what is larger than maxBytes", () => {
  const text = JSON.stringify("üü");
  assertEquals(jsonCodec({ maxBytes: 6 }).decode(text), "üü");
  assert(refusal(text, { maxBytes: 5 }).message.includes("6 bytes"));
  assert(refusal(new ArrayBuffer(7), { maxBytes: 6 }));
});

Deno.test("jsonCodec() refuses what is deeper than maxDepth", () => {
  const three = '{"a":[{"b":"[[[[[[[\\"[[["}],"c":[],"d":{}}';
  assert(jsonCodec({ maxDepth: 3 }).decode(three));
  refusal(three, { maxDepth: 2 });
});

Deno.test("jsonCodec() refuses deep nesting before it is parsed", () => {
  const deep = "[".repeat(1_000_000);
  assert(refusal(deep).message.includes("maxDepth"));
  assert(refusal('{"a":'.repeat(200_000)).message.includes("maxDepth"));
  // Depth cannot hide behind quotes and backslashes.
  assert(refusal(`["\\\\",${deep.slice(0, 100)}`).message.includes("maxDepth"));
  assert(refusal(`["${deep}`).message.includes("JSON"));
});

Deno.test("jsonCodec() reads a text full of quotes and backslashes in linear time", () => {
  const text = `"${'\\\\\\"'.repeat(200_000)}"`;
  assertEquals(codec.decode(text), '\\"'.repeat(200_000));
});

Deno.test("jsonCodec() refuses keys that pollute prototypes, however written", () => {
  refusal('{"__proto__":{"polluted":true}}');
  refusal('{"__proto__":1}');
  refusal('[{"a":{"\\u005f\\u005fproto__":null}}]');
  refusal('{"constructor":{"prototype":{"polluted":true}}}');
  refusal('{"\\u0063onstructor":{"prototyp\\u0065":1}}');
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("jsonCodec() reads innocent keys and texts of the same name", () => {
  for (
    const text of [
      '{"constructor":"Ferrari","prototype":{"a":1}}',
      '{"constructor":{"name":"Ferrari"}}',
      '{"constructor":null}',
      '{"text":"__proto__"}',
    ]
  ) assertEquals(JSON.stringify(codec.decode(text)), text);
});

Deno.test("jsonCodec() leaves huge numbers and lone surrogates to the schema", () => {
  assertEquals(codec.decode("1e999"), Infinity);
  assertEquals(codec.decode('"\\ud800"'), "\ud800");
  assertEquals(codec.encode("\ud800"), '"\\ud800"');
});

Deno.test("jsonCodec() checks its limits", () => {
  assertThrows(() => jsonCodec({ maxBytes: 0 }), RangeError, "maxBytes");
  assertThrows(() => jsonCodec({ maxDepth: NaN }), RangeError, "maxDepth");
});
