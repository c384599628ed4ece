import { assert, assertEquals } from "@std/assert";
import {
  loadPacks,
  packModule,
} from "../../../lib/worker/session/load_packs.ts";
import * as packs from "../../../lib/worker/session/packs.ts";

Deno.test("packModule() is there once it is loaded", async () => {
  await loadPacks();
  assertEquals(packModule(), packs);
  assert(loadPacks() === loadPacks(), "It is loaded once");
});
