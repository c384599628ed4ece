/** Which worlds are explored: the small ones by tests, the large ones by hand. */

import { CLIENT, rulesOf, SERVER } from "./rules.ts";
import type { Rules } from "./world.ts";

/** Rules, and what they are for. */
export interface Bounds {
  readonly name: string;
  readonly rules: Rules;
}

const NARROW = { capacity: { messages: 1, bytes: 1_000 } };
const LATER = { consumption: "later" } as const;
const FROZEN = { mainThread: "later" } as const;
const REPLIES = { replies: "each" } as const;
const ONE_KEPT = {
  bounds: {
    maxMessages: 1,
    maxBytes: 100,
    overflow: "drop-oldest",
    maxMessage: 100,
  },
} as const;
const RESEND = { client: { ...CLIENT, onUnknown: "resend" } } as const;
const BATCHES = { server: { ...SERVER, maxClaim: 2 } };
const LAST_ATTEMPT = {
  server: { ...SERVER, maxClaim: 2, maxAttempts: 1, reportDelay: 2 },
};
const AHEAD = { server: { ...SERVER, claimAhead: 50 } };
const WINDOW_OF_ONE = {
  client: { ...CLIENT, ...NARROW },
  server: { ...SERVER, ...NARROW },
};

/** Explored by each run of the tests. */
export const SMALL: readonly Bounds[] = [
  bounds("both ways and a cut", { sends: 1, pushes: 2, cuts: 1 }),
  bounds("two cuts", { sends: 1, cuts: 2 }),
  bounds("two cuts and a push", { pushes: 1, cuts: 2 }),
  bounds("a cut and a crash", { sends: 1, pushes: 1, cuts: 1, crashes: 1 }),
  bounds("crashes", { sends: 2, crashes: 2 }),
  bounds("a rollback", { sends: 2, pushes: 1, rollbacks: 1 }),
  bounds("a rollback and a cut", {
    ...{ sends: 1, pushes: 1, rollbacks: 1, cuts: 1 },
  }),
  bounds("a rollback and a crash", {
    ...{ sends: 1, pushes: 1, rollbacks: 1, crashes: 1 },
  }),
  bounds("two rollbacks", { sends: 1, pushes: 2, rollbacks: 2 }),
  bounds("a takeover by force", { sends: 2, cuts: 1, forces: 1 }),
  bounds("a handler that fails and a cut", { sends: 2, cuts: 1, failures: 1 }),
  bounds("a handler that fails twice", { sends: 2, failures: 2 }),
  bounds("a handler that fails for good", {
    ...{ sends: 3, failures: 1 },
  }, { ...RESEND, ...LAST_ATTEMPT }),
  bounds("a handler that fails for good and a cut", {
    ...{ sends: 2, failures: 1, cuts: 1 },
  }, LAST_ATTEMPT),
  bounds("claims of two and a crash", { sends: 3, crashes: 1 }, BATCHES),
  bounds("claims ahead and a crash", { sends: 2, crashes: 1 }, AHEAD),
  bounds("claims ahead and a cut", { sends: 2, cuts: 1 }, AHEAD),
  bounds("claims ahead and a takeover by force", {
    ...{ sends: 2, cuts: 1, forces: 1 },
  }, AHEAD),
  bounds("an end", { sends: 1, pushes: 1, cuts: 1, ends: 1 }),
  bounds("an end that is forgotten", {
    ...{ sends: 2, pushes: 1, ends: 1, forgets: 1 },
  }),
  bounds("what is unknown sent again", {
    ...{ sends: 2, ends: 1, forgets: 1 },
  }, RESEND),
  bounds("what is unknown sent again twice", {
    ...{ sends: 1, cuts: 1, ends: 2 },
  }, RESEND),
  bounds("a worker's death", { sends: 1, pushes: 1, workers: 1 }),
  bounds("a worker's death and a slow application", {
    ...{ pushes: 2, rollbacks: 1, workers: 1 },
  }, LATER),
  bounds("a worker's death and a frozen main thread", {
    ...{ sends: 2, workers: 1 },
  }, FROZEN),
  bounds("a worker's death and a message that expires", {
    ...{ sends: 3, workers: 1, expiries: 1 },
  }, { ...FROZEN, ...WINDOW_OF_ONE }),
  bounds("a worker's death and an end", {
    ...{ sends: 2, workers: 1, ends: 1 },
  }, { ...FROZEN, ...RESEND }),
  bounds("a slow application", { pushes: 2, cuts: 1 }, LATER),
  bounds("replies", { sends: 2, cuts: 1 }, REPLIES),
  bounds("replies and a crash", { sends: 2, crashes: 1 }, REPLIES),
  bounds("a close", { sends: 1, pushes: 1, cuts: 1, closes: 1 }),
  bounds("a close and a crash", { sends: 1, pushes: 1, crashes: 1, closes: 1 }),
  bounds("a full buffer", { pushes: 3, cuts: 1, ends: 1 }, ONE_KEPT),
  bounds("a window of one", { sends: 2, pushes: 2, cuts: 1 }, WINDOW_OF_ONE),
];

/** Explored by hand: `main.ts`. */
export const LARGE: readonly Bounds[] = [
  bounds("more: a slow application", { sends: 1, pushes: 2, cuts: 1 }, LATER),
  bounds("more: two cuts", { sends: 1, pushes: 1, cuts: 2 }),
  bounds("more: both ways and a cut", { sends: 2, pushes: 1, cuts: 1 }),
  bounds("more: replies", { sends: 2, cuts: 1, crashes: 1 }, REPLIES),
  bounds("more: a rollback", { sends: 2, pushes: 2, rollbacks: 1 }),
  bounds("more: a close", { sends: 2, pushes: 1, cuts: 1, closes: 1 }),
  bounds("more: what is unknown sent again", {
    ...{ sends: 2, cuts: 1, ends: 1, forgets: 1 },
  }, RESEND),
  bounds("claims of two", { sends: 3, cuts: 1, forces: 1 }, BATCHES),
  bounds("claims ahead, a cut and a crash", {
    ...{ sends: 2, cuts: 1, crashes: 1 },
  }, AHEAD),
  bounds("claims ahead, an end and a cut", {
    ...{ sends: 2, cuts: 1, ends: 1, forgets: 1 },
  }, AHEAD),
  bounds("claims ahead and a rollback", {
    ...{ sends: 2, rollbacks: 1, cuts: 1 },
  }, AHEAD),
  bounds("claims ahead, a close and a crash", {
    ...{ sends: 2, crashes: 1, closes: 1 },
  }, AHEAD),
  bounds("more both ways and a cut", { sends: 2, pushes: 2, cuts: 1 }),
  bounds("both ways and two cuts", { sends: 2, pushes: 1, cuts: 2 }),
  bounds("two, a cut and a crash", {
    ...{ sends: 2, pushes: 1, cuts: 1, crashes: 1 },
  }),
  bounds("two, a cut and a rollback", {
    ...{ sends: 2, pushes: 1, cuts: 1, rollbacks: 1 },
  }),
  bounds("a cut, a crash and a rollback", {
    ...{ sends: 1, pushes: 1, cuts: 1, crashes: 1, rollbacks: 1 },
  }),
  bounds("a cut and a worker's death", {
    ...{ sends: 1, pushes: 1, cuts: 1, workers: 1 },
  }),
  bounds("a worker's death, a cut and an end", {
    ...{ sends: 1, pushes: 1, cuts: 1, workers: 1, ends: 1 },
  }, LATER),
  bounds("two takeovers by force", {
    ...{ sends: 2, cuts: 2, forces: 2 },
  }, BATCHES),
  bounds("a full buffer and a rollback", {
    ...{ pushes: 3, cuts: 1, rollbacks: 1 },
  }, ONE_KEPT),
];

function bounds(
  name: string,
  budget: Parameters<typeof rulesOf>[0],
  other: Parameters<typeof rulesOf>[1] = {},
): Bounds {
  return { name, rules: rulesOf(budget, other) };
}
