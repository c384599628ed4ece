import { assertEquals } from "@std/assert";
import { BodyReader } from "../../../lib/rfc6455/handshake/body_reader.ts";
import type { Fields } from "../../../lib/rfc6455/handshake/fields.ts";
import { bytesOf, chunks } from "../frames.ts";

const CHUNKED: Fields = [["transfer-encoding", "gzip, Chunked"]];

function read(
  text: string,
  fields: Fields = [],
  { status = 400, maxBytes = 100 } = {},
): readonly [string, "done" | "more"] {
  const results = [Infinity, 1, 2, 3].map((size) => {
    const reader = new BodyReader({ status, fields, maxBytes });
    for (const chunk of chunks(bytesOf(text), size)) reader.read(chunk, 0);
    const state = reader.isDone ? "done" : "more";
    return [new TextDecoder().decode(reader.take()), state] as const;
  });
  for (const result of results) assertEquals(result, results[0]);
  return results[0]!;
}

Deno.test("BodyReader reads as many bytes as Content-Length says", () => {
  const fields: Fields = [["content-length", "5"]];
  assertEquals(read("hello, more", fields), ["hello", "done"]);
  assertEquals(read("hell", fields), ["hell", "more"]);
  assertEquals(read("", [["content-length", "0"]]), ["", "done"]);
});

Deno.test("BodyReader reads until the end without a valid length", () => {
  assertEquals(read("hello"), ["hello", "more"]);
  assertEquals(read("hello", [["content-length", "-1"]]), ["hello", "more"]);
  assertEquals(read("hello", [["transfer-encoding", "gzip"]]), [
    "hello",
    "more",
  ]);
});

Deno.test("BodyReader decodes chunks (RFC 9112, 7.1)", () => {
  assertEquals(read("5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\nx", CHUNKED), [
    "hello world",
    "done",
  ]);
  assertEquals(read("A \n0123456789\n2\nab", CHUNKED), [
    "0123456789ab",
    "more",
  ]);
});

Deno.test("BodyReader ends at a chunk that is not valid", () => {
  assertEquals(read("3\r\nabc\r\nxyz\r\nhello", CHUNKED), ["abc", "done"]);
  assertEquals(read("5x\r\nhello", CHUNKED), ["", "done"]);
  assertEquals(read(`5${" ".repeat(300)}`, CHUNKED), ["", "done"]);
});

Deno.test("BodyReader keeps no more than the limit", () => {
  const options = { maxBytes: 4 };
  assertEquals(read("hello", [], options), ["hell", "done"]);
  assertEquals(read("3\nabc\n3\ndef\n", CHUNKED, options), ["abcd", "done"]);
  assertEquals(read("hello", [["content-length", "5"]], options), [
    "hell",
    "done",
  ]);
});

Deno.test("BodyReader knows the responses that have no body", () => {
  for (const status of [204, 304]) {
    assertEquals(read("x", [["content-length", "1"]], { status }), [
      "",
      "done",
    ]);
    assertEquals(read("1\nx\n", CHUNKED, { status }), ["", "done"]);
  }
});

Deno.test("BodyReader starts at the offset that it is given", () => {
  const reader = new BodyReader({ status: 500, fields: [], maxBytes: 9 });
  reader.read(bytesOf("head body"), 5);
  assertEquals(new TextDecoder().decode(reader.take()), "body");
  assertEquals(reader.isDone, true);
});
