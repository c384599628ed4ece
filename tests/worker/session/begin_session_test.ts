import { assertEquals } from "@std/assert";
import type { Event } from "../../../lib/connection/state.ts";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import type { Resolution } from "../../../lib/worker/attempt/resolution.ts";
import {
  beginSession,
  carrySession,
} from "../../../lib/worker/session/begin_session.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { setupWith } from "../hub_client.ts";
import { NOTHING, OPENED, SETUP, SUBPROTOCOL } from "./stage.ts";

function begin(
  socket: number | undefined,
  setup = SETUP,
  timeout = Infinity,
) {
  const events: Event[] = [];
  const clock = new ManualClock();
  const whole = setupWith({ session: setup }, { maxMessageSize: 10 });
  const session = beginSession({
    ...{ id: 1, setup: whole, remains: NOTHING, clock },
    notices: { after: 0, push: () => {}, taken: () => {} },
    logger: { log: () => {} },
    machine: {
      state: socket === undefined
        ? { kind: "waiting" }
        : { kind: "connecting", socket, timeout, deadline: timeout },
      dispatch: (event) => void events.push(event),
    },
    changed: () => {},
  });
  const transports = new FakeTransports();
  const resolution: Resolution = {
    ...{ kind: transports, hooks: {}, url: "ws://h/", token: "who" },
    target: { url: "ws://h/", protocols: [], headers: {} },
    placement: { kind: "session" },
  };
  const dial = (given = resolution) => {
    const { kind, target } = carrySession(given, session, whole);
    kind.connect(target, { maxMessageSize: 10 }, {
      ...{ open: () => {}, message: () => {}, pong: () => {} },
      ...{ writable: () => {}, end: () => {} },
    });
    return transports.made.at(-1)!.opens(SUBPROTOCOL);
  };
  return { session, clock, events, resolution, dial };
}

Deno.test("carrySession() sends the token in the session, where that is its place", () => {
  const { dial, resolution } = begin(3);
  const authOf = (frame: unknown) => JSON.parse(`${frame}`.slice(2)).auth;
  assertEquals(authOf(dial().sent[0]), "who");
  const placement = { kind: "query", name: "t" } as const;
  assertEquals(authOf(dial({ ...resolution, placement }).sent[0]), undefined);
});

Deno.test("beginSession() says what is missing when the attempt's time is over, or 10 s", () => {
  const cases = [
    { timeout: 400, said: 400, deadline: 399 },
    { timeout: 10_000, said: 10_000, deadline: 9_999 },
    { timeout: 60_000, said: 10_000, deadline: 10_000 },
  ];
  for (const { timeout, said, deadline } of cases) {
    const { dial, events, clock, session } = begin(3, SETUP, timeout);
    dial();
    // Before that of the attempt, which does not know what is missing.
    assertEquals(session.deadline, deadline);
    clock.advance(deadline);
    session.due();
    assertEquals(events, [{
      type: "failed",
      socket: 3,
      failure: {
        type: "open-timeout",
        timeout: said,
        phase: "attaching",
      },
    }]);
  }
});

Deno.test("beginSession() gives up before the attempt, however long the thread stands still between two looks at the clock", () => {
  const { dial, clock, session } = begin(3, SETUP, 400);
  const stop = clock.advance.bind(clock);
  const now = clock.now.bind(clock);
  clock.now = () => {
    stop(5);
    return now();
  };
  dial();
  assertEquals(session.deadline, 399);
});

Deno.test("beginSession() gives up a socket whose peer breaks the protocol", () => {
  const { dial, events } = begin(3);
  dial().receives("?");
  const detail = "Malformed header";
  const failure = { type: "protocol", closeCode: 1002, detail } as const;
  assertEquals(events, [{ type: "failed", socket: 3, failure }]);
});

Deno.test("beginSession() tells nobody of a socket that is gone", () => {
  const { dial, events } = begin(undefined);
  dial().receives("?");
  assertEquals(events, []);
});

Deno.test("beginSession() connects again when the server asks for it", () => {
  const { dial, events, session } = begin(3);
  const moving = encodeControl({ op: "moving", after: 0, spread: 0 });
  dial().receives(encodeControl(OPENED), moving);
  session.due();
  assertEquals(events, [
    { type: "reconnect", reason: "Moving", closeCode: 4012 },
  ]);
});

Deno.test("beginSession() ends a connection for good with its session", () => {
  const { dial, events } = begin(3, { ...SETUP, onLost: "close" });
  dial().receives(encodeControl(OPENED));
  const { op: _, ...opened } = OPENED;
  dial().receives(encodeControl({ op: "lost", why: "evicted", opened }));
  const reason = "The session is lost: evicted";
  assertEquals(events, [{
    type: "ended",
    socket: 3,
    info: { closeCode: 4410, reason, wasClean: false },
    verdict: "fatal",
  }]);
});
