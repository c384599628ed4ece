import { assertEquals } from "@std/assert";
import { reasonOf } from "../../lib/cli/reason.ts";

Deno.test("reasonOf() gives the message of whatever was thrown", () => {
  assertEquals(reasonOf(new RangeError("No such file")), "No such file");
  assertEquals([reasonOf("gone"), reasonOf(undefined)], ["gone", "undefined"]);
});
