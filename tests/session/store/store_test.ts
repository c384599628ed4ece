import { assertEquals } from "@std/assert";
import * as store from "../../../lib/session/store/store.ts";

Deno.test("store.ts has types only, so that it costs nothing to import", () => {
  assertEquals(Object.keys(store), []);
});
