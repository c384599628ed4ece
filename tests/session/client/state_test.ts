import { assertEquals } from "@std/assert";
import { clientTransition } from "../../../lib/session/client/client.ts";
import {
  type ClientRemains,
  newClient,
  progressOf,
  restoreClient,
} from "../../../lib/session/client/state.ts";
import { CONFIG, controlOf, REMAINS } from "./peer.ts";

function requestOf(remains: ClientRemains) {
  const context = { config: CONFIG, now: 0, random: 0 };
  const connected = { type: "connected", connection: 1 } as const;
  const state = restoreClient(remains);
  return controlOf(clientTransition(state, connected, context).effects);
}

/** What is acknowledged when so many deliveries are consumed. */
function acksOf(remains: ClientRemains): readonly number[] {
  const context = { config: CONFIG, now: 0, random: 0 };
  let state = clientTransition(restoreClient(remains), {
    type: "consumed",
    index: 0,
  }, context).state;
  const acks = [progressOf(state).ack];
  remains.unconsumed.forEach((_, index) => {
    const event = { type: "consumed", index: index + 1 } as const;
    state = clientTransition(state, event, context).state;
    acks.push(progressOf(state).ack);
  });
  return acks;
}

Deno.test("restoreClient() resumes where the worker before was, or a little further", () => {
  const request = requestOf(REMAINS);
  assertEquals([request.token, request.attempt], ["t3", 1_004]);
  assertEquals([request.first, request.last], [5, 6]);
  assertEquals([request.have, request.ack], [[["g1", 7]], 7]);
});

Deno.test("restoreClient() grants what the unconsumed messages leave free", () => {
  const unconsumed = [{ seq: 6, bytes: 10 }, { seq: 7, bytes: 20 }];
  const request = requestOf({ ...REMAINS, unconsumed });
  assertEquals([request.window, request.ack], [[6, 970], 5]);
});

Deno.test("restoreClient() acknowledges messages as they are consumed", () => {
  const unconsumed = [5, 6, 7].map((seq) => ({ seq, bytes: 1 }));
  assertEquals(acksOf({ ...REMAINS, unconsumed }), [4, 5, 6, 7]);
});

Deno.test("restoreClient() acknowledges no number that was taken back", () => {
  const unconsumed = [5, 6, 5, 6].map((seq) => ({ seq, bytes: 1 }));
  const positions = [["g2", 6], ["g1", 4]] as const;
  assertEquals(acksOf({ ...REMAINS, positions, unconsumed }), [4, 4, 4, 5, 6]);
  const forgotten = [["g2", 2], ["g1", 2]] as const;
  const held = unconsumed.slice(0, 2);
  assertEquals(acksOf({ ...REMAINS, positions: forgotten, unconsumed: held }), [
    2,
    2,
    2,
  ]);
});

Deno.test("restoreClient() begins anew without a ticket", () => {
  const request = requestOf({ ...REMAINS, ticket: undefined, positions: [] });
  assertEquals(request.op, "open");
});

Deno.test("newClient() has nothing", () => {
  const { kind, attempt, ticket, positions } = newClient("i");
  assertEquals([kind, attempt, ticket, positions], [
    "detached",
    0,
    undefined,
    [],
  ]);
});
