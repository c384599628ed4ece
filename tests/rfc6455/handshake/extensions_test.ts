import { assertEquals } from "@std/assert";
import { parseExtensions } from "../../../lib/rfc6455/handshake/extensions.ts";

Deno.test("parseExtensions() reads the examples of RFC 6455, 9.1", () => {
  assertEquals(parseExtensions(["foo"]), [{ name: "foo", params: [] }]);
  assertEquals(parseExtensions(["foo,", "bar; baz=2"]), [
    { name: "foo", params: [] },
    { name: "bar", params: [["baz", "2"]] },
  ]);
  assertEquals(parseExtensions(["foo, bar; baz=2", ""]), [
    { name: "foo", params: [] },
    { name: "bar", params: [["baz", "2"]] },
  ]);
});

Deno.test("parseExtensions() reads parameters, quoted and without a value", () => {
  assertEquals(
    parseExtensions([' , a ; b ;c= "1\\0" ; d = e\t,,f; g;g ']),
    [
      { name: "a", params: [["b", undefined], ["c", "10"], ["d", "e"]] },
      { name: "f", params: [["g", undefined], ["g", undefined]] },
    ],
  );
});

Deno.test("parseExtensions() reads nothing as nothing", () => {
  assertEquals(parseExtensions([]), []);
  assertEquals(parseExtensions(["", " , "]), []);
});

Deno.test("parseExtensions() refuses what is not valid", () => {
  const wrong = [
    "a b",
    "a;",
    "a;;b",
    "a;b=",
    "a;b=;c",
    ";a",
    "=a",
    '"a"',
    'a;"b"',
    'a;b=""',
    'a;b="c d"',
    'a;b="c',
    "a=b",
    "a;b=c=d",
    "a/b",
    "é",
  ];
  for (const value of wrong) {
    assertEquals(parseExtensions([value]), undefined, value);
  }
});
