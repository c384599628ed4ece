import { assertEquals, assertInstanceOf } from "@std/assert";
import { PlatformCloseEvent } from "../../lib/platform/close_event.ts";
import { remove } from "../globals.ts";

Deno.test("PlatformCloseEvent is the platform's", () => {
  assertEquals(PlatformCloseEvent, CloseEvent);
});

Deno.test("PlatformCloseEvent is one like it where the platform has none", async () => {
  using _event = remove(globalThis, "CloseEvent");
  const url = import.meta.resolve("../../lib/platform/close_event.ts");
  const { PlatformCloseEvent: StandIn } = await import(`${url}#none`);
  const event = new StandIn("close", {
    code: 4000,
    reason: "why",
    wasClean: true,
    cancelable: true,
  });
  assertInstanceOf(event, Event);
  const { type, code, reason, wasClean, cancelable } = event as CloseEvent;
  assertEquals(
    [type, code, reason, wasClean, cancelable],
    ["close", 4000, "why", true, true],
  );
  const bare = new StandIn("close") as CloseEvent;
  assertEquals([bare.code, bare.reason, bare.wasClean], [0, "", false]);
});
