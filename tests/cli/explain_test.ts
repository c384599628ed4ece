import { assert, assertEquals, assertMatch } from "@std/assert";
import { explain } from "../../lib/cli/explain.ts";
import { describeClose } from "../../lib/rfc6455/close.ts";
import { RecordingIo } from "./terminal/recording_io.ts";

for (const code of [1000, 1006, 1012, 3000, 4401, 4999]) {
  Deno.test(`explain() explains ${code} within the width of the terminal`, async () => {
    const io = new RecordingIo();
    assertEquals(await explain([`${code}`], io), 0);
    const lines = io.written.trimEnd().split("\n");
    assert(lines.every((line) => line.length <= 80));
    assertEquals(
      lines.map((line) => line.trim()).join(" "),
      `${code}: ${describeClose(code)}`,
    );
  });
}

for (const args of [[], ["99"], ["5000"], ["0"], ["1e3"], ["1006", "1"]]) {
  Deno.test(`explain() refuses ${JSON.stringify(args)} in one sentence, with exit code 2`, async () => {
    const io = new RecordingIo();
    assertEquals(await explain(args, io), 2);
    assertEquals(io.written, "");
    assertMatch(
      io.errors,
      /^explain: .*; give one number from 1000 to 4999\n$/,
    );
  });
}

Deno.test("explain() shows help", async () => {
  const io = new RecordingIo();
  assertEquals(await explain(["--help"], io), 0);
  assertMatch(io.written, /Usage: explain <close code>/);
});
