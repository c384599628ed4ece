/** Rules to explore by: a budget of events, and what differs from the usual. */

import type { ClientConfig } from "../../../lib/session/client/state.ts";
import type { ServerConfig } from "../../../lib/session/server/state.ts";
import type { Budget, Rules } from "./world.ts";

const NOTHING: Budget = {
  sends: 0,
  pushes: 0,
  cuts: 0,
  crashes: 0,
  rollbacks: 0,
  forces: 0,
  ends: 0,
  forgets: 0,
  failures: 0,
  workers: 0,
  expiries: 0,
  closes: 0,
};

/** The client's settings in the model. */
export const CLIENT: ClientConfig = {
  capacity: { messages: 8, bytes: 1_000 },
  maxMessage: 100,
  ttl: 1_000,
  protocols: [],
  onLost: "continue",
  onUnknown: "drop",
  answerTimeout: 5_000,
  answerBy: Infinity,
  closeTimeout: 5_000,
};

/** The server's settings in the model. */
export const SERVER: ServerConfig = {
  capacity: { messages: 8, bytes: 1_000 },
  maxMessage: 100,
  ttl: 1_000,
  handshakeTimeout: 10_000,
  takeoverTimeout: 2_000,
  takeoverPoll: 50,
  maxClaim: 1,
  maxQuickClaim: 1,
  reportDelay: 0,
  claimAhead: 0,
  maxAttempts: 3,
  onUncertain: "redeliver",
};

/** Rules with this budget, and the usual ones else. */
export function rulesOf(
  budget: Partial<Budget>,
  other: Partial<Omit<Rules, "budget">> = {},
): Rules {
  return {
    budget: { ...NOTHING, ...budget },
    mutant: "none",
    consumption: "at once",
    mainThread: "at once",
    replies: "none",
    bounds: {
      maxMessages: 100,
      maxBytes: 10_000,
      overflow: "reject",
      maxMessage: 100,
    },
    client: CLIENT,
    server: SERVER,
    ...other,
  };
}
