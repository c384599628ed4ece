import { assertEquals, assertThrows } from "@std/assert";
import {
  checkFields,
  combineFields,
  elementsOf,
  hasToken,
  headBytes,
  isSpace,
  isToken,
  quote,
  trimSpace,
  valuesOf,
} from "../../../lib/rfc6455/handshake/fields.ts";

const FIELDS = [
  ["connection", "keep-alive , ,Upgrade"],
  ["x", "1"],
  ["connection", "TE"],
] as const;

Deno.test("valuesOf() gives each value of a field that is repeated", () => {
  assertEquals(valuesOf(FIELDS, "connection"), ["keep-alive , ,Upgrade", "TE"]);
  assertEquals(valuesOf(FIELDS, "y"), []);
});

Deno.test("elementsOf() gives the elements of a list, without empty ones", () => {
  assertEquals(elementsOf(FIELDS, "connection"), [
    "keep-alive",
    "Upgrade",
    "TE",
  ]);
});

Deno.test("hasToken() compares in any case", () => {
  assertEquals(hasToken(FIELDS, "connection", "upgrade"), true);
  assertEquals(hasToken(FIELDS, "connection", "grade"), false);
});

Deno.test("isToken() knows tokens (RFC 9110, 5.6.2)", () => {
  const tokens = ["a", "chat.v1", "!#$%&'*+-.^_`|~09azAZ"];
  const others = ["", "a b", "a,b", 'a"', "a/b", "é", "a:", "(a)"];
  assertEquals(tokens.filter((token) => !isToken(token)), []);
  assertEquals(others.filter(isToken), []);
});

Deno.test("trimSpace() removes spaces and tabs only, in linear time", () => {
  assertEquals(trimSpace(" \ta b\t "), "a b");
  assertEquals(trimSpace("\u00a0a\n"), "\u00a0a\n");
  assertEquals(trimSpace("  "), "");
  const inner = `a${" ".repeat(1_000_000)}b`;
  assertEquals(trimSpace(` ${inner} `), inner);
  assertEquals(
    [isSpace(" "), isSpace("\t"), isSpace("a"), isSpace(undefined)],
    [
      true,
      true,
      false,
      false,
    ],
  );
});

Deno.test("quote() shows no control character, and no more than is useful", () => {
  assertEquals(quote('a"\x1b[31m\x9b\x7f'), '"a\\"\\u001b[31m\\u009b\\u007f"');
  assertEquals(quote("x".repeat(81)), `"${"x".repeat(80)}…"`);
});

Deno.test("combineFields() joins the values of a name", () => {
  assertEquals(combineFields(FIELDS), {
    connection: "keep-alive , ,Upgrade, TE",
    x: "1",
  });
  assertEquals(
    Object.keys(combineFields([["__proto__", "1"]])),
    ["__proto__"],
  );
});

Deno.test("checkFields() takes what may be sent", () => {
  checkFields({ "User-Agent": "a/1", "X-Latin": "é\t~", Cookie: "" });
});

Deno.test("checkFields() refuses injection, and what the handshake sets", () => {
  const refused: readonly [string, string, string][] = [
    ["a b", "1", "no valid name"],
    ["", "1", "no valid name"],
    ["a\r\nb", "1", "no valid name"],
    ["Host", "x", "the handshake sets it"],
    ["sec-websocket-key", "x", "the handshake sets it"],
    ["Sec-WebSocket-Extensions", "x", "the handshake sets it"],
    ["Transfer-Encoding", "x", "the handshake sets it"],
    ["a", "1\r\nb: 2", "its value has control characters"],
    ["a", "1\nb", "its value has control characters"],
    ["a", "\0", "its value has control characters"],
    ["a", "\x7f", "its value has control characters"],
    ["a", "€", "its value has control characters or is not Latin-1"],
  ];
  for (const [name, value, message] of refused) {
    assertThrows(() => checkFields({ [name]: value }), TypeError, message);
  }
});

Deno.test("headBytes() writes Latin-1", () => {
  assertEquals(
    [...headBytes("GET / HTTP/1.1", [["a", "é"]])],
    [..."GET / HTTP/1.1\r\na: é\r\n\r\n"].map((each) => each.charCodeAt(0)),
  );
});
