import { assertEquals } from "@std/assert";
import { endFailure } from "../../lib/transport/end_failure.ts";

const LOST = { closeCode: 1006, reason: "", wasClean: false };
const CLOSED = { closeCode: 4000, reason: "bye", wasClean: true };

Deno.test("endFailure() finds that no connection was made", () => {
  for (const info of [LOST, CLOSED]) {
    assertEquals(endFailure(info, { phase: "opening", detail: "reset" }), {
      type: "connect",
      kind: "unknown",
      detail: "reset",
    });
  }
});

Deno.test("endFailure() finds a loss, also while closing", () => {
  for (const phase of ["open", "closing"] as const) {
    assertEquals(endFailure(LOST, { phase, detail: "reset" }), {
      type: "lost",
      detail: "reset",
    });
    assertEquals(endFailure(LOST, { phase }), {
      type: "lost",
      detail: "No close frame was received",
    });
  }
});

Deno.test("endFailure() finds a close by the server", () => {
  assertEquals(endFailure(CLOSED, { phase: "open" }), {
    type: "closed",
    ...CLOSED,
  });
});

Deno.test("endFailure() finds no failure in the answer to our own close()", () => {
  assertEquals(endFailure(CLOSED, { phase: "closing" }), undefined);
});
