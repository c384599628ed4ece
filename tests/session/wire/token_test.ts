import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeToken,
  encodeToken,
  formatSessionId,
  isSameMac,
  macInput,
  tokenBody,
} from "../../../lib/session/wire/token.ts";

const SESSION = formatSessionId(new Uint8Array(16).fill(0xab));
const MAC = new Uint8Array(32).fill(7);
const CLAIMS = { keyId: 3, session: SESSION, counter: 300 };
const TOKEN = encodeToken(tokenBody(CLAIMS), MAC);

Deno.test("decodeToken() reads what encodeToken() wrote", () => {
  const any = fc.record({
    keyId: fc.integer({ min: 0, max: 255 }),
    session: fc.uint8Array({ minLength: 16, maxLength: 16 })
      .map(formatSessionId),
    counter: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  });
  fc.assert(fc.property(any, (claims) => {
    const body = tokenBody(claims);
    assertEquals(decodeToken(encodeToken(body, MAC)), {
      ...claims,
      body,
      mac: MAC,
    });
  }));
});

Deno.test("encodeToken() writes 75 characters that a URL may carry", () => {
  assert(/^[\w-]{75}$/.test(TOKEN), TOKEN);
});

Deno.test("decodeToken() refuses what is no token of this version", () => {
  const [first = "", rest = ""] = [TOKEN[0], TOKEN.slice(1)];
  const wrong = [
    ...["", "a", "?", `${TOKEN}=`, ` ${TOKEN}`, TOKEN.slice(1), `${TOKEN}AAAA`],
    // Bits behind the last byte, another version, and far too long.
    ...[`${TOKEN.slice(0, -1)}/`, `C${rest}`, first.repeat(600)],
  ];
  for (const text of wrong) assertEquals(decodeToken(text), undefined, text);
  const last =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
      .split("").map((unit) => decodeToken(TOKEN.slice(0, -1) + unit))
      .filter((token) => token !== undefined);
  assertEquals(last.length, 16, "one form of each last byte");
});

Deno.test("tokenBody() refuses what is no session id", () => {
  for (const session of ["", "abc", SESSION + "AAAA", "!".repeat(22)]) {
    assertThrows(() => tokenBody({ ...CLAIMS, session }), TypeError);
  }
  assertThrows(() => formatSessionId(new Uint8Array(15)), RangeError);
});

Deno.test("macInput() differs for each principal and each body", () => {
  const body = tokenBody(CLAIMS);
  const inputs = [
    macInput(body, "ann"),
    macInput(body, "anne"),
    macInput(tokenBody({ ...CLAIMS, counter: 301 }), "ann"),
    macInput(tokenBody({ ...CLAIMS, keyId: 4 }), "ann"),
  ].map((bytes) => bytes.join(" "));
  assertEquals(new Set(inputs).size, inputs.length);
});

Deno.test("isSameMac() compares all bytes", () => {
  const other = Uint8Array.from(MAC);
  assertEquals(isSameMac(MAC, other), true);
  other[31] = 8;
  assertEquals(isSameMac(MAC, other), false);
  assertEquals(isSameMac(MAC, MAC.slice(1)), false);
});
