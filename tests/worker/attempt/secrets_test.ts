import { assertEquals } from "@std/assert";
import type { Failure } from "../../../lib/connection/failure.ts";
import type { TokenSetup } from "../../../lib/boundary/protocol.ts";
import { redactText } from "../../../lib/identity/redact.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";

const TOKEN: TokenSetup = {
  source: { kind: "static", token: "static-canary" },
  placement: { kind: "query", name: "t" },
  insecure: "allowed",
  leeway: 0,
};

Deno.test("Secrets() knows the token, the headers and the query of a setup", () => {
  const secrets = new Secrets({
    headers: { "Authorization": "Basic c2VjcmV0", "X-Plain": "plain value" },
    token: TOKEN,
    url: "wss://u:password@host/?key=query-canary",
  });
  for (
    const text of [
      "static-canary",
      "Basic c2VjcmV0",
      "c2VjcmV0",
      "plain value",
      "password",
      "query-canary",
    ]
  ) assertEquals(secrets.redact(`<${text}>`), "<…>", text);
});

Deno.test("Secrets() takes values of three characters for no secrets", () => {
  const secrets = new Secrets({
    headers: { "X-A": "abc" },
    url: "ws://h/?v=3",
  });
  assertEquals(secrets.known, []);
  assertEquals(secrets.redact("abc 3"), "abc 3");
});

Deno.test("Secrets.redact() hides with what the features bring", () => {
  const secrets = new Secrets({ headers: {}, token: TOKEN });
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
  assertEquals(secrets.known, ["second-canary"]);
  secrets.noteUrl("no URL");
  assertEquals(secrets.known, []);
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
