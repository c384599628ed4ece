import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("echo.ts says what the server said", async () => {
  assertEquals(await runExample("echo", "hello", "you"), {
    success: true,
    stdout: "INFO The server said: hello\nINFO The server said: you\n",
  });
});
