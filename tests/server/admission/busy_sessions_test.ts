import { assertEquals } from "@std/assert";
import { BusySessions } from "../../../lib/server/admission/busy_sessions.ts";

const A = { node: "A", counter: 1 };

Deno.test("BusySessions.note() gives the instant of the first sighting of a holder", () => {
  const busy = new BusySessions();
  assertEquals(busy.note("s", A, 100), 100);
  assertEquals(busy.note("s", A, 50_000), 100);
  const later = { ...A, counter: 2 };
  assertEquals(busy.note("s", later, 50_001), 50_001, "it was here meanwhile");
  const moved = { ...later, node: "B" };
  assertEquals(busy.note("s", moved, 50_002), 50_002, "another holder");
  assertEquals(busy.note("s", moved, 110_002), 110_002, "long ago");
  busy.remove("s");
  assertEquals(busy.note("s", moved, 110_003), 110_003);
});

Deno.test("BusySessions.forget() keeps what was asked for lately", () => {
  const busy = new BusySessions();
  busy.note("a", A, 0);
  busy.note("b", A, 1);
  busy.note("a", A, 2);
  busy.forget(60_001);
  assertEquals([busy.size, busy.note("a", A, 60_001)], [1, 0]);
});
