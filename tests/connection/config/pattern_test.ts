import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Json,
  matches,
  MAX_PATTERN_DEPTH,
  MAX_SUBSET_LENGTH,
  type Pattern,
} from "../../../lib/connection/config/pattern.ts";

function subset(value: Json): Pattern {
  return { kind: "subset", value };
}

function bytes(...values: readonly number[]): ArrayBuffer {
  return Uint8Array.from(values).buffer;
}

/** `depth` arrays within each other. */
function nested(depth: number): Json {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

Deno.test("matches() compares text exactly", () => {
  const pattern: Pattern = { kind: "exact", data: "pong" };
  assertEquals(matches(pattern, "pong"), true);
  assertEquals(matches(pattern, "pong "), false);
  assertEquals(
    matches(pattern, new TextEncoder().encode("pong").buffer),
    false,
  );
});

Deno.test("matches() compares bytes exactly", () => {
  const pattern: Pattern = { kind: "exact", data: bytes(1, 2) };
  assertEquals(matches(pattern, bytes(1, 2)), true);
  assertEquals(matches(pattern, bytes(1, 3)), false);
  assertEquals(matches(pattern, bytes(1, 2, 3)), false);
  assertEquals(matches(pattern, "\x01\x02"), false);
  assertEquals(matches({ kind: "exact", data: bytes() }, bytes()), true);
});

Deno.test("matches() finds the members of a subset among others, at each depth", () => {
  const pattern = subset({ type: "reply", payload: { status: "ok", code: 0 } });
  const text =
    ' {"ref":1,"payload":{"code":0,"x":[],"status":"ok"},"type":"reply"} ';
  assertEquals(matches(pattern, text), true);
  assertEquals(matches(pattern, text.replace('"code":0', '"code":"0"')), false);
  assertEquals(matches(pattern, text.replace('"code"', '"kode"')), false);
  assertEquals(matches(pattern, '{"type":"reply","payload":null}'), false);
  assertEquals(matches(pattern, '{"type":"reply","payload":["ok"]}'), false);
});

Deno.test("matches() finds an empty object in any object", () => {
  assertEquals(matches(subset({}), '{"a":1}'), true);
  assertEquals(matches(subset({}), "{}"), true);
  assertEquals(matches(subset({}), "[]"), false);
  assertEquals(matches(subset({}), "null"), false);
  assertEquals(matches(subset({}), ""), false);
});

Deno.test("matches() compares arrays as a whole", () => {
  const pattern = subset(["phx_reply", { status: "ok" }]);
  assertEquals(
    matches(pattern, '\n["phx_reply",{"status":"ok","response":{}}]'),
    true,
  );
  assertEquals(matches(pattern, '["phx_reply",{"status":"ok"},1]'), false);
  assertEquals(matches(pattern, '["phx_reply"]'), false);
  assertEquals(matches(pattern, '[{"status":"ok"},"phx_reply"]'), false);
  assertEquals(
    matches(pattern, '{"0":"phx_reply","1":{"status":"ok"},"length":2}'),
    false,
  );
  assertEquals(matches(subset({ a: [] }), '{"a":{}}'), false);
});

Deno.test("matches() compares values of all types", () => {
  for (const value of [null, true, 0, 1.5, "", "a"] satisfies readonly Json[]) {
    assertEquals(matches(subset(value), JSON.stringify(value)), true);
    assertEquals(matches(subset({ value }), JSON.stringify({ value })), true);
    assertEquals(matches(subset({ value }), '{"value":[]}'), false);
  }
});

Deno.test("matches() finds keys and strings that are escaped in the text", () => {
  assertEquals(
    matches(subset({ type: "pong" }), '{"\\u0074ype":"p\\u006fng"}'),
    true,
  );
  assertEquals(
    matches(subset({ 'a"b': "c\\d\n" }), JSON.stringify({ 'a"b': "c\\d\n" })),
    true,
  );
});

Deno.test("matches() uses the last of two members with one key, as JSON.parse() does", () => {
  assertEquals(
    matches(subset({ type: "pong" }), '{"type":"pong","type":"x"}'),
    false,
  );
});

Deno.test("matches() does not find what objects inherit", () => {
  for (
    const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]
  ) {
    const pattern = subset(JSON.parse(`{"a":{"${key}":{}}}`));
    assertEquals(matches(pattern, `{"a":{},"b":"${key}"}`), false, key);
    assertEquals(matches(pattern, `{"a":{"${key}":{}}}`), true, key);
  }
});

Deno.test("matches() finds nothing in invalid JSON", () => {
  const texts = [
    "",
    "{",
    '{"type":"pong"',
    "{'type':'pong'}",
    '{"type":"pong"}x',
    "pong",
  ];
  for (const text of texts) {
    assertEquals(matches(subset({ type: "pong" }), text), false, text);
  }
});

Deno.test("matches() ignores a byte order mark before JSON, and compares it in text", () => {
  for (const value of [{ type: "pong" }, ["pong"], "pong"]) {
    assertEquals(
      matches(subset(value), `\ufeff${JSON.stringify(value)}`),
      true,
    );
  }
  assertEquals(matches(subset({}), "\ufeff\ufeff{}"), false);
  assertEquals(matches({ kind: "exact", data: "pong" }, "\ufeffpong"), false);
});

Deno.test("matches() never finds a subset in binary data", () => {
  const data = new TextEncoder().encode('{"type":"pong"}').buffer;
  assertEquals(matches(subset({ type: "pong" }), data), false);
});

Deno.test("matches() does not parse a text above 64 KiB", () => {
  const text = '{"type":"pong"}';
  assertEquals(
    matches(subset({ type: "pong" }), text.padEnd(MAX_SUBSET_LENGTH)),
    true,
  );
  assertEquals(
    matches(subset({ type: "pong" }), text.padEnd(MAX_SUBSET_LENGTH + 1)),
    false,
  );
});

Deno.test("matches() stops at the depth limit", () => {
  const deepest = nested(MAX_PATTERN_DEPTH);
  assertEquals(matches(subset(deepest), JSON.stringify(deepest)), true);
  const deeper = nested(MAX_PATTERN_DEPTH + 1);
  assertEquals(matches(subset(deeper), JSON.stringify(deeper)), false);
});

Deno.test("matches() survives a text that is nested as deep as it can be", () => {
  assertEquals(matches(subset([[]]), "[".repeat(MAX_SUBSET_LENGTH)), false);
  const half = MAX_SUBSET_LENGTH / 2;
  assertEquals(
    matches(subset([[]]), "[".repeat(half) + "]".repeat(half)),
    false,
  );
});

const json: fc.Arbitrary<Json> = fc.jsonValue().map((value) =>
  JSON.parse(JSON.stringify(value))
);

Deno.test("matches() finds any JSON in itself, and in itself with more members", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), json, (members, more) => {
      const pattern = subset(members);
      assert(matches(pattern, JSON.stringify(members)));
      assert(
        matches(
          pattern,
          JSON.stringify({ ...members, [`${Object.keys(members)}+`]: more }),
        ),
      );
    }),
  );
});

Deno.test("matches() never throws, whatever the text", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.json());
  fc.assert(fc.property(json, text, (value, text) => {
    assertEquals(typeof matches(subset(value), text), "boolean");
  }));
});
