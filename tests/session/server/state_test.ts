import { assertEquals } from "@std/assert";
import { newServer } from "../../../lib/session/server/state.ts";
import { CONFIG } from "./peer.ts";

Deno.test("newServer() waits for the first message", () => {
  assertEquals(newServer({ config: CONFIG, now: 5 }), {
    kind: "waiting",
    deadline: 10_005,
  });
});
