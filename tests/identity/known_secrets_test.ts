import { assert, assertEquals } from "@std/assert";
import {
  secretsOfHeader,
  secretsOfUrl,
} from "../../lib/identity/known_secrets.ts";

Deno.test("secretsOfHeader() gives the whole value, and the parts of credentials", () => {
  assertEquals(secretsOfHeader(["X-Plain", "a b"]), ["a b"]);
  assertEquals(secretsOfHeader(["Cookie", "a=b==; c"]), [
    ...["a=b==; c", "a", "b==", "c"],
  ]);
});

Deno.test("secretsOfUrl() gives values as the URL writes them, and decoded", () => {
  const secrets = secretsOfUrl("ws://al%69ce:p%40%zz@h/?a=b+c%2F&flag&d=");
  for (
    const text of [
      ...["al%69ce", "alice", "p%40%zz", "p@%zz", btoa("alice:p@%zz")],
      ...["b+c%2F", "b+c/", "b c/"],
    ]
  ) assert(secrets.includes(text), text);
  assertEquals(secrets.filter((text) => text.includes("flag")), []);
});

Deno.test("secretsOfUrl() gives nothing of a URL without any, and of no URL", () => {
  assertEquals(secretsOfUrl("ws://h/path").filter((text) => text !== ""), []);
  assertEquals(secretsOfUrl("no URL"), []);
});
