import { assertEquals } from "@std/assert";
import type { Failure } from "../../../lib/connection/failure.ts";
import { redactText } from "../../../lib/identity/redact.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";

Deno.test("Secrets() knows the headers and the query of a setup", () => {
  const secrets = new Secrets({
    headers: { "Authorization": "Basic c2VjcmV0", "X-Plain": "plain value" },
    url: "wss://u:password@host/?key=query-canary",
  });
  for (
    const text of [
      "Basic c2VjcmV0",
      "c2VjcmV0",
      "plain value",
      "password",
      "query-canary",
    ]
  ) assertEquals(secrets.redact(`<${text}>`), "<…>", text);
});

Deno.test("Secrets() knows a URL's credentials and query in all spellings", () => {
  const secrets = new Secrets({
    headers: {},
    url: "ws://alice:p%40ss&%2bw%c3%b6rd@host/" +
      "?sig=ab+cd/ef12&name=caf%C3%A9%zz&flag&pad=cGFk==",
  });
  for (
    const text of [
      "alice",
      "p%40ss&%2bw%c3%b6rd",
      "p@ss&+wörd",
      "p%40ss%26%2Bw%C3%B6rd",
      // As `Authorization` has it: the bytes of UTF-8.
      btoa("alice:p@ss&+w\xc3\xb6rd"),
      "ab+cd/ef12",
      "ab cd/ef12",
      "ab%2Bcd%2Fef12",
      "caf%C3%A9%zz",
      "café%zz",
      "cGFk==",
    ]
  ) assertEquals(secrets.redact(`<${text}>`), "<…>", text);
  assertEquals(secrets.redact("flag, host, name"), "flag, host, name");
});

Deno.test("Secrets() knows credentials without a name, or without a password", () => {
  for (
    const [user, credentials] of [
      [":password", ":password"],
      ["token-alone", "token-alone:"],
      ["percent:%u0100%", "percent:%u0100%"],
    ] as const
  ) {
    const secrets = new Secrets({ headers: {}, url: `ws://${user}@host/` });
    assertEquals(secrets.redact(btoa(credentials)), "…", user);
  }
});

Deno.test("Secrets() takes values of three characters for no secrets", () => {
  const secrets = new Secrets({
    headers: { "X-A": "abc" },
    url: "ws://a:b@h/?v=3",
  });
  assertEquals(secrets.redact("abc 3 a b Og=="), "abc 3 a b Og==");
});

Deno.test("Secrets.redact() hides with what the features bring", () => {
  const secrets = new Secrets({ headers: {} });
  secrets.noteToken("static-canary");
  const text = "static-canary, Bearer other-canary";
  assertEquals(secrets.redact(text), "…, Bearer other-canary");
  secrets.redactor = redactText;
  assertEquals(secrets.redact(text), "…, Bearer …");
});

Deno.test("Secrets.noteToken() keeps tokens that were replaced a while ago", () => {
  const secrets = new Secrets({ headers: {} });
  for (const name of ["one", "two", "two", "three", "four", "five"]) {
    secrets.noteToken(`token-${name}`);
  }
  assertEquals(secrets.redact("token-two token-five"), "… …");
  assertEquals(secrets.known.length, 4);
});

Deno.test("Secrets.noteUrl() goes by the URL of the present attempt", () => {
  const secrets = new Secrets({ headers: {} });
  secrets.noteUrl("ws://h/?a=first-canary");
  assertEquals(secrets.redact("first-canary"), "…");
  secrets.noteUrl("ws://h/?a=second-canary");
  const text = "first-canary second-canary";
  assertEquals(secrets.redact(text), "first-canary …");
  secrets.noteUrl("no URL");
  assertEquals(secrets.redact(text), text);
});

Deno.test("Secrets.hideInFailure() hides in what becomes a message, and alters nothing else", () => {
  const secrets = new Secrets({ headers: {} });
  secrets.noteToken("canary");
  const handshake: Failure = {
    type: "handshake",
    status: 302,
    headers: { location: "/?t=canary" },
    detail: "302 canary",
  };
  const failure: Failure = {
    type: "exhausted",
    attempts: 1,
    elapsed: 2,
    cause: { type: "authentication", detail: "No, canary", cause: handshake },
  };
  assertEquals(secrets.hideInFailure(failure), {
    ...failure,
    cause: {
      type: "authentication",
      detail: "No, …",
      cause: { ...handshake, detail: "302 …" },
    },
  });
  const timeout: Failure = { type: "close-timeout", timeout: 5 };
  assertEquals(secrets.hideInFailure(timeout), timeout);
  const refused: Failure = { type: "authentication", detail: "no" };
  assertEquals(secrets.hideInFailure(refused), refused);
});

Deno.test("Secrets.hideInFailure() lets programs read the reason of a close as it came", () => {
  const secrets = new Secrets({ headers: {}, url: "ws://h/?reason=restart" });
  const failure: Failure = {
    type: "closed",
    closeCode: 4000,
    reason: "restart, see https://x/?a=b",
    wasClean: true,
  };
  assertEquals(secrets.hideInFailure(failure), {
    ...failure,
    detail: "…, see https://x/?a=b",
  });
});
