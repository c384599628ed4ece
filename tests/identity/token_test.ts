import { assertEquals } from "@std/assert";
import {
  checkToken,
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

Deno.test("placeToken() adds a query where there is none", () => {
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

Deno.test("placeToken() does not change the target for a token in a message", () => {
  assertEquals(placed({ kind: "message", text: "{token}" }), TARGET);
});

Deno.test("fillToken() fills all places, escaped for a JSON string", () => {
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
  Deno.test(`expiryOf() is Infinity for ${token}`, () => {
    assertEquals(expiryOf(token), Infinity);
  });
}

const PLACES: readonly TokenPlacement[] = [
  { kind: "query", name: "t" },
  { kind: "header", name: "Authorization", scheme: "Bearer" },
  { kind: "protocol", prefix: "" },
  { kind: "message", text: "{token}" },
];

/** Which places take a token. */
function takers(token: unknown): readonly string[] {
  return PLACES.filter((place) => checkToken(token, place).kind === "usable")
    .map(({ kind }) => kind);
}

Deno.test("checkToken() knows what each place can carry", () => {
  const all = PLACES.map(({ kind }) => kind);
  assertEquals(takers("h.e-_y.J"), all);
  assertEquals(takers("a+b/c="), ["query", "header", "message"]);
  assertEquals(takers("two words"), ["query", "header", "message"]);
  assertEquals(takers("schlüssel €"), ["query", "message"]);
  assertEquals(takers("tab\there"), ["header"]);
  for (const token of ["", "\n", "a\nb", "a\0", "\ud800"]) {
    assertEquals(takers(token), [], JSON.stringify(token));
  }
});

Deno.test("checkToken() leaves out line breaks at the end", () => {
  for (const placement of PLACES) {
    assertEquals(checkToken("a.b.c\r\n\n", placement), {
      kind: "usable",
      token: "a.b.c",
    });
  }
});

Deno.test("checkToken() says why, without the token", () => {
  const [query, header] = PLACES as [TokenPlacement, TokenPlacement];
  const details = [undefined, 5, "", "ü€"].map((token) =>
    checkToken(token, header)
  );
  assertEquals(details, [
    { kind: "unusable", detail: "it is of type undefined" },
    { kind: "unusable", detail: "it is of type number" },
    { kind: "unusable", detail: "it is empty" },
    {
      kind: "unusable",
      detail: "a header cannot carry all of its characters",
    },
  ]);
  assertEquals(checkToken("ü€", query).kind, "usable");
});

Deno.test("placeToken() changes nothing for a token that goes into a session", () => {
  assertEquals(placed({ kind: "session" }), TARGET);
  assertEquals(checkToken("t\u00e9", { kind: "session" }).kind, "usable");
  assertEquals(checkToken("a\nb", { kind: "session" }).kind, "unusable");
});
