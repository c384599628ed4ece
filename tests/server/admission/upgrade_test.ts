import { assertEquals } from "@std/assert";
import {
  isOriginAllowed,
  offeredBy,
  requestOf,
  select,
} from "../../../lib/server/admission/upgrade.ts";

Deno.test("isOriginAllowed() lets pages of the same host in by default", () => {
  const from = (origin: string) =>
    isOriginAllowed(
      new Headers({ origin, host: "chat.example:8080" }),
      undefined,
    );
  assertEquals(from("https://chat.example:8080"), true);
  assertEquals(from("https://chat.example"), false);
  assertEquals(from("https://evil.example"), false);
  assertEquals(from("null"), false);
});

Deno.test("isOriginAllowed() takes a list, all, and clients that are no browsers", () => {
  const headers = new Headers({ origin: "https://a.example" });
  assertEquals(isOriginAllowed(headers, ["https://a.example"]), true);
  assertEquals(isOriginAllowed(headers, ["https://b.example"]), false);
  assertEquals(isOriginAllowed(headers, "*"), true);
  assertEquals(isOriginAllowed(new Headers(), []), true);
});

Deno.test("requestOf() copies a request of node:http", () => {
  const request = requestOf({
    url: "/chat?room=1",
    headers: { host: "a.example", cookie: "c=1", "x-list": ["1", "2"] },
  });
  assertEquals(request.url, "http://a.example/chat?room=1");
  assertEquals(request.headers.get("cookie"), "c=1");
  assertEquals(request.headers.get("x-list"), "1, 2");
});

Deno.test("requestOf() survives what is no URL", () => {
  const headers = { host: "not a host" };
  assertEquals(requestOf({ headers }).url, "http://host/");
  assertEquals(requestOf({ url: "//", headers: {} }).url, "http://host/");
});

Deno.test("offeredBy() reads a list with and without spaces", () => {
  const of = (
    list: string,
  ) => [...offeredBy(new Headers({ "sec-websocket-protocol": list }))];
  assertEquals([of("a, b"), of("a,b"), of("a")], [["a", "b"], ["a", "b"], [
    "a",
  ]]);
});

Deno.test("select() takes a session where it can, and else what both have", () => {
  const session = "holdfast.session.v1";
  const optional = {
    origins: undefined,
    protocols: ["a", "b"],
    required: false,
  };
  const cases = [
    [["b", session], session],
    [["x", "b", "a"], "b"],
    [["x"], ""],
    [[], ""],
  ] as const;
  for (const [offered, selected] of cases) {
    assertEquals(select(new Set<string>(offered), optional), selected);
  }
  const required = { ...optional, required: true };
  assertEquals(select(new Set(["a"]), required), "");
});
