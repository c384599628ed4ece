import { assertEquals } from "@std/assert";
import { runExample } from "./run.ts";

Deno.test("file_log.ts writes errors into a file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".log" });
  try {
    const { success } = await runExample("file_log", "--file", file);
    const records = (await Deno.readTextFile(file)).trimEnd().split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ args }) => args === "HandshakeError");
    assertEquals(
      records.map(({ message }) => /HTTP status (\d+)/.exec(message)?.[1]),
      ["503", "503", "403"],
    );
    assertEquals(success, true);
  } finally {
    await Deno.remove(file);
  }
});
