import { assert } from "@std/assert";
import { runBundle, WITHOUT_WORKER } from "./bundle.ts";

Deno.test("client/in_thread.ts brings the code of the worker into a bundle", async () => {
  const entry = import.meta.resolve("../../lib/client/in_thread.ts");
  const output = await runBundle(`import "${entry}";${WITHOUT_WORKER}`);
  assert(output.startsWith("ReconnectError"), output);
});
