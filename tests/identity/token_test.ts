import { assertEquals } from "@std/assert";
import {
  expiryOf,
  fillToken,
  placeToken,
  type TokenPlacement,
  type TokenTarget,
} from "../../lib/identity/token.ts";

const TARGET: TokenTarget = {
  url: "wss://example.com/feed?a=x%20y",
  protocols: ["chat"],
  headers: { authorization: "old", cookie: "c" },
};

function placed(placement: TokenPlacement, token = "a+b/c=") {
  return placeToken(TARGET, token, placement);
}

function jwt(payload: string): string {
  const encoded = btoa(payload).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
  return `e30.${encoded}.signature`;
}

Deno.test("placeToken() adds a query parameter and leaves the rest as it is", () => {
  assertEquals(
    placed({ kind: "query", name: "token" }).url,
    "wss://example.com/feed?a=x%20y&token=a%2Bb%2Fc%3D",
  );
});

Deno.test("placeToken() begins a query where there is none", () => {
  const target = { ...TARGET, url: "wss://example.com/feed" };
  assertEquals(
    placeToken(target, "t", { kind: "query", name: "a b" }).url,
    "wss://example.com/feed?a%20b=t",
  );
});

Deno.test("placeToken() replaces a query parameter of the same name", () => {
  assertEquals(
    placed({ kind: "query", name: "a" }).url,
    "wss://example.com/feed?a=a%2Bb%2Fc%3D",
  );
});

Deno.test("placeToken() replaces a header, whatever the case of its name", () => {
  const name = "Authorization";
  assertEquals(
    placed({ kind: "header", name, scheme: "Bearer" }, "t").headers,
    {
      cookie: "c",
      Authorization: "Bearer t",
    },
  );
});

Deno.test("placeToken() sends a header without a scheme", () => {
  const placement = { kind: "header", name: "x-key", scheme: "" } as const;
  assertEquals(placed(placement, "t").headers, {
    ...TARGET.headers,
    "x-key": "t",
  });
});

Deno.test("placeToken() offers a further subprotocol", () => {
  assertEquals(placed({ kind: "protocol", prefix: "bearer." }, "t").protocols, [
    "chat",
    "bearer.t",
  ]);
});

Deno.test("placeToken() leaves the target alone for a token in a message", () => {
  assertEquals(placed({ kind: "message", text: "{token}" }), TARGET);
});

Deno.test("fillToken() fills all places, as the inside of a JSON string", () => {
  assertEquals(
    fillToken('{"a":"{token}","b":"{token}"}', 'x"$&\n'),
    '{"a":"x\\"$&\\n","b":"x\\"$&\\n"}',
  );
});

Deno.test("expiryOf() reads exp in milliseconds", () => {
  assertEquals(expiryOf(jwt('{"exp":1700000000,"sub":"ÿ?>~~~"}')), 1.7e12);
});

for (
  const token of [
    "opaque",
    "a.b",
    "a.%%%.c",
    jwt("{"),
    jwt("null"),
    jwt("1"),
    jwt("{}"),
    jwt('{"exp":"1700000000"}'),
    jwt('{"exp":1e999}'),
  ]
) {
  Deno.test(`expiryOf() knows no expiry of ${token}`, () => {
    assertEquals(expiryOf(token), Infinity);
  });
}
