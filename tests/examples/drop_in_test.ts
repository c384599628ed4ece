import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("drop_in.ts runs graphql-ws, rxjs and y-websocket", async () => {
  assertEquals(await runExample("drop_in"), {
    success: true,
    stdout: [
      "INFO graphql-ws: 3 2 1\n",
      "INFO rxjs: hello\n",
      "INFO y-websocket: a shared note\n",
    ].join(""),
  });
});
