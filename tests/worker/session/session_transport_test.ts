import { assertEquals } from "@std/assert";
import { loadPacks } from "../../../lib/worker/session/load_packs.ts";
import { sessionKind } from "../../../lib/worker/session/session_transport.ts";
import { packedFrames } from "../../session/wire/packed.ts";
import { framesOf, RESUMED, Stage, SUBPROTOCOL } from "./stage.ts";

Deno.test("sessionKind() offers the protocol alone where a session is required", () => {
  const { target } = new Stage().dial();
  assertEquals(target.protocols, [SUBPROTOCOL]);
  const optional = new Stage({ required: false }).dial();
  assertEquals(optional.target.protocols, [SUBPROTOCOL, "chat"]);
});

Deno.test("sessionKind() makes an end final that another attempt cannot change", () => {
  const { transports, session } = new Stage();
  const attempt = { auth: undefined, maxMessage: 1_000 };
  const { finalCloseCodes } = sessionKind(transports, session, attempt);
  assertEquals(finalCloseCodes, [4409, 4413]);
});

Deno.test("SessionTransport refuses a server without sessions", () => {
  const stage = new Stage();
  const fake = stage.dial().opens("");
  assertEquals(stage.take(), ["end 1006 protocol"]);
  assertEquals(fake.calls, ["terminate"]);
});

Deno.test("SessionTransport does without a session where none is required", () => {
  const stage = new Stage({ required: false });
  const fake = stage.dial().opens("chat");
  assertEquals(stage.take(), ["open chat"]);
  assertEquals(stage.session.opening, { kind: "none" });
  assertEquals(stage.transport.send("a", 4), true);
  assertEquals(fake.sent, ["a"]);
  fake.receives("b");
  fake.drains();
  assertEquals(stage.take(), ["message b", "writable"]);
});

Deno.test("SessionTransport without a session says of messages what the transport below says", () => {
  const stage = new Stage({ required: false });
  const fake = stage.dial().opens("chat");
  const { transport } = stage;
  fake.unwritten = Infinity;
  fake.bufferedAmount = 5;
  const facts = () => [
    ...[transport.taken, transport.unwritten, transport.bufferedAmount],
  ];
  assertEquals(facts(), ["handed", Infinity, 5]);
  fake.unwritten = 0;
  assertEquals(facts(), ["handed", 0, 5]);
  fake.unwritten = Infinity;
  fake.ends();
  assertEquals(facts(), ["handed", Infinity, 5]);
});

Deno.test("SessionTransport in a session reports what is accepted, and loses nothing", () => {
  const stage = new Stage();
  const fake = stage.open();
  fake.unwritten = Infinity;
  const { taken, unwritten } = stage.transport;
  assertEquals([taken, unwritten], ["accepted", undefined]);
});

Deno.test("SessionTransport without a session hears what comes until the end of its close", () => {
  const stage = new Stage({ required: false });
  const fake = stage.dial().opens("chat");
  stage.take();
  stage.transport.close(1000, "");
  fake.receives("late");
  fake.ends();
  assertEquals(fake.calls, ["close 1000"]);
  assertEquals(stage.take(), ["message late", "end 1005"]);
});

for (const pings of [true, false]) {
  Deno.test(`SessionTransport without a session ${pings ? "has" : "lacks"} pings as the transport below`, () => {
    const stage = new Stage({ required: false }, { pings });
    stage.dial().opens("chat");
    assertEquals(stage.opened?.pings, pings);
  });
}

Deno.test("SessionTransport does not do without a session once one has begun", () => {
  const stage = new Stage({ required: false });
  stage.open();
  stage.transport.terminate();
  stage.take();
  stage.dial().opens("");
  assertEquals(stage.take(), ["end 1006 protocol"]);
});

Deno.test("SessionTransport.ping() uses ping frames where there are any", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  stage.transport.ping("7.3");
  assertEquals([fake.pings, framesOf(fake)], [["7.3"], []]);
  fake.pongs("7.3");
  assertEquals(stage.take(), ["pong 7.3"]);
});

Deno.test("SessionTransport.ping() uses the protocol where there are no ping frames", () => {
  const stage = new Stage({}, { pings: false });
  const fake = stage.open();
  stage.take();
  stage.transport.ping("7.37");
  assertEquals([fake.pings, framesOf(fake)], [[], ["p11|"]]);
  fake.receives("q11,0|");
  assertEquals(stage.take(), ["pong 7.37"]);
});

Deno.test("SessionTransport.close() hears nothing more, so nothing is delivered twice", () => {
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  stage.transport.close(1000, "");
  stage.transport.close(1000, "again");
  fake.receives("m1|late");
  assertEquals([stage.take(), fake.calls], [[], ["close 1000"]]);
  assertEquals(stage.transport.isOpen, false);
  fake.ends();
  assertEquals(stage.take(), ["end 1005"]);
  const next = stage.open(RESUMED);
  next.receives("m1|late");
  assertEquals(stage.take(), ["open chat", "message late"]);
});

Deno.test("SessionTransport passes on what belongs to the transport below", () => {
  const stage = new Stage();
  const fake = stage.open();
  const { transport } = stage;
  fake.bufferedAmount = 3;
  transport.pause();
  transport.resume();
  assertEquals(fake.calls, ["pause", "resume"]);
  assertEquals([transport.isOpen, transport.bufferedAmount], [true, 3]);
  assertEquals(transport.progress, fake.progress);
  assertEquals(transport.send("without a number"), true);
});

Deno.test("SessionTransport.pack() passes payloads on as they came, without headers", async () => {
  await loadPacks();
  const stage = new Stage();
  const fake = stage.open();
  stage.take();
  fake.receivesPack(packedFrames(["m1|a", "m2|bc"]));
  fake.receivesPack(packedFrames([Uint8Array.of(0, 3, 7)]));
  assertEquals(stage.take(), ["pack a bc, 3 B", "pack 7, 1 B"]);
  stage.session.consumed(2);
  assertEquals(`${framesOf(fake)}`.split(",")[0], "a2");
});

Deno.test("SessionTransport.pack() reads one by one what is not all new data", async () => {
  await loadPacks();
  const stage = new Stage();
  const fake = stage.open();
  stage.transport.send("x", 1);
  stage.take();
  fake.receivesPack(packedFrames(["m1|a", "a1,9,rs|", "m2|b"]));
  assertEquals(stage.take(), ["message a", "taken 1", "message b"]);
  fake.receivesPack(packedFrames(["m2|b", "m3|c"]));
  assertEquals(stage.take(), ["message c"]);
  fake.receivesPack(packedFrames([Uint8Array.of(0, 9, 7)]));
  assertEquals(stage.take(), ["failed Number out of order"]);
  fake.receivesPack(packedFrames(["m4|d"]));
  assertEquals(stage.take(), []);
});

Deno.test("SessionTransport.takesPacks is what the driver says", async () => {
  await loadPacks();
  const refused = new Stage({}, { packs: "refused" });
  assertEquals(refused.open().takesPacks, false);
  const stage = new Stage({ required: false });
  const fake = stage.dial().opens("chat");
  assertEquals(fake.takesPacks, true);
  stage.take();
  fake.receivesPack(packedFrames(["a", "b"]));
  assertEquals(stage.take(), ["pack a b, 2 B"]);
});
