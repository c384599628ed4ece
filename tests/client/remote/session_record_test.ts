import { assert, assertEquals } from "@std/assert";
import type {
  SessionKept,
  SessionMark,
} from "../../../lib/boundary/session.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import { type Bench, makeOpenBench, settle, SETUP } from "../fake_worker.ts";

const KEPT: SessionKept = {
  attempt: 1,
  ticket: { session: "s", token: "t", protocol: "" },
  againTo: 0,
  accepted: 0,
};

function markOf(after: number, seq: number): SessionMark {
  return { after, seq, generation: "g", positions: [["g", seq]] };
}

function missing(
  after: number,
  range: {
    readonly first: number;
    readonly last: number;
    readonly count: number;
  },
): NoticeOf<"missing"> {
  const drop = { bytes: 0, direction: "inbound", reason: "trimmed", ...range };
  return { type: "missing", id: 1, after, drop } as NoticeOf<"missing">;
}

function makeSession(
  session: Partial<NonNullable<typeof SETUP.session>> = {},
): Bench {
  const bench = makeOpenBench({
    setup: {
      ...SETUP,
      session: {
        window: { messages: 256, bytes: 1 << 20 },
        ...{ required: true, ack: "consumed" },
        ...{ onLost: "continue", onUnknown: "drop" },
        ...session,
      },
    },
  });
  bench.workers.last.tell(
    { type: "kept", id: 1, number: 5, kept: KEPT },
    { type: "marked", id: 1, mark: markOf(0, 0) },
  );
  return bench;
}

Deno.test("SessionRecord.remains() of the first worker has nothing but a name", () => {
  const { workers: { last } } = makeSession();
  const [connect] = last.all("connect");
  const { instance, ...rest } = connect!.session!;
  assertEquals(instance.length, 32);
  assertEquals(rest, {
    ...{ marks: [], arrived: 0, consumed: 0 },
    ...{ sizes: [], unaccepted: [] },
  });
});

Deno.test("SessionRecord.receive() says what it has kept", () => {
  const { workers: { last } } = makeSession();
  assertEquals(last.all("keeping").map(({ number }) => number), [5]);
});

Deno.test("SessionRecord.accept() counts nothing that a server without sessions has taken", async () => {
  const { connection, workers, clock } = makeSession();
  const first = workers.last;
  const before = { ...KEPT, ticket: undefined };
  first.tell({ type: "kept", id: 1, number: 6, kept: before });
  connection.outgoing.push("a");
  await settle();
  first.tell({ type: "taken", id: 1, upTo: 1 });
  first.fail("Boom");
  await settle();
  clock.advance(5_000);
  workers.last.ready();
  const [connect] = workers.last.all("connect");
  assertEquals(connect!.session!.kept, before);
});

Deno.test("SessionRecord.remains() gives the next worker what is not accepted and not consumed", async () => {
  const { connection, workers, clock, recorder } = makeSession();
  const first = workers.last;
  for (const text of ["a", "b", "c"]) connection.outgoing.push(text);
  const data = new ArrayBuffer(600);
  connection.outgoing.push(data);
  await settle();
  assertEquals(data.byteLength, 600, "It is kept and not transferred");
  first.tell({ type: "taken", id: 1, upTo: 1 });
  connection.incoming.consume("pull");
  first.deliver(["xyz", "u"]);
  connection.incoming.pull();
  connection.incoming.pull();
  first.fail("Boom");
  await settle();
  assertEquals(recorder.take(), ["disconnected"]);
  clock.advance(5_000);
  workers.last.ready();
  const { instance: _, ...remains } = workers.last.all("connect")[0]!.session!;
  assertEquals(remains, {
    kept: { ...KEPT, accepted: 1 },
    marks: [markOf(0, 0)],
    ...{ arrived: 2, consumed: 1, sizes: [0] },
    unaccepted: ["b", "c", new ArrayBuffer(600)],
  });
  workers.last.open(2);
  connection.outgoing.push("d");
  assertEquals(workers.last.all("send")[0]?.first, 4);
  workers.last.tell({ type: "taken", id: 2, upTo: 4 });
  assertEquals(connection.outgoing.messages, 0);
  assertEquals(connection.session?.info, {
    ...{ id: "s", accepted: 5, received: 2, consumed: 1 },
    unacknowledged: 0,
  });
});

Deno.test("SessionRecord.remains() lets each further worker dial later", async () => {
  const { workers, clock } = makeSession();
  const attempts: unknown[] = [];
  for (let round = 0; round < 2; round += 1) {
    workers.last.fail("Boom");
    await settle();
    clock.advance(5_000);
    workers.last.ready();
    attempts.push(workers.last.all("connect")[0]!.session!.kept!.attempt);
  }
  assertEquals(attempts, [1, 1_001]);
});

Deno.test("SessionRecord.remains() says nothing of marks before which messages are missing", async () => {
  const { workers, clock } = makeSession();
  workers.last.tell({ type: "marked", id: 1, mark: markOf(5, 9) });
  workers.last.fail("Boom");
  await settle();
  clock.advance(5_000);
  workers.last.ready();
  assertEquals(workers.last.all("connect")[0]!.session!.marks, [markOf(0, 0)]);
});

Deno.test("SessionRecord.lastEventId is the number in the session of the message that was given out", async () => {
  const { connection, workers: { last } } = makeSession();
  const { incoming, session } = connection;
  incoming.consume("pull");
  await settle();
  assertEquals(session!.lastEventId, "");
  last.deliver(["a", "b"]);
  // Numbers up to 6 were trimmed.
  last.tell({ type: "marked", id: 1, mark: markOf(2, 6) });
  last.deliver(["c"], { first: 3 });
  const ids: string[] = [];
  while (incoming.pull() !== undefined) ids.push(session!.lastEventId);
  assertEquals(ids, ["1", "2", "7"]);
  const { received, consumed } = session!.info!;
  assertEquals([received, consumed], [7, 7]);
  // Marks before what is consumed are of no use.
  last.tell({ type: "marked", id: 1, mark: markOf(3, 9) });
  last.deliver(["d"], { first: 4 });
  incoming.pull();
  assertEquals(session!.lastEventId, "10");
});

Deno.test("SessionRecord.lastEventId knows what has arrived and counts as consumed before it is given out", async () => {
  const { connection, workers: { last } } = makeSession({ ack: "received" });
  const { incoming, session } = connection;
  incoming.consume("pull");
  await settle();
  last.deliver(["a", "b"]);
  // As with each resume.
  last.tell({ type: "marked", id: 1, mark: markOf(2, 2) });
  last.deliver(["c"], { first: 3 });
  const ids: string[] = [];
  while (incoming.pull() !== undefined) ids.push(session!.lastEventId);
  assertEquals(ids, ["1", "2", "3"]);
});

Deno.test("SessionRecord.receive() reports a loss behind the messages that came before it", async () => {
  const { connection, workers: { last }, recorder } = makeSession();
  connection.incoming.consume("push");
  await settle();
  last.deliver(["a", "b"]);
  last.tell(missing(2, { first: 3, last: 4, count: 2 }));
  await settle();
  assertEquals(recorder.events.slice(-3), [
    "message a",
    "message b",
    "dropped 2 0 inbound trimmed",
  ]);
});

Deno.test("SessionRecord.receive() leaves a gap to the next worker, with the messages before it", async () => {
  for (const [after, reported] of [[1, 1], [2, 0]] as const) {
    const { connection, workers: { last }, recorder } = makeSession();
    connection.incoming.consume("push");
    last.deliver(["a"]);
    last.tell(missing(after, { first: 3, last: 4, count: 2 }));
    last.fail("Boom");
    await settle();
    const drops = recorder.events.filter((event) =>
      `${event}`.startsWith("dropped 2")
    );
    assertEquals(drops.length, reported, `behind message ${after}`);
  }
});

Deno.test("SessionRecord.acknowledge() takes numbers of the session", async () => {
  const { connection, workers: { last } } = makeSession({ ack: "manual" });
  const { incoming, session } = connection;
  incoming.consume("push");
  last.tell({ type: "marked", id: 1, mark: markOf(0, 100) });
  last.deliver(["a", "b", "c"]);
  await settle();
  session!.acknowledge(50);
  assertEquals(session!.info!.consumed, 100);
  session!.acknowledge(102);
  assertEquals(session!.info!.consumed, 102);
});

Deno.test("SessionRecord has nothing to say before the session has begun", () => {
  const setup = { ...SETUP, session: undefined };
  assertEquals(
    makeOpenBench({ setup: setup as never }).connection.session,
    undefined,
  );
  const bench = makeOpenBench({
    setup: {
      ...SETUP,
      session: {
        window: { messages: 1, bytes: 1 },
        ...{ required: false, ack: "received" },
        ...{ onLost: "continue", onUnknown: "drop" },
      },
    },
  });
  const { connection, workers: { last } } = bench;
  last.deliver(["a"]);
  assertEquals(connection.session!.info, undefined);
  assert(!connection.session!.hasBegun);
  assertEquals(connection.incoming.exact?.consumed, 1);
  last.tell({ type: "taken", id: 1, upTo: 0 });
});

Deno.test("RemoteConnection.close() waits for the server to accept, across workers", async () => {
  const { connection, recorder, workers, clock } = makeSession();
  connection.outgoing.push("a");
  await settle();
  connection.close(1000, "");
  assertEquals(workers.last.all("close"), []);
  workers.last.lose(1);
  assertEquals(workers.last.all("close"), []);
  workers.last.fail("Boom");
  await settle();
  clock.advance(1_500);
  workers.last.ready();
  const [connect] = workers.last.all("connect");
  assertEquals(connect?.setup.autoConnect, true);
  workers.last.open(2);
  assertEquals(workers.last.all("close"), []);
  workers.last.tell({ type: "taken", id: 2, upTo: 1 });
  assertEquals(workers.last.all("close").map(({ sent }) => sent), [1]);
  workers.last.close(2);
  assertEquals(recorder.take().at(-1), "closed requested");
});

Deno.test("RemoteConnection.close() waits for a session without a worker no longer than closeTimeout", async () => {
  const { connection, recorder, workers, clock } = makeSession();
  connection.outgoing.push("a");
  await settle();
  workers.last.lose(1);
  connection.close(1000, "");
  for (let round = 0; round < 4; round += 1) {
    workers.last.fail("Boom");
    clock.advance(1_300);
  }
  await settle();
  const events = recorder.take();
  assertEquals(events.slice(-2), [
    "dropped 1 1 outbound unknown",
    "closed requested",
  ]);
});

Deno.test("SessionRecord.acknowledge() means the oldest session whose message is not consumed", () => {
  const acknowledge = giveAround(markOf(3, 0));
  assertEquals([acknowledge(3), acknowledge(2)], [3, 5]);
});

Deno.test("SessionRecord.acknowledge() means whole messages", () => {
  const acknowledge = giveAround(markOf(3, 0));
  assertEquals([acknowledge(3.9), acknowledge(1.5)], [3, 4]);
});

Deno.test("SessionRecord.acknowledge() takes a number behind a gap, and one within it", () => {
  const acknowledge = giveAround(markOf(2, 20));
  assertEquals([acknowledge(15), acknowledge(22)], [2, 4]);
});

/**
 * Gives out the messages before a mark, and two behind it.
 *
 * @returns Acknowledges, and says how many are consumed.
 */
function giveAround(mark: SessionMark) {
  const { connection, workers: { last } } = makeSession({ ack: "manual" });
  const { incoming, session } = connection;
  incoming.consume("pull");
  last.deliver(Array.from({ length: mark.after }, () => "before"));
  last.tell({ type: "marked", id: 1, mark });
  last.deliver(["a", "b"], { first: mark.after + 1 });
  while (incoming.pull() !== undefined);
  return (seq: number) => {
    session!.acknowledge(seq);
    return incoming.exact?.consumed;
  };
}
