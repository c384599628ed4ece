import { assertEquals } from "@std/assert";
import { VERSION } from "../../lib/platform/release.ts";
import { withUserAgent } from "../../lib/transport/user_agent.ts";

Deno.test("withUserAgent() adds the library's, and keeps the application's", () => {
  assertEquals(withUserAgent({ a: "b" }), {
    "User-Agent": `holdfast/${VERSION}`,
    a: "b",
  });
  assertEquals(withUserAgent({ "user-AGENT": "kiosk/7" }), {
    "user-AGENT": "kiosk/7",
  });
});
