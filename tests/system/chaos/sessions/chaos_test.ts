import { assert, assertEquals } from "@std/assert";
import { repeatCommand, run, type RunOptions } from "./run.ts";

Deno.test("sessions lose and repeat nothing in silence through 600 faults of the network, the server and its file", async () => {
  await survive({
    seed: 1,
    faults: 600,
    lanes: 9,
    threads: "blocked",
    transport: "all",
    setup: "all",
  });
});

Deno.test("sessions lose and repeat nothing in silence while workers die as well", async () => {
  await survive({
    seed: 100,
    faults: 400,
    lanes: 9,
    threads: "killed",
    transport: "all",
    setup: "all",
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
