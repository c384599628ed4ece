import { assertEquals } from "@std/assert";
import { isTransferred, TRANSFER_FROM } from "../../lib/boundary/transfer.ts";

Deno.test("isTransferred() is for large binary data only", () => {
  assertEquals(isTransferred("x".repeat(2 * TRANSFER_FROM)), false);
  assertEquals(isTransferred(new ArrayBuffer(TRANSFER_FROM - 1)), false);
  assertEquals(isTransferred(new ArrayBuffer(TRANSFER_FROM)), true);
});
