import { assertEquals } from "@std/assert";
import { isFencing } from "../../../lib/server/connection/fencing.ts";
import type { ServerState } from "../../../lib/session/server/state.ts";

const ATTACHED = {
  kind: "attached",
  lease: { session: "s", fence: 2, generation: "g1" },
} as ServerState;

Deno.test("isFencing() knows the notices and answers that take a session away", () => {
  const taken = { type: "fenced", why: "taken" } as const;
  const fenced = { kind: "fenced" } as const;
  const events = [
    { ...taken, fence: 2 },
    { type: "accepted", answer: fenced },
    { type: "ended", answer: fenced },
  ] as const;
  assertEquals(events.map((event) => isFencing(ATTACHED, event)), [
    ...[true, true, true],
  ]);
  for (const event of events) {
    assertEquals(isFencing({ kind: "closed" }, event), false);
  }
});

Deno.test("isFencing() is false for a lease of before, an end and all else", () => {
  const events = [
    { type: "fenced", fence: 1, why: "taken" },
    { type: "fenced", fence: 2, why: "ended" },
    { type: "accepted", answer: { kind: "accepted", last: 1, bytes: 0 } },
    { type: "ended", answer: { kind: "gone" } },
    { type: "disconnected" },
  ] as const;
  for (const event of events) {
    assertEquals(isFencing(ATTACHED, event), false, event.type);
  }
});
