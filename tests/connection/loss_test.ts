import { assertEquals } from "@std/assert";
import type { Config } from "../../lib/connection/config/config.ts";
import { newConnection } from "../../lib/connection/transition.ts";
import { finish, lose, unclean } from "../../lib/connection/loss.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import {
  CONFIG,
  connecting,
  inWords,
  type Machine,
  opened,
  refused,
  waiting,
} from "./machine.ts";

function limits(
  limit: { readonly maxAttempts?: number; readonly maxElapsed?: number },
): Partial<Config> {
  return { backoff: { ...CONFIG.backoff, ...limit } };
}

/** Fails attempts until the end, and returns how many there were. */
function attemptsOf(machine: Machine): number {
  let attempts = 0;
  while (machine.state.kind !== "closed") {
    if (machine.state.kind === "waiting") machine.due();
    attempts += 1;
    machine.ended();
  }
  return attempts;
}

Deno.test("lose() reports the failure, and when the next attempt begins", () => {
  assertEquals(connecting().ended(), [
    "waiting 1 +1500",
    "disconnected 1 +1500 lost",
  ]);
});

Deno.test("lose() prefers the failure that comes with the event", () => {
  const failure = { type: "connect", kind: "dns", detail: "" } as const;
  assertEquals(
    connecting().ended(1006, { failure }).at(-1),
    "disconnected 1 +1500 connect",
  );
});

Deno.test("lose() reports no failure after a clean close", () => {
  assertEquals(opened().ended(1000).at(-1), "disconnected 1 +1500 cleanly");
});

Deno.test("lose() is final after a fatal close code or failure", () => {
  assertEquals(opened().ended(4404), [
    "closed 1",
    "closed 4404 fatal closed",
    "release",
  ]);
  const gone = connecting();
  assertEquals(gone.ended(1006, { failure: refused(404) }), [
    "closed 1",
    "closed 1006 fatal handshake",
    "release",
  ]);
});

Deno.test("lose() obeys the verdict of classify()", () => {
  assertEquals(
    opened().ended(4404, { verdict: "retry" })[0],
    "waiting 1 +1500",
  );
  assertEquals(
    opened().ended(1001, { verdict: "fatal" })[1],
    "closed 1001 fatal closed",
  );
});

// backoff

Deno.test("lose() lets delays grow with each failure in a row", () => {
  const machine = waiting();
  const delays = [machine.deadline - machine.now];
  for (let attempt = 2; attempt <= 4; attempt++) {
    machine.due();
    machine.ended();
    delays.push(machine.deadline - machine.now);
  }
  assertEquals(delays, [1_500, 7_500, 15_000, 15_000]);
});

Deno.test("lose() does not hammer a server that accepts and drops", () => {
  const machine = opened();
  assertEquals(machine.ended()[0], "waiting 1 +1500");
  assertEquals(machine.open().ended()[0], "waiting 2 +7500");
  machine.open().sleep(4_999);
  assertEquals(machine.ended()[0], "waiting 3 +7500");
  machine.due();
  assertEquals(machine.ended()[0], "waiting 4 +15000");
});

Deno.test("lose() spreads connections that a server drops together, however many attempts they made", () => {
  const machine = connecting();
  for (let attempt = 1; attempt <= 5; attempt++) {
    machine.ended();
    machine.due();
  }
  assertEquals(machine.open().ended()[0], "waiting 6 +7500");
});

Deno.test("lose() forgets failures only after stable uptime, also after the first open", () => {
  const machine = waiting();
  machine.open().sleep(5_000);
  assertEquals(machine.ended(), [
    "waiting 2 +1500",
    "disconnected 2 +1500 lost",
  ]);
  assertEquals(machine.due()[0], "connecting 1");
});

Deno.test("lose() does not take silence for stable uptime", () => {
  const machine = opened();
  assertEquals(machine.runTo(30_000).at(-2), "waiting 1 +1500");
  machine.open();
  const effects = machine.runTo(machine.now + 30_000);
  assertEquals(effects.at(-2), "waiting 2 +7500");
});

Deno.test("lose() spreads connections whose heartbeat fails, for it may be the server", () => {
  const machine = opened();
  machine.sleep(6_000).heard();
  machine.due();
  assertEquals(machine.due()[1], "waiting 1 +1500");
});

Deno.test("lose() retries at once when a probe fails on a stable connection", () => {
  const machine = opened();
  machine.sleep(6_000).heard();
  machine.probe(1);
  assertEquals(machine.due()[2], "waiting 1 +0");
});

Deno.test("lose() does not hammer a server whose connections never answer a probe", () => {
  const machine = opened();
  machine.probe(1);
  assertEquals(machine.due()[2], "waiting 1 +1500");
});

Deno.test("lose() never counts a connection as stable where stableAfter is Infinity", () => {
  const machine = opened({ stableAfter: Infinity });
  machine.sleep(1e9).ended();
  assertEquals(machine.open().sleep(1e9).ended()[0], "waiting 2 +7500");
});

Deno.test("lose() has a finite delay after 2,000 attempts", () => {
  const machine = connecting();
  for (let attempt = 1; attempt <= 2_000; attempt++) {
    machine.ended();
    assertEquals(machine.deadline - machine.now <= 15_000, true);
    machine.due();
  }
  assertEquals(machine.state.attempt, 2_001);
});

for (const [maxAttempts, attempts] of [[0, 1], [1, 1], [3, 3]] as const) {
  Deno.test(`lose() ends after ${attempts} attempts with maxAttempts ${maxAttempts}`, () => {
    assertEquals(attemptsOf(connecting(limits({ maxAttempts }))), attempts);
  });
}

Deno.test("lose() reports the end once when no attempt is left, with attempts and time", () => {
  const machine = waiting(limits({ maxAttempts: 2 }));
  machine.due();
  const effects = machine.effects({
    type: "ended",
    socket: 2,
    info: { closeCode: 1006, reason: "", wasClean: false },
  });
  assertEquals(effects.flatMap(inWords), [
    "closed 2",
    "closed 1006 exhausted exhausted",
    "release",
  ]);
  assertEquals(effects[0], {
    type: "notify",
    notification: {
      type: "closed",
      status: { kind: "closed", attempt: 2 },
      info: { closeCode: 1006, reason: "", wasClean: false },
      cause: "exhausted",
      failure: {
        type: "exhausted",
        attempts: 2,
        elapsed: 1_500,
        cause: { type: "lost", detail: "No close frame was received" },
      },
    },
  });
});

Deno.test("lose() makes attempts without a network that maxAttempts does not count", () => {
  const machine = connecting(limits({ maxAttempts: 1, maxElapsed: 20_000 }));
  machine.network("offline");
  for (let trial = 1; trial <= 5; trial++) {
    assertEquals(machine.ended()[0], "waiting 1 +Infinity");
    machine.due();
  }
  machine.network("online");
  assertEquals(machine.ended()[1], "closed 1006 exhausted exhausted");
});

Deno.test("lose() counts attempts that came through but did not last", () => {
  const machine = opened(limits({ maxAttempts: 2 }));
  machine.ended();
  assertEquals(machine.open().ended()[1], "closed 1006 exhausted exhausted");
});

Deno.test("lose() gives a stable connection all its attempts again", () => {
  const machine = waiting(limits({ maxAttempts: 2 }));
  machine.open().sleep(5_000).ended();
  assertEquals(attemptsOf(machine), 2);
});

Deno.test("lose() never retries with maxAttempts 0, however stable it was", () => {
  const machine = opened(limits({ maxAttempts: 0 }));
  machine.sleep(1e6);
  assertEquals(machine.ended()[1], "closed 1006 exhausted exhausted");
});

Deno.test("lose() makes no attempt that would begin after maxElapsed", () => {
  assertEquals(
    connecting(limits({ maxElapsed: 1_500 })).ended()[0],
    "waiting 1 +1500",
  );
  assertEquals(
    connecting(limits({ maxElapsed: 1_499 })).ended()[1],
    "closed 1006 exhausted exhausted",
  );
});

Deno.test("lose() counts maxElapsed from the loss of a stable connection", () => {
  const machine = opened(limits({ maxElapsed: 1_500 }));
  machine.sleep(1e6);
  assertEquals(machine.ended()[0], "waiting 1 +1500");
});

// advice

Deno.test("lose() obeys Retry-After, with jitter on top", () => {
  const machine = connecting();
  const failure = refused(503, 60_000);
  assertEquals(machine.ended(1006, { failure })[0], "waiting 1 +67500");
});

Deno.test("lose() obeys a close reason", () => {
  const info = {
    closeCode: 1012,
    reason: '{"retryAfter":60}',
    wasClean: true,
  };
  assertEquals(opened().ended(1012, { info })[0], "waiting 1 +67500");
});

Deno.test("lose() ends when the server's advice is beyond maxElapsed", () => {
  const machine = connecting(limits({ maxElapsed: 30_000 }));
  const failure = refused(503, 60_000);
  assertEquals(
    machine.ended(1006, { failure })[1],
    "closed 1006 exhausted exhausted",
  );
});

Deno.test("lose() cleans up before it notifies", () => {
  const machine = opened();
  machine.probe(3);
  const { state } = machine;
  if (state.kind !== "open") throw new Error("Not open");
  const info = { closeCode: 1006, reason: "", wasClean: false };
  const { effects } = lose(state, { info, socket: "alive" }, {
    config: CONFIG,
    now: { monotonic: 0, wall: 0 },
    random: 0,
  });
  assertEquals(effects.flatMap(inWords), [
    "abandon 1 1000",
    "probed 3 lost",
    "waiting 1 +0",
    "disconnected 1 +0 lost",
  ]);
});

Deno.test("finish() notifies and then releases everything", () => {
  const info = { closeCode: 1000, reason: "", wasClean: true };
  const { state, effects } = finish(newConnection(0), {
    info,
    cause: "requested",
  });
  assertEquals(state, { ...newConnection(0), kind: "closed" });
  assertEquals(effects.flatMap(inWords), [
    "closed 0",
    "closed 1000 requested cleanly",
    "release",
  ]);
});

Deno.test("unclean() has a failure only for an unclean end", () => {
  const lost = { closeCode: 1006, reason: "", wasClean: false };
  const failure: Failure = { type: "lost", detail: "why" };
  assertEquals(unclean(lost, failure), { failure });
  assertEquals(unclean({ ...lost, wasClean: true }, failure), {});
});

Deno.test("unclean() derives the failure from the close code if there is no other", () => {
  const lost = { closeCode: 1006, reason: "", wasClean: false };
  assertEquals(unclean(lost, undefined), {
    failure: { type: "lost", detail: "No close frame was received" },
  });
  const torn = { ...lost, closeCode: 1001 };
  assertEquals(unclean(torn, undefined), {
    failure: { type: "closed", ...torn },
  });
});

Deno.test("lose() sends the peer the reason why our side ends it", () => {
  const overflow = { type: "inbox-overflow", messages: 1, bytes: 1 } as const;
  assertEquals(opened().failed(overflow)[0], "abandon 1 1011 inbox overflow");
  assertEquals(
    opened().runTo(30_000)[1],
    "abandon 1 1011 keepalive ping timeout",
  );
});

Deno.test("lose() has no delay while there is no network", () => {
  const machine = connecting();
  machine.network("offline");
  assertEquals(machine.ended()[0], "waiting 1 +Infinity");
});
