import { assertEquals } from "@std/assert";
import { progressBar } from "../../../lib/cli/terminal/progress.ts";
import { RecordingIo } from "./recording_io.ts";

Deno.test("progressBar() draws over itself, and clears the last bar", () => {
  const io = new RecordingIo({ isTerminal: true, columns: 20 });
  const step = progressBar(3, io);
  for (let done = 0; done < 3; done += 1) step();
  assertEquals(io.errors, "\r[###........] 33 %\r[#######....] 66 %\r\x1b[K");
});

Deno.test("progressBar() has no bar where the terminal has no room", () => {
  const io = new RecordingIo({ isTerminal: true, columns: 5 });
  progressBar(2, io)();
  assertEquals(io.errors, "\r[] 50 %");
});

Deno.test("progressBar() writes nothing without a terminal", () => {
  const io = new RecordingIo();
  progressBar(2, io)();
  assertEquals([io.written, io.errors], ["", ""]);
});
