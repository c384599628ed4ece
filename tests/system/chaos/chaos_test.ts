import { assert, assertEquals } from "@std/assert";
import { repeatCommand, run, type RunOptions } from "./run.ts";

Deno.test("ReconnectingWebSocket() keeps its promises through 1,000 faults and a main thread that is blocked", async () => {
  await survive({
    seed: 1,
    faults: 1_000,
    lanes: 27,
    threads: "blocked",
    transport: "all",
    setup: "all",
  });
});

Deno.test("ReconnectingWebSocket() keeps its promises while its worker dies of exceptions and loops", async () => {
  await survive({
    seed: 100,
    faults: 400,
    lanes: 9,
    threads: "killed",
    transport: "all",
    setup: "plain",
  });
});

async function survive(options: RunOptions): Promise<void> {
  const { faults, failures } = await run(options);
  assert(faults >= options.faults);
  const report = failures.map((failure) => ({
    violations: failure.result.violations.slice(0, 5),
    repeat: repeatCommand(failure, options),
  }));
  assertEquals(report, []);
}
