import { assertEquals } from "@std/assert";
import { PLATFORM_CONFIG } from "../../../lib/connection/config/config.ts";
import type { Event, State } from "../../../lib/connection/state.ts";
import {
  newConnection,
  nextDeadline,
  transition,
} from "../../../lib/connection/transition.ts";
import { AGREED } from "../machine.ts";

const CONTEXT = {
  config: PLATFORM_CONFIG,
  now: { monotonic: 0, wall: 0 },
  random: 0.5,
};
const ENDED: Event = {
  type: "ended",
  socket: 1,
  info: { closeCode: 1006, reason: "", wasClean: false },
};

/** The states that a `WorkerWebSocket` goes through with these events. */
function statesAfter(...events: readonly Event[]): readonly State[] {
  const states: State[] = [newConnection(0)];
  for (const event of events) {
    states.push(transition(states.at(-1)!, event, CONTEXT).state);
  }
  return states;
}

Deno.test("PLATFORM_CONFIG limits the closing handshake and nothing else", () => {
  const states = statesAfter(
    { type: "connect" },
    { type: "resolved", socket: 1 },
    { type: "opened", socket: 1, agreed: AGREED },
    { type: "close", closeCode: 1000, reason: "" },
  );
  assertEquals(
    states.map((state) => [state.kind, nextDeadline(state, CONTEXT)]),
    [
      ["idle", Infinity],
      ["connecting", Infinity],
      ["connecting", Infinity],
      ["open", Infinity],
      ["closing", 60_000],
    ],
  );
});

Deno.test("PLATFORM_CONFIG ends with the first failed attempt, and with the first loss", () => {
  const failed = statesAfter({ type: "connect" }, ENDED);
  const lost = statesAfter(
    { type: "connect" },
    { type: "resolved", socket: 1 },
    { type: "opened", socket: 1, agreed: AGREED },
    ENDED,
  );
  assertEquals([failed.at(-1)?.kind, lost.at(-1)?.kind], ["closed", "closed"]);
});
