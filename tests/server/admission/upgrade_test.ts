import { assertEquals } from "@std/assert";
import {
  isOriginAllowed,
  offeredBy,
  refusalOf,
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
  assertEquals(requestOf({ url: "//", headers: {} }).url, "http://host//");
  assertEquals(requestOf({ url: "http://[", headers }).url, "http://host/");
});

Deno.test("requestOf() takes no credentials, and no host from the path", () => {
  const urlOf = (url: string, host: string) =>
    requestOf({ url, headers: { host } }).url;
  // Node's `Request` throws for credentials, which would end the process.
  assertEquals(urlOf("/chat", "ann:secret@a.example"), "http://a.example/chat");
  assertEquals(
    urlOf("http://ann:secret@a.example/chat", "a.example"),
    "http://a.example/chat",
  );
  assertEquals(
    urlOf("//ann@b.example/chat", "a.example"),
    "http://a.example//ann@b.example/chat",
  );
});

Deno.test("refusalOf() refuses what is no handshake with 400, and no WebSocket with 426", () => {
  const admission = { origins: undefined, protocols: [], required: false };
  const statusOf = (headers: Record<string, string>) =>
    refusalOf(new Request("http://host/", { headers }), admission)?.status;
  const upgrade = "WebSocket";
  const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
  const connection = "keep-alive,\tUpgrade";
  assertEquals(statusOf({ upgrade, connection, ...key }), undefined);
  assertEquals(statusOf({ upgrade, connection }), 400);
  assertEquals(statusOf({ upgrade, ...key }), 400);
  assertEquals(statusOf({ upgrade, connection: "upgraded", ...key }), 400);
  assertEquals(statusOf({ connection, ...key }), 426);
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
