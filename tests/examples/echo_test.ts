import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("echo.ts prints the answers of the server", async () => {
  assertEquals(await runExample("echo", "hello", "you"), {
    success: true,
    stdout: "INFO The server said: hello\nINFO The server said: you\n",
  });
});
