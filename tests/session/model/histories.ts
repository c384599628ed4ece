/** Long random histories, each from its seed: what exhaustive bounds are too small for. */

import { type Random, seeded } from "../seeded.ts";
import { violationAtRest, violationIn } from "./checker.ts";
import { isFault, isStep } from "./explore.ts";
import { movesFrom } from "./moves.ts";
import { CLIENT, rulesOf, SERVER } from "./rules.ts";
import { type Move, newWorld, type Rules } from "./world.ts";

/** What became of a history. */
export interface History {
  readonly steps: number;
  readonly faults: number;
  readonly violation: string | undefined;
  readonly path: readonly string[];
}

/** A history that is longer than this does not come to rest. */
const MAX_STEPS = 5_000;

/** One of this many moves is a fault, as long as there are any left. */
const FAULT_RARITY = 25;

/** Makes random moves until nothing is left to be done. */
export function wander(seed: number): History {
  const random = seeded(seed);
  const rules = randomRules(random);
  const path: string[] = [];
  let world = newWorld(rules);
  let faults = 0;
  for (;;) {
    const moves = movesFrom(world, rules);
    const atRest = !moves.some(([name]) => isStep(name));
    const violation = violationIn(world, rules) ??
      (atRest ? violationAtRest(world, rules) : undefined) ??
      (path.length > MAX_STEPS ? "it never ends" : undefined);
    if (violation !== undefined || moves.length === 0) {
      return { steps: path.length, faults, violation, path };
    }
    const [name, next] = choose(moves, random);
    if (isFault(name)) faults += 1;
    path.push(name);
    world = next;
  }
}

function choose(moves: readonly Move[], random: Random): Move {
  const faults = moves.filter(([name]) => isFault(name));
  const others = moves.filter(([name]) => !isFault(name));
  const isTime = faults.length > 0 && random.upTo(FAULT_RARITY) === 0;
  const pool = others.length === 0 || isTime ? faults : others;
  return pool[random.upTo(pool.length)]!;
}

function randomRules(random: Random): Rules {
  const capacity = { messages: 1 + random.upTo(5), bytes: 1_000 };
  const mainThread = random.upTo(2) === 0 ? "at once" : "later";
  return rulesOf({
    sends: 12,
    pushes: mainThread === "later" ? 0 : 12,
    cuts: random.upTo(6),
    crashes: random.upTo(3),
    rollbacks: random.upTo(3),
    forces: random.upTo(3),
    failures: random.upTo(3),
    ends: random.upTo(3),
    forgets: random.upTo(2),
    workers: random.upTo(3),
    expiries: random.upTo(3),
    closes: random.upTo(2),
  }, {
    mainThread,
    consumption: random.upTo(2) === 0 ? "at once" : "later",
    client: {
      ...CLIENT,
      capacity,
      onUnknown: random.upTo(2) === 0 ? "drop" : "resend",
    },
    server: {
      ...{ ...SERVER, capacity, maxClaim: 1 + random.upTo(3) },
      claimAhead: 50 * random.upTo(2),
    },
    bounds: {
      maxMessages: 5,
      maxBytes: 1_000,
      maxMessage: 1_000,
      overflow: random.upTo(2) === 0 ? "reject" : "drop-oldest",
    },
  });
}
