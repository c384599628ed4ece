import { assertEquals } from "@std/assert";
import type { SessionRemains } from "../../../lib/boundary/session.ts";
import { progressOf } from "../../../lib/session/client/state.ts";
import { entriesOf } from "../../../lib/session/flow/numbered.ts";
import { baseOf, restoreSession } from "../../../lib/worker/session/restore.ts";

const NOTHING: SessionRemains = {
  instance: "i",
  marks: [],
  arrived: 0,
  consumed: 0,
  sizes: [],
  unaccepted: [],
};

const KEPT = {
  attempt: 3,
  ticket: { session: "s", token: "t", protocol: "" },
  againTo: 0,
  accepted: 7,
} as const;

Deno.test("restoreSession() begins where nothing was kept", () => {
  const state = restoreSession(NOTHING);
  assertEquals([state.instance, state.attempt, state.ticket], [
    "i",
    0,
    undefined,
  ]);
});

Deno.test("restoreSession() dials later than the worker before may have dialled", () => {
  const kept = { ...KEPT, ticket: undefined };
  const state = restoreSession({ ...NOTHING, kept });
  assertEquals([state.attempt > 1_000, state.positions], [true, []]);
});

Deno.test("restoreSession() takes messages as sent that the worker before had", () => {
  const unaccepted = ["a", Uint8Array.of(1, 2).buffer];
  const { retained } = restoreSession({ ...NOTHING, kept: KEPT, unaccepted });
  assertEquals([retained.first, retained.last], [8, 9]);
  assertEquals(entriesOf(retained), [
    { id: 1, data: "a", bytes: 1 },
    { id: 2, data: Uint8Array.of(1, 2), bytes: 2 },
  ]);
});

Deno.test("restoreSession() has what has arrived, and no more", () => {
  const marks = [
    { after: 0, seq: 0, generation: "g1", positions: [["g1", 0]] as const },
    {
      after: 4,
      seq: 9,
      generation: "g2",
      positions: [["g2", 9], ["g1", 4]] as const,
    },
  ];
  for (
    const [arrived, positions] of [
      [0, [["g1", 0]]],
      [3, [["g1", 3]]],
      [4, [["g2", 9], ["g1", 4]]],
      [6, [["g2", 11], ["g1", 4]]],
    ] as const
  ) {
    const state = restoreSession({ ...NOTHING, kept: KEPT, marks, arrived });
    assertEquals(state.positions, positions);
  }
});

Deno.test("restoreSession() counts deliveries from the unconsumed ones on", () => {
  const marks = [
    { after: 0, seq: 0, generation: "g1", positions: [["g1", 0]] as const },
    // Numbers up to 6 were trimmed.
    { after: 3, seq: 6, generation: "g1", positions: [["g1", 6]] as const },
  ];
  const remains = { ...NOTHING, kept: KEPT, marks, arrived: 5, consumed: 1 };
  const state = restoreSession({ ...remains, sizes: [1, 2, 3, 4] });
  assertEquals(progressOf(state), { ack: 1, heldMessages: 4, heldBytes: 10 });
  assertEquals(state.held.first, 1);
  assertEquals(state.positions, [["g1", 8]]);
});

Deno.test("restoreSession() leaves out what came before the session", () => {
  const positions = [["g1", 0]] as const;
  const marks = [{ after: 2, seq: 0, generation: "g1", positions }];
  const remains = { ...NOTHING, kept: KEPT, marks, arrived: 3 };
  const unread = { ...remains, sizes: [7, 8, 9] };
  assertEquals(baseOf(unread), 2);
  const state = restoreSession(unread);
  assertEquals(progressOf(state), { ack: 0, heldMessages: 1, heldBytes: 9 });
  assertEquals(state.positions, [["g1", 1]]);
});
