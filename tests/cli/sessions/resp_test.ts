import { assert, assertEquals, assertThrows } from "@std/assert";
import { RedisFailure } from "../../../lib/cli/sessions/failure.ts";
import {
  encodeCommand,
  type Reply,
  ReplyError,
  ReplyParser,
} from "../../../lib/cli/sessions/resp.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The answers of a text that comes in chunks of so many bytes. */
function repliesOf(text: string, size = 1_000_000): readonly Reply[] {
  const parser = new ReplyParser();
  const data = bytes(text);
  const count = Math.ceil(data.length / size);
  return Array.from({ length: count }, (_, index) => index * size)
    .flatMap((at) => parser.push(data.subarray(at, at + size)));
}

Deno.test("encodeCommand() writes lengths in bytes", () => {
  const command = encodeCommand(["SET", "é", Uint8Array.of(13, 10)]);
  assertEquals(
    command,
    bytes("*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n\r\n\r\n"),
  );
});

for (const size of [1, 2, 3, 1_000]) {
  Deno.test(`ReplyParser reads each kind of answer in chunks of ${size} bytes`, () => {
    const text = "+OK\r\n:-7\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n" +
      "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n*0\r\n+é\r\n";
    assertEquals(repliesOf(text, size), [
      ...["OK", -7, bytes("a\r\nbc"), bytes(""), null, null],
      ...[[[1], bytes("x")], [], "é"],
    ]);
  });
}

Deno.test("ReplyParser reads an error as a value", () => {
  const [reply] = repliesOf("-ERR wrong\r\n");
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
  Deno.test(`ReplyParser refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
    const error = assertThrows(
      () => repliesOf(text),
      RedisFailure,
      "does not speak as Redis",
    );
    assertEquals(error.kind, "protocol");
  });
}

for (const text of ["", "+OK", "$5\r\nab", "*2\r\n:1\r\n", "$1\r\na\r"]) {
  Deno.test(`ReplyParser waits for more after ${JSON.stringify(text)}`, () => {
    assertEquals(repliesOf(text), []);
  });
}
