import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("streams.ts sends lines through a socket and back, in order", async () => {
  const path = new URL("../../LICENSE", import.meta.url);
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  assertEquals(await runExample("streams", "LICENSE"), {
    success: true,
    stdout: lines.map((line) => `INFO ${line.toUpperCase()}\n`).join(""),
  });
});
