import { assert, assertEquals } from "@std/assert";
import { redactText, redactUrl } from "../../lib/identity/redact.ts";

Deno.test("redactUrl() keeps a URL without secrets", () => {
  assertEquals(
    redactUrl("wss://example.com:8080/feed"),
    "wss://example.com:8080/feed",
  );
});

Deno.test("redactUrl() hides the values of the query and keeps their names", () => {
  assertEquals(
    redactUrl("wss://h/?token=canary&x=a=b?c"),
    "wss://h/?token=…&x=…",
  );
});

Deno.test("redactUrl() hides a query without names", () => {
  assertEquals(redactUrl("wss://h/?canary"), "wss://h/?…");
});

Deno.test("redactUrl() hides user name and password", () => {
  assertEquals(redactUrl("wss://user:c@nary@h/p"), "wss://…@h/p");
});

Deno.test("redactText() hides given secrets", () => {
  assertEquals(redactText("sent c/nary", ["c/nary"]), "sent …");
});

Deno.test("redactText() hides the secrets of each URL", () => {
  const text = redactText(
    "error for url (https://h/p?t=canary): see wss://u:canary@h",
  );
  assertEquals(text, "error for url (https://h/p?t=…): see wss://…@h");
});

Deno.test("redactText() hides the credentials of headers", () => {
  for (
    const text of [
      "Authorization: Basic canary",
      '{"cookie":"a=canary"}',
      "got Bearer canary.x-y_z",
      "Proxy-Authorization=canary",
    ]
  ) assert(!redactText(text).includes("canary"), text);
});

Deno.test("redactText() does not change other text", () => {
  assertEquals(
    redactText("Connection refused (os error 111)"),
    "Connection refused (os error 111)",
  );
});
