import { assertEquals, assertThrows } from "@std/assert";
import { Flags } from "../../lib/cli/flags.ts";
import {
  HANDSHAKE_FLAGS,
  readHandshake,
} from "../../lib/cli/handshake_flags.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";

const ENVIRONMENT = new Map([["TOKEN", "secret"], ["EMPTY", ""]]);
const io = { environment: (name: string) => ENVIRONMENT.get(name) };

function read(...args: readonly string[]) {
  return readHandshake(new Flags(["ws://a", ...args], HANDSHAKE_FLAGS), io);
}

Deno.test("readHandshake() has empty defaults", () => {
  assertEquals(read(), {
    url: new URL("ws://a"),
    protocols: [],
    headers: {},
    token: undefined,
    allowInsecure: false,
  });
});

Deno.test("readHandshake() reads headers, subprotocols and the token", () => {
  assertEquals(
    read(
      ...["-H", "X-A:1", "--header", "x-b:  two: 2  ", "-p", "a", "-p", "b"],
      ...["--token-env", "TOKEN", "--allow-insecure"],
    ),
    {
      url: new URL("ws://a"),
      protocols: ["a", "b"],
      headers: { "X-A": "1", "x-b": "two: 2" },
      token: "secret",
      allowInsecure: true,
    },
  );
});

Deno.test("readHandshake() joins the values of a header that comes several times", () => {
  const { headers } = read(
    ...["-H", "X-A: 1", "-H", "Cookie: a=b", "-H", "x-a: 2", "-H", "X-B: 3"],
    ...["-H", "cookie: c=d", "-H", "X-A: 4"],
  );
  assertEquals(headers, { "X-A": "1, 2, 4", Cookie: "a=b; c=d", "X-B": "3" });
});

Deno.test("readHandshake() refuses a malformed header without repeating it", () => {
  for (const header of ["secret", ": secret", "a b: secret", "é: secret"]) {
    const error = assertThrows(() => read("-H", header), UsageError);
    assertEquals(error.message, "--header must look like 'Name: value'");
  }
});

Deno.test("readHandshake() refuses a variable that is not set, or empty", () => {
  for (const name of ["NONE", "EMPTY"]) {
    assertThrows(
      () => read("--token-env", name),
      UsageError,
      `--token-env names ${name}, which is not set`,
    );
  }
});
