import { assertEquals, assertMatch } from "@std/assert";
import { SessionConnection } from "../../../lib/server/connection/connection.ts";
import type {
  Peer,
  PeerListener,
} from "../../../lib/server/connection/peer.ts";
import { PlainClient } from "../../../lib/server/connection/plain_client.ts";
import { encodeControl } from "../../../lib/session/wire/control.ts";
import { ManualClock } from "../../platform/manual_clock.ts";
import { settled } from "../dialed.ts";
import { TestNode, TestPeer } from "../nodes.ts";

const OPENED = encodeControl({
  ...{ op: "opened", session: "s", token: "t", gen: "g", protocol: "chat" },
  ...{ window: [2, 1_000], ttl: 0, maxMessage: 9 },
});

/** A plain client between a socket and a connection that notes what it hears. */
class Stage {
  readonly heard: unknown[] = [];
  readonly socket = new TestPeer();
  readonly clock = new ManualClock();
  readonly closed: number[] = [];
  readonly plain: PlainClient;
  hear!: PeerListener;

  constructor(protocol = "chat") {
    const listener: PeerListener = {
      opened: () => void this.heard.push("opened"),
      received: (frame) => void this.heard.push(frame),
      ponged: () => {},
      disconnected: () => void this.heard.push("disconnected"),
    };
    this.plain = new PlainClient(listener, {
      protocol,
      maxMessage: 9,
      bounds: { maxMessages: 2, maxBytes: 100 },
      counters: { addClose: (closeCode) => void this.closed.push(closeCode) },
      clock: this.clock,
      connect: (hear) => {
        this.hear = hear;
        return this.socket;
      },
    });
  }

  /** Opens the socket, and has the session opened. */
  open(): this {
    this.hear.opened();
    this.plain.send(OPENED);
    this.take();
    return this;
  }

  take(): readonly unknown[] {
    return this.heard.splice(0);
  }
}

Deno.test("PlainClient opens a session when its socket is open", () => {
  const stage = new Stage();
  assertEquals([stage.heard, stage.plain.leftover], [[], undefined]);
  stage.hear.opened();
  const [opened, frame] = stage.take();
  assertEquals(opened, "opened");
  assertMatch(`${frame}`, /^c\|.*"protocols":\["chat"\].*"op":"open"}$/);
  stage.plain.send(OPENED);
  assertEquals([stage.socket.sent, stage.plain.leftover], [[], "s"]);
});

Deno.test("PlainClient offers no subprotocol where none was selected", () => {
  const stage = new Stage("");
  stage.hear.opened();
  assertMatch(`${stage.take()[1]}`, /"protocols":\[\]/);
});

Deno.test("PlainClient numbers what its socket sends, as far as it is granted", () => {
  const stage = new Stage();
  stage.hear.opened();
  stage.hear.received("early");
  stage.take();
  stage.plain.send(OPENED);
  for (const text of ["b", "c"]) stage.hear.received(text);
  assertEquals(stage.take(), ["m1|early", "m2|b"]);
  stage.plain.send("a2,4,rs|");
  assertEquals(stage.take(), ["m3|c"]);
});

Deno.test("PlainClient consumes what its socket takes, and acknowledges it", () => {
  const stage = new Stage().open();
  stage.plain.send("m1|a");
  stage.plain.send(Uint8Array.of(0, 2, 7));
  assertEquals(stage.socket.sent, ["a", Uint8Array.of(7)]);
  assertEquals(stage.take(), []);
  stage.clock.advance(100);
  assertMatch(`${stage.take()}`, /^a2,/);
});

Deno.test("PlainClient says good-bye when all is handled that came before the end", () => {
  const stage = new Stage().open();
  for (const text of ["a", "b", "c"]) stage.hear.received(text);
  stage.hear.disconnected();
  stage.hear.disconnected();
  assertEquals(stage.take(), ["m1|a", "m2|b"]);
  stage.plain.send("a2,4,rs|");
  assertEquals(stage.take(), ["m3|c"]);
  // It comes too late for its socket, and counts as not consumed.
  stage.plain.send("m1|late");
  stage.plain.send("a3,5,rs|");
  assertEquals(stage.take(), ['c|{"op":"bye","ack":0}', "disconnected"]);
  assertEquals([stage.socket.sent, stage.plain.leftover], [[], undefined]);
});

Deno.test("PlainClient counts as there when it has left, until all is handled that it sent", async () => {
  const opened = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const ended: string[] = [];
  await using node = new TestNode({
    window: { messages: 1 },
    handler: {
      opened: () => opened.resolve(),
      message: () => finish.promise,
      ended: (_, { why, accepted, unconsumed }) =>
        void ended.push(`${why} ${accepted} ${unconsumed.length}`),
    },
  });
  const socket = Object.assign(new TestPeer(), { ping() {} });
  const { connection, hear } = connectPlain(node, socket);
  hear.opened();
  await opened.promise;
  for (const text of ["a", "b", "c"]) hear.received(text);
  hear.disconnected();
  for (let check = 0; check < 5; check += 1) connection.checkPeer();
  finish.resolve();
  for (let message = 0; message < 4; message += 1) {
    await settled();
    node.clock.advance(100);
  }
  assertEquals([ended, socket.done], [["bye 3 0"], []]);
});

Deno.test("PlainClient has all handled that it sent, though it has left and consumes no reply", async () => {
  const ended: string[] = [];
  const opened = Promise.withResolvers<void>();
  await using node = new TestNode({
    buffer: { maxMessages: 100, maxBytes: 10 },
    handler: {
      opened: () => opened.resolve(),
      message: (_, { reply }) => void reply("x".repeat(20)),
      ended: (_, { why, accepted, unconsumed }) =>
        void ended.push(`${why} ${accepted} ${unconsumed.length}`),
    },
  });
  const { hear } = connectPlain(node, new TestPeer());
  hear.opened();
  await opened.promise;
  for (const text of ["a", "b", "c", "d"]) hear.received(text);
  hear.disconnected();
  for (let message = 0; message < 6; message += 1) {
    await settled();
    node.clock.advance(100);
  }
  assertEquals(ended.map((end) => end.slice(0, 5)), ["bye 4"]);
});

Deno.test("PlainClient that left with all handled is asked for nothing more", async () => {
  const opened = Promise.withResolvers<void>();
  await using node = new TestNode({
    handler: { opened: () => opened.resolve(), message: () => {} },
  });
  let pings = 0;
  const ping = () => void (pings += 1);
  const socket = Object.assign(new TestPeer(), { ping });
  const { connection, hear } = connectPlain(node, socket);
  hear.opened();
  await opened.promise;
  hear.disconnected();
  for (let check = 0; check < 5; check += 1) connection.checkPeer();
  assertEquals([pings, socket.done], [0, []]);
});

Deno.test("PlainClient leaves its session to others where the server closes it", () => {
  for (const how of ["close", "terminate"] as const) {
    const stage = new Stage().open();
    if (how === "close") stage.plain.close(4503, "Over");
    else stage.plain.terminate();
    stage.hear.received("unheard");
    stage.hear.disconnected();
    assertEquals(stage.take(), ["disconnected"]);
    assertEquals(stage.plain.leftover, "s");
    const done = { close: "close 4503 Over", terminate: "terminate" };
    assertEquals(stage.socket.done, [done[how]]);
  }
});

Deno.test("PlainClient leaves a server that drains once all is handled that it has sent", () => {
  for (const how of ["open", "left"] as const) {
    const stage = new Stage().open();
    for (const text of ["a", "b", "c"]) stage.hear.received(text);
    if (how === "left") stage.hear.disconnected();
    assertEquals(stage.take(), ["m1|a", "m2|b"]);
    stage.plain.send(encodeControl({ op: "moving", after: 0, spread: 10 }));
    stage.clock.advance(5);
    stage.hear.received("unheard");
    stage.hear.disconnected();
    const done = how === "open" ? ["close 4012 Moving"] : [];
    assertEquals([stage.take(), stage.socket.done], [[], done]);
    stage.plain.send("a2,4,rs|");
    assertEquals(stage.take(), ["m3|c"]);
    stage.plain.send("a3,5,rs|");
    assertEquals(stage.take(), ['c|{"op":"bye","ack":0}', "disconnected"]);
    stage.clock.advance(10);
    assertEquals(stage.socket.done, done);
  }
});

Deno.test("PlainClient is over with a socket that was never open", () => {
  const stage = new Stage();
  stage.hear.disconnected();
  stage.plain.close(4408, "No first message in time");
  assertEquals(stage.take(), ["disconnected"]);
});

Deno.test("PlainClient waits for the answer when its socket is gone before it", () => {
  const stage = new Stage();
  stage.hear.opened();
  stage.hear.received("a");
  stage.hear.disconnected();
  stage.take();
  stage.plain.send(OPENED);
  assertEquals(stage.take(), ["m1|a"]);
  const refused = new Stage();
  refused.hear.opened();
  refused.hear.disconnected();
  refused.take();
  refused.plain.close(4401, "Not authenticated");
  assertEquals(refused.take(), ["disconnected"]);
});

Deno.test("PlainClient closes a socket that sends too much", () => {
  const cases = [
    [["0123456789"], 4413],
    [["a", "b", "c", "d", "e", "f"], 4429],
  ] as const;
  for (const [messages, closeCode] of cases) {
    const stage = new Stage().open();
    for (const message of messages) stage.hear.received(message);
    assertEquals(stage.closed, [closeCode]);
    assertEquals(stage.socket.done.length, 1);
  }
});

Deno.test("PlainClient.ping() asks its socket, or counts on the platform", () => {
  const stage = new Stage();
  let pings = 0;
  stage.plain.ping();
  stage.socket.ping = () => void (pings += 1);
  stage.plain.ping();
  assertEquals(pings, 1);
  stage.socket.unsentBytes = 3;
  assertEquals([stage.plain.unsentBytes, stage.plain.isOpen], [3, true]);
});

/** A plain client of a node, and what its socket reports to. */
function connectPlain(node: TestNode, socket: Peer) {
  const { bounds, config } = node.settings;
  let hear!: PeerListener;
  const connection = new SessionConnection(node, {
    request: new Request("http://127.0.0.1/"),
    client: "plain",
    connect: (listener) =>
      new PlainClient(listener, {
        ...{ protocol: "", bounds, maxMessage: config.maxMessage },
        ...{ counters: node.counters, clock: node.clock },
        connect: (plain) => {
          hear = plain;
          return socket;
        },
      }),
    onClosed: () => {},
  });
  return { connection, hear };
}
