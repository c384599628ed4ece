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
  const { clock: _, ...settings } = settingsOf(NEEDED);
  assertEquals(settings, {
    config: {
      capacity: { messages: 4_096, bytes: 1_048_576 },
      maxMessage: 1_048_576,
      ttl: 120_000,
      handshakeTimeout: 10_000,
      takeoverTimeout: 2_000,
      takeoverPoll: 50,
      maxClaim: 16,
      maxQuickClaim: 256,
      reportDelay: 2,
      claimAhead: 50,
      maxAttempts: 3,
      onUncertain: "redeliver",
    },
    bounds: {
      ...{ maxMessages: 10_000, maxBytes: 4_194_304, overflow: "reject" },
      maxMessage: 1_048_576,
    },
    overflow: "reject",
    limits: {
      sessionsPerPrincipal: 16,
      detachedSessions: 100_000,
      detachedBytes: 1_073_741_824,
      resumes: 10,
      unsentBytes: 16_777_216,
    },
    admission: { origins: undefined, protocols: [], required: true },
    tombstone: 86_400_000,
    pingInterval: 15_000,
  });
});

Deno.test("settingsOf() asks for no timer beyond what one can hold", () => {
  const { pingInterval } = settingsOf({ ...NEEDED, pingInterval: 2 ** 53 - 1 });
  assertEquals(pingInterval, 1_000_000_000);
});

Deno.test("settingsOf() grants no more than what can be counted", () => {
  const window = { messages: Number.MAX_SAFE_INTEGER, bytes: 2 ** 48 + 1 };
  const { config } = settingsOf({ ...NEEDED, window });
  assertEquals(config.capacity, { messages: 2 ** 48, bytes: 2 ** 48 });
});

Deno.test("settingsOf() claims nothing in vain that would only be reported", () => {
  const { config } = settingsOf({ ...NEEDED, onUncertain: "report" });
  assertEquals(config.claimAhead, 0);
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
      `Option "${name}" must be a whole number from 1, not `,
    );
  }
});
