import { assertThrows } from "@std/assert";
import { checkHeaders } from "../../../lib/transport/native/deno.ts";

Deno.test("checkHeaders() refuses a User-Agent, which Deno would send besides its own", () => {
  checkHeaders({});
  checkHeaders({ "X-Client": "kiosk/7" });
  assertThrows(
    () => checkHeaders({ "user-agent": "kiosk/7" }),
    TypeError,
    'transport: "tcp"',
  );
});
