import { assertEquals, assertThrows } from "@std/assert";
import { SessionServer } from "../../../lib/server/mod.ts";
import { settingsOf } from "../../../lib/server/api/options.ts";
import { KEY } from "../listening.ts";

const NEEDED = {
  key: KEY,
  authenticate: () => "ann",
  handler: { message() {} },
};

Deno.test("settingsOf() has the defaults of the design", () => {
  const { config, bounds, limits, tombstone } = settingsOf(NEEDED);
  assertEquals(config.ttl, 120_000);
  assertEquals(config.capacity, { messages: 256, bytes: 1_048_576 });
  assertEquals([config.takeoverTimeout, config.maxAttempts], [2_000, 3]);
  assertEquals(bounds, {
    ...{ maxMessages: 10_000, maxBytes: 4_194_304, overflow: "reject" },
  });
  assertEquals([limits.sessionsPerPrincipal, limits.resumes], [16, 10]);
  assertEquals(tombstone, 86_400_000);
});

Deno.test("SessionServer names the option that is out of range", () => {
  const wrong = [
    [{ ttl: 0 }, "ttl"],
    [{ maxAttempts: NaN }, "maxAttempts"],
    [{ window: { messages: 0.5 } }, "window.messages"],
    [{ buffer: { maxBytes: -1 } }, "buffer.maxBytes"],
    [{ limits: { resumes: Infinity } }, "limits.resumes"],
  ] as const;
  for (const [options, name] of wrong) {
    assertThrows(
      () => new SessionServer({ ...NEEDED, ...options }),
      RangeError,
      name,
    );
  }
});
