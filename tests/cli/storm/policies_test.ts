import { assertEquals, assertThrows } from "@std/assert";
import { holdfast, PEERS } from "../../../lib/cli/storm/policies.ts";

/** The delays of a peer's first attempts, with the same number each time. */
function delays(name: string, random: number, count = 4): readonly number[] {
  const policy = PEERS.find((each) => each.name === name)!;
  const clients = policy.populate(1, () => random);
  let now = 0;
  let next = clients.lose(0, now);
  return Array.from({ length: count }, () => {
    const delay = next - now;
    now = next;
    if (Number.isFinite(now)) {
      next = clients.attempt(0, now, { kind: "refused" });
    }
    return Math.round(delay);
  });
}

for (
  const [name, random, expected] of [
    ["phoenix.js", 0.5, [10, 50, 100, 150]],
    ["partysocket", 0.5, [3_000, 3_900, 5_070, 6_591]],
    ["supabase", 0.5, [1_000, 2_000, 5_000, 10_000]],
    ["SignalR", 0.5, [0, 2_000, 10_000, 30_000]],
    ["sockette", 0.5, [1_000, 1_000, 1_000, 1_000]],
    ["socket.io", 0, [1_000, 2_000, 4_000, 5_000]],
    ["socket.io", 0.95, [1_475, 2_950, 5_000, 5_000]],
    ["centrifuge-js", 0, [500, 500, 500, 500]],
    ["centrifuge-js", 0.5, [750, 1_000, 1_500, 2_500]],
    ["reconnecting-websocket", 0, [1_000, 1_300, 1_690, 2_197]],
    ["reconnecting-websocket", 0.5, [3_000, 3_900, 5_070, 6_591]],
    ["python websockets", 0.5, [2_500, 3_100, 5_016, 8_116]],
    ["full jitter to 30 s", 0.5, [250, 500, 1_000, 2_000]],
  ] as const
) {
  Deno.test(`PEERS has the delays of ${name} (${random})`, () => {
    assertEquals(delays(name, random), [...expected]);
  });
}

Deno.test("PEERS reach their longest delays, or give up", () => {
  const last = (name: string) => delays(name, 0.5, 12).at(-1);
  assertEquals(last("phoenix.js"), 5_000);
  assertEquals(last("partysocket"), 10_000);
  assertEquals(last("SignalR"), NaN);
  assertEquals(last("centrifuge-js"), 10_500);
  assertEquals(last("python websockets"), 90_000);
  assertEquals(last("full jitter to 30 s"), 15_000);
});

Deno.test("PEERS says of which policies all runs are the same", () => {
  for (const { name, deterministic } of PEERS) {
    const [low, high] = [delays(name, 0.1), delays(name, 0.9)];
    assertEquals(deterministic, low.join() === high.join(), name);
  }
});

Deno.test("holdfast() takes options of a socket, and checks them", () => {
  const policy = holdfast({ name: "mine", backoff: { first: 1, cap: 2 } });
  assertEquals([policy.name, policy.deterministic], ["mine", false]);
  const next = policy.populate(1, () => 0.5).lose(0, 0);
  assertEquals(next > 0 && next <= 1, true, `${next}`);
  assertThrows(() => holdfast({ backoff: { cap: -1 } }), RangeError);
});
