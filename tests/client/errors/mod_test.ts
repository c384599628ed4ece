import { assertEquals } from "@std/assert";
import * as errors from "../../../lib/client/errors/mod.ts";
import * as messageErrors from "../../../lib/messages/format/errors.ts";

Deno.test("SocketError.name is the name of the class, whatever a minifier calls it", () => {
  const classes = Object.entries({ ...errors, ...messageErrors });
  assertEquals(
    classes.map(([, Class]) => Class.prototype.name),
    classes.map(([name]) => name),
  );
});
