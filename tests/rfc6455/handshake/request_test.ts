import { assertEquals, assertThrows } from "@std/assert";
import {
  requestBytes,
  type RequestOptions,
} from "../../../lib/rfc6455/handshake/request.ts";

function request(
  url: string,
  options: Omit<RequestOptions, "url" | "key"> = {},
): readonly string[] {
  const bytes = requestBytes({ url: new URL(url), key: "KEY", ...options });
  return new TextDecoder().decode(bytes).split("\r\n");
}

Deno.test("requestBytes() makes the request of RFC 6455, 4.1", () => {
  assertEquals(request("ws://example.com/chat"), [
    "GET /chat HTTP/1.1",
    "Host: example.com",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: KEY",
    "",
    "",
  ]);
});

Deno.test("requestBytes() takes host, path and query from the URL", () => {
  const cases: readonly [url: string, host: string, target: string][] = [
    ["ws://h:80", "h", "/"],
    ["wss://h:443/", "h", "/"],
    ["ws://h:443/", "h:443", "/"],
    [
      "wss://H.example:8443/A b?x=1&y=é#frag",
      "h.example:8443",
      "/A%20b?x=1&y=%C3%A9",
    ],
    ["ws://[::1]:9/", "[::1]:9", "/"],
    ["ws://bücher.example/", "xn--bcher-kva.example", "/"],
    ["ws://h?", "h", "/?"],
    ["ws://h/?#", "h", "/?"],
    ["ws://user@h/a//b/../c", "h", "/a//c"],
  ];
  for (const [url, host, target] of cases) {
    const lines = request(url);
    assertEquals(lines[0], `GET ${target} HTTP/1.1`);
    assertEquals(lines[1], `Host: ${host}`);
  }
});

Deno.test("requestBytes() offers subprotocols and compression", () => {
  const lines = request("ws://h/", { protocols: ["a", "b.1"], deflate: {} });
  assertEquals(lines.slice(6, 8), [
    "Sec-WebSocket-Protocol: a, b.1",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
  ]);
});

Deno.test("requestBytes() sends the application's fields", () => {
  const headers = { "User-Agent": "holdfast/1", cookie: "a=b" };
  assertEquals(request("ws://h/", { headers }).slice(6, 8), [
    "User-Agent: holdfast/1",
    "cookie: a=b",
  ]);
  assertThrows(
    () => request("ws://h/", { headers: { Upgrade: "h2c" } }),
    TypeError,
    'Cannot send the header "Upgrade": the handshake sets it',
  );
});

Deno.test("requestBytes() sends the URL's user info, in UTF-8", () => {
  const cases: readonly [string, string][] = [
    ["user:p%40ss", "user:p@ss"],
    ["user", "user:"],
    [":pass", ":pass"],
    ["a%3Ab:é", "a:b:\xc3\xa9"],
  ];
  for (const [info, credentials] of cases) {
    assertEquals(
      request(`ws://${info}@h/`)[6],
      `Authorization: Basic ${btoa(credentials)}`,
    );
  }
  const headers = { authorization: "Bearer x" };
  assertEquals(request("ws://user:pass@h/", { headers }).slice(6, 8), [
    "authorization: Bearer x",
    "",
  ]);
});

Deno.test("requestBytes() refuses subprotocols that are no tokens, or come twice", () => {
  for (const protocols of [[""], ["a b"], ["a,b"], ["a", "a"]]) {
    assertThrows(
      () => request("ws://h/", { protocols }),
      TypeError,
      "Cannot offer the subprotocol",
    );
  }
});
