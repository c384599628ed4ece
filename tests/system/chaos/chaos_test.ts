import { run } from "./run.ts";
import { survive } from "./survive.ts";

Deno.test("ReconnectingWebSocket() keeps its promises through 1,000 faults and a main thread that is blocked", async () => {
  await survive(run, {
    seed: 1,
    faults: 1_000,
    lanes: 27,
    threads: "blocked",
    transport: "all",
    setup: "all",
  });
});

Deno.test("ReconnectingWebSocket() keeps its promises while its worker dies of exceptions and loops", async () => {
  await survive(run, {
    seed: 100,
    faults: 400,
    lanes: 9,
    threads: "killed",
    transport: "all",
    setup: "plain",
  });
});
