import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Setup } from "../../../lib/boundary/protocol.ts";
import type {
  Config,
  HeartbeatConfig,
} from "../../../lib/connection/config/config.ts";
import * as features from "../../../lib/worker/features/features.ts";
import {
  loadFeatures,
  needsFeatures,
  provideFeatures,
} from "../../../lib/worker/features/load_features.ts";
import { setupWith } from "../hub_client.ts";

const FRAMES: HeartbeatConfig = { interval: 1, timeout: 1, deliver: false };
const TO = { kind: "exact", data: "ping" } as const;

Deno.test("needsFeatures() is false for a connection of messages and ping frames", () => {
  assertEquals(needsFeatures(setupWith()), false);
  assertEquals(needsFeatures(setupWith({}, { heartbeat: FRAMES })), false);
});

for (
  const [name, setup, config] of [
    ["token", {
      token: {
        source: { kind: "client" },
        placement: { kind: "query", name: "t" },
        insecure: "allowed",
        leeway: 0,
      },
    }, {}],
    ["logger", { log: "error" }, {}],
    ["hooks", { hooks: "data:text/javascript," }, {}],
    ["greeting", {}, { greeting: { reject: [], timeout: 1, hook: false } }],
    ["heartbeat.message", {}, { heartbeat: { ...FRAMES, message: "ping" } }],
    ["heartbeat.expect", {}, { heartbeat: { ...FRAMES, expect: TO } }],
    ["heartbeat.reply", {}, {
      heartbeat: { ...FRAMES, reply: { to: TO, with: "pong" } },
    }],
  ] as const satisfies readonly [string, Partial<Setup>, Partial<Config>][]
) {
  Deno.test(`needsFeatures() is true for a connection with ${name}`, () => {
    assertEquals(needsFeatures(setupWith(setup, config)), true);
  });
}

Deno.test("loadFeatures() loads them once", async () => {
  assertEquals(await loadFeatures(), features);
});

Deno.test("provideFeatures() gives what loadFeatures() gives", async () => {
  const provided = { ...features };
  provideFeatures(provided);
  assertStrictEquals(await loadFeatures(), provided);
  provideFeatures(features);
});
