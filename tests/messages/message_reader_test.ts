import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import type { Codec } from "../../lib/messages/format/codec.ts";
import {
  type Envelope,
  flatEnvelope,
} from "../../lib/messages/format/envelope.ts";
import { DecodeError } from "../../lib/messages/format/errors.ts";
import { jsonCodec } from "../../lib/messages/format/json_codec.ts";
import {
  type InvalidMessage,
  MessageReader,
  mismatched,
} from "../../lib/messages/message_reader.ts";
import type { Verdict } from "../../lib/messages/format/schemas.ts";

function makeReader(
  { codec = jsonCodec(), envelope = flatEnvelope(), maxMessages = 10 }: {
    readonly codec?: Codec;
    readonly envelope?: Envelope;
    readonly maxMessages?: number;
  } = {},
) {
  const verdicts: Verdict[] = [];
  const invalid: InvalidMessage[] = [];
  const next = Promise.withResolvers<void>();
  const reader = new MessageReader({
    codec,
    envelope,
    schemas: {
      say: z.object({ text: z.string() }),
      slow: z.object({}).refine(() => new Promise<boolean>(() => {})),
    },
    limits: { maxMessages, maxBytes: 100 },
  }, {
    validated(verdict) {
      verdicts.push(verdict);
      next.resolve();
    },
    invalid: (message) => invalid.push(message),
  });
  return { reader, verdicts, invalid, next: next.promise };
}

function fail(): never {
  throw new RangeError("Broken");
}

Deno.test("MessageReader.receive() reads text, binary data and Blobs", async () => {
  const { reader, verdicts, next } = makeReader();
  const text = '{"type":"say","text":"hi"}';
  reader.receive(text);
  reader.receive(new TextEncoder().encode(text).buffer);
  await next;
  const blob = makeReader();
  blob.reader.receive(new Blob([text]));
  await blob.next;
  const verdict = {
    kind: "valid",
    message: { type: "say", data: { text: "hi" } },
  } as const;
  assertEquals([...verdicts, ...blob.verdicts], [verdict, verdict, verdict]);
});

Deno.test("MessageReader.receive() reads a buffer of another realm", () => {
  const { reader, verdicts } = makeReader();
  const text = JSON.stringify({ type: "say", text: "hi" });
  const bytes = [...new TextEncoder().encode(text)];
  reader.receive(runInNewContext(`Uint8Array.of(${bytes}).buffer`));
  assertEquals(verdicts.map(({ kind }) => kind), ["valid"]);
});

Deno.test("MessageReader.receive() reads a view, and only its part of the buffer", () => {
  const { reader, verdicts } = makeReader();
  const text = '{"type":"say","text":"hi"}';
  const bytes = new TextEncoder().encode(`xx${text}xx`);
  reader.receive(bytes.subarray(2, -2));
  assertEquals(verdicts.map(({ kind }) => kind), ["valid"]);
});

Deno.test("MessageReader.receive() finds no schema that objects inherit", () => {
  const { reader, verdicts } = makeReader();
  reader.receive('{"type":"toString"}');
  assertEquals(verdicts.map(({ kind }) => kind), ["unknown"]);
});

Deno.test("MessageReader.receive() reports what the codec refuses, with the data as it came", () => {
  const { reader, invalid } = makeReader();
  reader.receive("{");
  const [{ kind, type, value, issues, cause }] = invalid as [InvalidMessage];
  assertEquals([kind, type, value], ["undecodable", undefined, "{"]);
  assert(cause instanceof DecodeError);
  assertEquals(issues, [{ message: cause.message }]);
});

Deno.test("MessageReader.receive() makes a DecodeError of any error of the codec", () => {
  const codec = { encode: () => "", decode: fail };
  const { reader, invalid } = makeReader({ codec });
  reader.receive("frame");
  const { cause } = invalid[0]!;
  assert(cause instanceof DecodeError);
  assertEquals([cause.message, cause.excerpt], [
    "Cannot decode a message: Broken",
    '"frame"',
  ]);
  assert(cause.cause instanceof RangeError);
});

Deno.test("MessageReader.receive() reports data that no WebSocket delivers", () => {
  const { reader, invalid } = makeReader();
  reader.receive(7);
  assertEquals(invalid.map(({ kind, value }) => [kind, value]), [
    ["undecodable", 7],
  ]);
});

Deno.test("MessageReader.receive() reports a message without a type, decoded", () => {
  const envelope = { wrap: () => "", unwrap: fail };
  for (const each of [makeReader(), makeReader({ envelope })]) {
    each.reader.receive('{"text":"hi"}');
    const { kind, value, issues } = each.invalid[0]!;
    assertEquals([kind, value, issues], [
      "unroutable",
      { text: "hi" },
      [{ message: "Message without a type" }],
    ]);
  }
});

Deno.test("MessageReader.receive() reports at once what exceeds the bounds", () => {
  const { reader, invalid } = makeReader({ maxMessages: 1 });
  reader.receive('{"type":"slow"}');
  reader.receive(new Blob(["late"]));
  assertEquals(invalid.map(({ kind }) => kind), ["overflow"]);
});

Deno.test("MessageReader.clear() forgets the messages that wait", () => {
  const { reader, verdicts } = makeReader({ maxMessages: 1 });
  reader.receive('{"type":"slow"}');
  reader.clear();
  reader.receive('{"type":"say","text":"hi"}');
  assertEquals(verdicts.length, 1);
});

Deno.test("mismatched() describes the message and the issues", () => {
  const issues = [{ message: "No" }];
  const cause = new Error("Broken");
  const described = mismatched({
    kind: "invalid",
    message: { type: "say", data: 7 },
    issues,
    cause,
  });
  const { kind, type, value } = described;
  assertEquals([kind, type, value], ["mismatched", "say", 7]);
  assertStrictEquals(described.issues, issues);
  assertStrictEquals(described.cause, cause);
});
