/**
 * Runs a fleet in virtual time: hours take seconds, and each run is reproducible.
 *
 * The duration of a handshake is left out: it is the same for all policies, and
 * short compared with their delays.
 *
 * @module
 */

import { Calendar } from "./calendar.ts";
import { Cluster } from "./cluster.ts";
import type { Policy } from "./policies.ts";
import { type Counts, Recorder } from "./recorder.ts";
import { seededRandom } from "./random.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Runs a fleet through a scenario.
 *
 * @param options `policy` of the clients, and `seed` of the random numbers: the
 * same seed gives the same counts.
 */
export function simulate(
  scenario: Scenario,
  { policy, seed }: { readonly policy: Policy; readonly seed: number },
): Counts {
  const random = seededRandom(seed);
  const { clients, horizon } = scenario;
  const population = policy.populate(clients, random);
  const cluster = new Cluster(scenario, random);
  const calendar = new Calendar(clients);
  const recorder = new Recorder(clients);

  while (calendar.now < horizon) {
    const { now } = calendar;
    for (const client of cluster.pass(now)) {
      recorder.lost(client, now);
      announce(client, population.lose(client, now));
    }
    for (
      let client = calendar.take();
      client !== undefined;
      client = calendar.take()
    ) attempt(client, now);
    if (calendar.size === 0 && cluster.isSettled) break;
    calendar.advance();
  }
  return recorder.counts();

  function attempt(client: number, now: number): void {
    const answer = cluster.answer(client, now);
    recorder.attempted(now);
    if (answer.kind === "opened") recorder.opened(client, now, cluster.backAt);
    announce(client, population.attempt(client, now, answer));
  }

  function announce(client: number, at: number): void {
    // A timer never fires early.
    if (Number.isFinite(at)) calendar.schedule(client, Math.ceil(at));
  }
}
