import { assertEquals, assertNotEquals } from "@std/assert";
import { memoryStore } from "../../../lib/server/stores/memory.ts";
import { INIT } from "../../session/store/records.ts";
import { testStore } from "./conformance.ts";

testStore({
  name: "memoryStore()",
  open: (clock) => memoryStore({ clock }),
  openTwo: (clock) => {
    const store = memoryStore({ clock });
    return [store, store];
  },
});

Deno.test("memoryStore() has a generation of its own", async () => {
  await using one = memoryStore();
  await using other = memoryStore();
  assertNotEquals(one.generation, other.generation);
  assertEquals((await one.open(INIT)).generation, one.generation);
});
