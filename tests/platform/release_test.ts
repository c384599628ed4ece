import { assertEquals } from "@std/assert";
import { NAME, VERSION } from "../../lib/platform/release.ts";

Deno.test("NAME and VERSION are those of deno.json", async () => {
  const config = await Deno.readTextFile(
    new URL("../../deno.json", import.meta.url),
  );
  const { name, version } = JSON.parse(config);
  assertEquals([NAME, VERSION], [name, version]);
});
