import { assertEquals, assertThrows } from "@std/assert";
import {
  baseUrl,
  resolveClose,
  resolveProtocols,
  resolveUrl,
  withoutSecrets,
} from "../../../lib/client/options/arguments.ts";
import { replace } from "../../globals.ts";

function refusal(call: () => unknown): string {
  const { name, message } = assertThrows(call, DOMException);
  return `${name}: ${message}`;
}

Deno.test("resolveUrl() takes what the platform's constructor takes", () => {
  assertEquals(resolveUrl("https://a.test"), "wss://a.test/");
  assertEquals(resolveUrl(new URL("ws://a.test/b?c")), "ws://a.test/b?c");
});

Deno.test("resolveUrl() says what is wrong with a URL, and hides its secrets", () => {
  for (
    const [url, complaint] of [
      ["nowhere", 'The URL "nowhere" is not a valid URL'],
      [
        "ftp://a.test/?k=canary",
        'The URL "ftp://a.test/…" has the scheme ftp: instead of wss: or ws:',
      ],
      [
        "ws://u:canary@a.test/#b",
        'The URL "ws://…@a.test/…" has a fragment',
      ],
    ] as const
  ) assertEquals(refusal(() => resolveUrl(url)), `SyntaxError: ${complaint}`);
});

Deno.test("withoutSecrets() leaves out credentials, the query and the fragment", () => {
  assertEquals(
    withoutSecrets("wss://u:canary@a.test/b?c=canary\n?canary#canary"),
    "wss://…@a.test/b…",
  );
  assertEquals(withoutSecrets("wss://a.test/#canary"), "wss://a.test/…");
  assertEquals(withoutSecrets("wss://a.test/@b"), "wss://a.test/@b");
});

Deno.test("resolveProtocols() takes one or several, converted as Web IDL has it", () => {
  assertEquals(resolveProtocols([]), []);
  assertEquals(resolveProtocols("a"), ["a"]);
  assertEquals(resolveProtocols(["a", "b.c"]), ["a", "b.c"]);
  assertEquals(Reflect.apply(resolveProtocols, undefined, [null]), ["null"]);
  assertEquals(resolveProtocols(new Set(["a"]) as never), ["a"]);
});

Deno.test("resolveProtocols() refuses options in its place, as the platform does", () => {
  assertEquals(
    refusal(() => resolveProtocols({ autoConnect: false } as never)),
    'SyntaxError: The subprotocol "[object Object]" is invalid or repeated',
  );
});

Deno.test("resolveProtocols() refuses what is no token, or there twice", () => {
  for (const protocols of ["", "a b", ["a", "A"], ["a", "é"]]) {
    assertEquals(
      refusal(() => resolveProtocols(protocols)).startsWith("SyntaxError"),
      true,
    );
  }
});

Deno.test("resolveClose() takes what close() takes", () => {
  const cases = [
    [undefined, undefined, undefined, ""],
    [1000, undefined, 1000, ""],
    [3000, "done", 3000, "done"],
    [4999, "", 4999, ""],
    [undefined, "done", 1000, "done"],
  ] as const;
  for (const [code, given, closeCode, reason] of cases) {
    assertEquals(resolveClose(code, given), { closeCode, reason });
  }
});

Deno.test("resolveClose() refuses codes that must not be sent", () => {
  for (const code of [0, 999, 1001, 1006, 2999, 5000, NaN]) {
    assertEquals(
      refusal(() => resolveClose(code, undefined)),
      `InvalidAccessError: The close code must be 1000 or 3000 to 4999, not ${
        code || 0
      }`,
    );
  }
});

Deno.test("resolveClose() takes no BigInt, as Web IDL converts none to a number", () => {
  assertThrows(() => resolveClose(1000n as never, undefined), TypeError);
});

Deno.test("resolveClose() counts the reason in bytes", () => {
  assertEquals(resolveClose(1000, "ü".repeat(61)).reason.length, 61);
  assertEquals(
    refusal(() => resolveClose(1000, "ü".repeat(62))),
    "SyntaxError: The reason must not exceed 123 bytes of UTF-8",
  );
});

Deno.test("baseUrl() is the page's, where there is one", () => {
  assertEquals(baseUrl(), undefined);
  const location = { href: "https://a.test/page" };
  using _location = replace(globalThis, "location", location);
  assertEquals(baseUrl(), "https://a.test/page");
  assertEquals(resolveUrl("feed"), "wss://a.test/feed");
});
