import { assertEquals, assertInstanceOf } from "@std/assert";
import { storeErrorOf } from "../../../../lib/server/stores/sqlite/failures.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";

Deno.test("storeErrorOf() says what SQLite's errors mean", () => {
  const meanings = [
    ["database is locked", "locked"],
    ["database or disk is full", "full"],
    ["database is not open", "closed"],
    ["disk I/O error", "unavailable"],
  ] as const;
  for (const [message, code] of meanings) {
    const cause = Object.assign(new Error(message), {
      code: "ERR_SQLITE_ERROR",
    });
    const error = storeErrorOf(cause);
    assertInstanceOf(error, SessionStoreError);
    assertEquals([error.code, error.cause], [code, cause]);
  }
});

Deno.test("storeErrorOf() leaves other errors as they are", () => {
  for (const error of [new RangeError("locked"), "full", undefined]) {
    assertEquals(storeErrorOf(error), error);
  }
});
