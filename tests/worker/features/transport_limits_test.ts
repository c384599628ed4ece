import { assertEquals, assertMatch } from "@std/assert";
import type { Config } from "../../../lib/connection/config/config.ts";
import { logLimits } from "../../../lib/worker/features/transport_limits.ts";
import { setupWith } from "../hub_client.ts";

const HEARTBEAT = { interval: 1, timeout: 1, deliver: false };
const DROPS = { maxMessages: 1, maxBytes: 7, overflow: "drop-oldest" } as const;

function logged(
  config: Partial<Config>,
  kind: { readonly pings: boolean; readonly pauses: boolean },
): string[] {
  const records: string[] = [];
  const logger = {
    log: (level: string, message: string) =>
      records.push(`${level} ${message}`),
  };
  logLimits(logger, setupWith({}, config).config, kind);
  return records;
}

Deno.test("logLimits() warns where nothing finds a dead peer", () => {
  const kind = { pings: false, pauses: true };
  const [record = "", ...others] = logged({ heartbeat: HEARTBEAT }, kind);
  assertMatch(record, /^warn .*no ping frames/);
  assertEquals(others, []);
  const idle = logged({ heartbeat: HEARTBEAT, idleTimeout: 1_000 }, kind);
  assertMatch(idle[0] ?? "", /^info .*no ping frames/);
});

Deno.test("logLimits() says what a full inbox does to a transport that cannot pause", () => {
  const kind = { pings: true, pauses: false };
  const [record = "", ...others] = logged({}, kind);
  assertMatch(record, /^info .*cannot pause/);
  assertEquals(others, []);
  assertEquals(logged({ inbox: DROPS }, kind), []);
});

Deno.test("logLimits() has nothing to say where the options can be fulfilled", () => {
  const message = { ...HEARTBEAT, message: "ping" };
  const kind = { pings: false, pauses: true };
  assertEquals(logged({ heartbeat: message }, kind), []);
  assertEquals(logged({}, kind), []);
  assertEquals(logged({ heartbeat: HEARTBEAT }, { ...kind, pings: true }), []);
});
