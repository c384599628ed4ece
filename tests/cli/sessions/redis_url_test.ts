import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRedisUrl } from "../../../lib/cli/sessions/redis_url.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

Deno.test("parseRedisUrl() reads host, port, TLS, user, password and database", () => {
  assertEquals(parseRedisUrl("rediss://ann:a%2Fb@example.com:7000/3"), {
    ...{ hostname: "example.com", port: 7000, encryption: "tls" },
    ...{ username: "ann", password: "a/b", database: 3 },
  });
});

Deno.test("parseRedisUrl() has Redis's defaults", () => {
  for (const text of ["redis://localhost", "redis://localhost/"]) {
    assertEquals(parseRedisUrl(text), {
      ...{ hostname: "localhost", port: 6379, encryption: "none" },
      ...{ username: undefined, password: undefined, database: 0 },
    });
  }
});

Deno.test("parseRedisUrl() takes an address of IPv6, and a password alone", () => {
  const { hostname, username, password } = parseRedisUrl("redis://:100%@[::1]");
  assertEquals([hostname, username, password], ["::1", undefined, "100%"]);
});

for (
  const text of [
    ...["localhost", "localhost:6379", "http://localhost", "redis://"],
    ...["redis:", "redis://localhost/name", "redis://a/1/2", "redis://a:x"],
  ]
) {
  Deno.test(`parseRedisUrl() refuses ${text}, and says how to write it`, () => {
    const error = assertThrows(() => parseRedisUrl(text), UsageError);
    assert(error.message.includes(JSON.stringify(text)), error.message);
    assert(error.message.includes("redis://host:6379"), error.message);
  });
}

Deno.test("parseRedisUrl() shows no password", () => {
  const error = assertThrows(
    () => parseRedisUrl("http://ann:secret@host"),
    UsageError,
  );
  assert(!error.message.includes("secret"), error.message);
});
