import { survive } from "../survive.ts";
import { run } from "./run.ts";

Deno.test("sessions lose and repeat nothing in silence through 600 faults of the network, the server and its file", async () => {
  await survive(run, {
    seed: 1,
    faults: 600,
    lanes: 9,
    threads: "blocked",
    transport: "all",
    setup: "all",
  });
});

Deno.test("sessions lose and repeat nothing in silence while workers die as well", async () => {
  await survive(run, {
    seed: 100,
    faults: 400,
    lanes: 9,
    threads: "killed",
    transport: "all",
    setup: "all",
  });
});
