import { assertEquals } from "@std/assert";
import { isLocal, isLoopback, parseTarget } from "../../lib/rfc6455/url.ts";

Deno.test("parseTarget() keeps ws: and wss:", () => {
  assertEquals(parseTarget("wss://example.com"), {
    kind: "valid",
    url: "wss://example.com/",
  });
  assertEquals(parseTarget("ws://h:81/a?b=c"), {
    kind: "valid",
    url: "ws://h:81/a?b=c",
  });
});

Deno.test("parseTarget() turns http: into ws: and https: into wss:", () => {
  assertEquals(parseTarget("http://h:81/x"), {
    kind: "valid",
    url: "ws://h:81/x",
  });
  assertEquals(parseTarget("HTTPS://h/x"), { kind: "valid", url: "wss://h/x" });
});

Deno.test("parseTarget() resolves a relative URL against the base", () => {
  const target = parseTarget("/feed?a", "https://example.com/app/");
  assertEquals(target, { kind: "valid", url: "wss://example.com/feed?a" });
});

Deno.test("parseTarget() refuses text that is no URL", () => {
  for (const url of ["", "/feed", "wss://", "ws://foo bar.com/"]) {
    assertEquals(parseTarget(url), {
      kind: "invalid",
      detail: "is not a valid URL",
    });
  }
});

Deno.test("parseTarget() refuses other schemes", () => {
  for (const url of ["ftp://h/", "about:blank", "mailto:a@b.c", "httpx://h/"]) {
    assertEquals(parseTarget(url).kind, "invalid", url);
  }
});

Deno.test("parseTarget() refuses a fragment, even an empty one", () => {
  for (const url of ["wss://h/#a", "wss://h/#", "https://h/?a#"]) {
    assertEquals(parseTarget(url), {
      kind: "invalid",
      detail: "has a fragment",
    });
  }
});

Deno.test("isLoopback() accepts the names and addresses of this machine", () => {
  for (
    const host of [
      "localhost",
      "a.localhost",
      "localhost.",
      "127.0.0.1",
      "127.9.8.7",
      "[::1]",
      "0.0.0.0",
      "[::]",
      new URL("ws://[::ffff:127.0.0.1]").hostname,
    ]
  ) {
    assertEquals(isLoopback(host), true, host);
  }
});

Deno.test("isLoopback() refuses similar names", () => {
  for (
    const host of [
      "notlocalhost",
      "localhost.example",
      "127.0.0.1.example",
      "128.0.0.1",
      "[::2]",
      "0.0.0.1",
      new URL("ws://[::ffff:128.0.0.1]").hostname,
    ]
  ) {
    assertEquals(isLoopback(host), false, host);
  }
});

Deno.test("isLocal() looks at the host of a URL", () => {
  assertEquals(isLocal("ws://user@LOCALHOST:80/a"), true);
  assertEquals(isLocal("ws://example.com/localhost"), false);
});
