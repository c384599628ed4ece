import { assert, assertEquals, assertRejects } from "@std/assert";
import { RedisFailure } from "../../../lib/cli/sessions/failure.ts";
import {
  encodeCommand,
  ReplyError,
  ReplyReader,
} from "../../../lib/cli/sessions/resp.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads answers that come in chunks of so many bytes. */
function readerOf(text: string, size = 1_000_000): ReplyReader {
  const data = bytes(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    chunks.push(data.subarray(at, at + size));
  }
  return new ReplyReader(ReadableStream.from(chunks));
}

Deno.test("encodeCommand() writes lengths in bytes", () => {
  const command = encodeCommand(["SET", "é", Uint8Array.of(13, 10)]);
  assertEquals(
    command,
    bytes("*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n\r\n\r\n"),
  );
});

for (const size of [1, 2, 3, 1_000]) {
  Deno.test(`ReplyReader reads each kind of answer in chunks of ${size} bytes`, async () => {
    const reader = readerOf(
      "+OK\r\n:-7\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n" +
        "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n*0\r\n+é\r\n",
      size,
    );
    const replies = [];
    for (let count = 0; count < 9; count += 1) {
      replies.push(await reader.read());
    }
    assertEquals(replies, [
      ...["OK", -7, bytes("a\r\nbc"), bytes(""), null, null],
      ...[[[1], bytes("x")], [], "é"],
    ]);
  });
}

Deno.test("ReplyReader reads an error as a value", async () => {
  const reply = await readerOf("-ERR wrong\r\n").read();
  assert(reply instanceof ReplyError);
  assertEquals(reply.message, "ERR wrong");
});

for (
  const text of [
    "HTTP/1.1 400 Bad Request\r\n",
    ":x\r\n",
    "$-2\r\n",
    "$999999999999\r\n",
    "$1\r\nabc",
    "\r\n",
    "+OK\n",
    "x".repeat(100_000),
  ]
) {
  Deno.test(`ReplyReader refuses ${JSON.stringify(text.slice(0, 30))}`, async () => {
    const error = await assertRejects(
      () => readerOf(text).read(),
      RedisFailure,
      "does not speak as Redis",
    );
    assertEquals(error.kind, "protocol");
  });
}

for (const text of ["", "+OK", "$5\r\nab", "*2\r\n:1\r\n"]) {
  Deno.test(`ReplyReader says that the connection has ended after ${JSON.stringify(text)}`, async () => {
    const error = await assertRejects(
      () => readerOf(text).read(),
      RedisFailure,
      "closed the connection",
    );
    assertEquals(error.kind, "unreachable");
  });
}
