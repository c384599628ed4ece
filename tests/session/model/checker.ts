/** G1 to G7 of the sessions' design, as properties of a world. */

import type { Rules, World } from "./world.ts";

/** What a world breaks at any moment, or `undefined`. */
export function violationIn(world: World, rules: Rules): string | undefined {
  const { observed } = world;
  if (observed.fault !== "") return observed.fault;
  return handledTwice(world, rules) ?? handledTooOften(world, rules) ??
    deliveredTwice(world) ?? acceptedUnhandled(world);
}

/** What a world breaks in which nothing is left to be done, or `undefined`. */
export function violationAtRest(
  world: World,
  rules: Rules,
): string | undefined {
  // What a client did not consume is reported to the server's application.
  if (world.client.kind === "ended") return unknownFate(world, rules);
  if (world.client.kind !== "attached") return "the client is stuck";
  return unknownFate(world, rules) ?? missedInSilence(world);
}

/** G1, G2, G6, G7: one handling without a flag, flags only after a fault, in order. */
function handledTwice(
  { observed, left }: World,
  { budget, client }: Rules,
): string | undefined {
  const mayRepeat = left.crashes < budget.crashes ||
    left.rollbacks < budget.rollbacks || left.forces < budget.forces ||
    left.failures < budget.failures ||
    left.ends < budget.ends && client.onUnknown === "resend";
  // Claimed in a session that was ended, it may be handled while the next one
  // goes on. There is no order between two sessions.
  const unknown = new Set(observed.dropped.map(([id]) => id));
  const unflagged = new Set<number>();
  const seen = new Set<number>();
  let highest = 0;
  for (const [id, flag] of observed.handled) {
    if (flag === "again" && !mayRepeat) {
      return `${id} is flagged without a fault`;
    }
    if (flag === "new" && unflagged.has(id)) {
      return `client message ${id} is handled twice and not flagged`;
    }
    if (flag === "new") unflagged.add(id);
    if (!seen.has(id) && id < highest && !unknown.has(id)) {
      return `client message ${id} out of order`;
    }
    seen.add(id);
    highest = Math.max(highest, id);
  }
  return undefined;
}

/** G1: a failure puts its own message in doubt, and no other. */
function handledTooOften(
  { observed, left }: World,
  { budget }: Rules,
): string | undefined {
  const { crashes, rollbacks, forces, ends } = budget;
  if (crashes + rollbacks + forces + ends > 0) return undefined;
  const again = observed.handled.filter(([, flag]) => flag === "again");
  return again.length > budget.failures - left.failures
    ? `${again.at(-1)![0]} is flagged and has not failed`
    : undefined;
}

/** G1, G6: each message of the server once, in order. */
function deliveredTwice({ observed }: World): string | undefined {
  let last = 0;
  for (const id of observed.delivered) {
    if (id === last) return `server message ${id} is delivered twice`;
    if (id < last) return `server message ${id} is delivered late or twice`;
    last = id;
  }
  return undefined;
}

/** What was reported to the client as accepted, a handler has had, or it was reported as dropped. */
function acceptedUnhandled({ observed }: World): string | undefined {
  const { accepted, handled, dropped } = observed;
  if (accepted === 0) return undefined;
  const known = [...handled, ...dropped].some(([id]) => id === accepted);
  return known ? undefined : `${accepted} is accepted and was not handled`;
}

/** G1, G4: each message of the client is accepted or reported as dropped, rightly. */
function unknownFate(
  { observed, left }: World,
  { budget, client }: Rules,
): string | undefined {
  const handled = new Set(observed.handled.map(([id]) => id));
  const dropped = new Map(observed.dropped);
  const sent = budget.sends - left.sends;
  for (let id = 1; id <= sent; id += 1) {
    const why = dropped.get(id);
    if (why === undefined && !handled.has(id)) {
      return `client message ${id} is lost`;
    }
    if (why === undefined && observed.accepted < id) {
      return `client message ${id} is never accepted`;
    }
    if (why === "session-lost" && handled.has(id)) {
      return `client message ${id} is reported as lost and was handled`;
    }
    if (why === "expired" && handled.has(id)) {
      return `client message ${id} is reported as not sent and was handled`;
    }
    if (why === "unknown" && client.onUnknown === "resend") {
      return `client message ${id} is dropped and was to be sent again`;
    }
  }
  return undefined;
}

/**
 * G1, G4, G5, G6: each message that the store has not lost has come, or is reported
 * as missing, or it is reported that nobody knows. That it is exact is
 * checked whenever it is reported.
 */
function missedInSilence({ observed }: World): string | undefined {
  const { delivered, missed, sessions, missedUnknown } = observed;
  if (missedUnknown === "yes") return undefined;
  const lost = observed.pushed.find(({ id, session }) =>
    sessions.includes(session) && !delivered.includes(id) &&
    !missed.includes(id)
  );
  return lost === undefined
    ? undefined
    : `server message ${lost.id} is lost, and nothing is reported`;
}
