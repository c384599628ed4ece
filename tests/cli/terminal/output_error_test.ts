import { assertEquals } from "@std/assert";
import { OutputError } from "../../../lib/cli/terminal/output_error.ts";

Deno.test("OutputError() tells a reader that is gone from other failures", () => {
  const causes = [
    new Deno.errors.BrokenPipe("Broken pipe (os error 32)"),
    new Error("No space left on device (os error 28)"),
    "odd",
  ];
  const errors = causes.map((cause) => new OutputError(cause));
  assertEquals(errors.map(({ kind, message }) => [kind, message]), [
    ["reader gone", "Broken pipe (os error 32)"],
    ["failed", "No space left on device (os error 28)"],
    ["failed", "odd"],
  ]);
  assertEquals(errors.map(({ cause }) => cause), causes);
});
