import { assertEquals } from "@std/assert";
import { errorOf, sessionKindOf } from "../../lib/messages/message_socket.ts";

Deno.test("sessionKindOf() gives what an event says of its session", () => {
  const events = [
    {},
    { session: undefined },
    { session: null },
    { session: "resumed" },
    { session: {} },
    { session: { kind: "resumed" } },
  ];
  const nothing = Array(5).fill(undefined);
  assertEquals(events.map(sessionKindOf), [...nothing, "resumed"]);
});

Deno.test("errorOf() gives what an event says of its error", () => {
  const error = new Error("lost");
  assertEquals([errorOf({}), errorOf({ error })], [undefined, error]);
});
