import { assertEquals, assertRejects } from "@std/assert";
import {
  defineCommand,
  reportLine,
  reportUsage,
} from "../../lib/cli/command.ts";
import type { CommandIo } from "../../lib/cli/terminal/command_io.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { RecordingIo } from "./terminal/recording_io.ts";

const greet = defineCommand<string, CommandIo>({
  name: "greet",
  help: "How to greet\n",
  flags: { values: ["whom"] },
  plan: (flags) => flags.text("whom") ?? "world",
  run(whom, io) {
    if (whom === "nobody") throw new UsageError("There is nobody");
    if (whom === "fault") throw new Error("A fault");
    io.write(`Hello ${whom}\n`);
    return 7;
  },
});

Deno.test("defineCommand() runs what the flags ask for, and gives the exit code", async () => {
  const io = new RecordingIo();
  assertEquals(await greet(["--whom", "you"], io), 7);
  assertEquals([io.written, io.errors], ["Hello you\n", ""]);
});

Deno.test("defineCommand() shows help on stdout, wherever the flag stands", async () => {
  for (const args of [["--help"], ["-h"], ["--whom", "nobody", "--help"]]) {
    const io = new RecordingIo();
    assertEquals(await greet(args, io), 0);
    assertEquals([io.written, io.errors], ["How to greet\n", ""]);
  }
});

Deno.test("defineCommand() reports wrong usage, also where only run() finds it", async () => {
  for (
    const [args, complaint] of [
      [["--bogus"], "There is no flag --bogus; see --help"],
      [["--whom", "nobody"], "There is nobody"],
    ] as const
  ) {
    const io = new RecordingIo();
    assertEquals(await greet(args, io), 2);
    assertEquals([io.written, io.errors], ["", `greet: ${complaint}\n`]);
  }
});

Deno.test("defineCommand() rethrows other errors", async () => {
  const io = new RecordingIo();
  const running = greet(["--whom", "fault"], io);
  await assertRejects(() => running, Error, "A fault");
});

Deno.test("reportUsage() and reportLine() show control characters", () => {
  const io = new RecordingIo();
  assertEquals(reportUsage("greet", "What is \x1b[2J?", io), 2);
  reportLine("greet", "bye\ngreet: forged", io);
  assertEquals(
    io.errors,
    "greet: What is \\x1b[2J?\ngreet: bye\\ngreet: forged\n",
  );
});
