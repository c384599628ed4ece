import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRedisUrl } from "../../../lib/cli/sessions/redis_url.ts";
import { UsageError } from "../../../lib/cli/usage_error.ts";

for (
  const [text, name] of [
    ["redis://localhost", "localhost:6379"],
    ["redis://localhost/", "localhost:6379"],
    ["rediss://ann:a%2Fb@example.com:7000/3", "example.com:7000"],
    ["redis://:secret@[::1]", "[::1]:6379"],
  ] as const
) {
  Deno.test(`parseRedisUrl() names the server of ${text}`, () => {
    assertEquals(parseRedisUrl(text), { name, url: text });
  });
}

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

for (
  const [text, message] of [
    ["http://ann:secret@host", "The URL is not one of a Redis"],
    ["redis://ann:se/cret@host", "The URL is not one of a Redis"],
    ["redis://ann:secret%@host", "Write % in the user or the password"],
    ["redis://a%nn:secret@host", "Write % in the user or the password"],
  ] as const
) {
  Deno.test(`parseRedisUrl() shows no password of ${text}`, () => {
    const error = assertThrows(() => parseRedisUrl(text), UsageError, message);
    assert(!/secret|cret/.test(error.message), error.message);
  });
}
