import { assertEquals, assertMatch } from "@std/assert";
import { startExample } from "./run.ts";

Deno.test("shutdown.ts loses no accepted message", async () => {
  await using example = startExample("shutdown");
  const lines: string[] = [];
  for await (const line of example.lines) {
    if (lines.length === 0) example.kill("SIGINT");
    lines.push(line);
  }
  const output = lines.join("\n");
  assertMatch(output, /\d+ accepted, 0 lost, clean: true/);
  const [, accepted] = /(\d+) accepted/.exec(output) ?? [];
  assertMatch(output, new RegExp(`The server has ${accepted}\\b`));
  assertEquals((await example.status).code, 0);
});
