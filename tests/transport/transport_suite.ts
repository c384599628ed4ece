/**
 * The tests of what each transport promises. Differences are data.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertObjectMatch,
  assertThrows,
} from "@std/assert";
import {
  encodeClose,
  encodeFrame,
  type FrameOptions,
  OPCODE,
} from "../system/servers/tcp/frames.ts";
import type { TcpPeer } from "../system/servers/tcp/tcp_peer.ts";
import { startTcpServer } from "../system/servers/tcp/tcp_server.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import { Recorder } from "./recorder.ts";
import { testClosing, testTermination } from "./closing_suite.ts";
import { testFailedOpenings } from "./opening_suite.ts";
import type { Traits } from "./traits.ts";

const LOST = { closeCode: 1006, reason: "", wasClean: false };
const MEBIBYTE = 1024 * 1024;

/** Registers the tests that both transports must pass. */
export function testTransport(traits: Traits): void {
  testMessages(traits);
  testClosing(traits);
  testFailedOpenings(traits);
  testViolations(traits);
  testTermination(traits);
}

function testMessages({ symbol, load }: Traits): void {
  Deno.test(`${symbol} echoes text and binary and counts their bytes`, async () => {
    await using server = await startWsServer({ protocols: ["b"] });
    const socket = new Recorder(await load(), server.url, {
      protocols: ["a", "b"],
    });
    assertEquals((await socket.next("open")).protocol, "b");
    for (
      const [text, bytes] of [["", 0], ["añ€😀", 10], [
        "x".repeat(MEBIBYTE),
        MEBIBYTE,
      ]] as const
    ) {
      socket.do(() => socket.transport.send(text));
      assertEquals(await socket.next("message"), {
        type: "message",
        data: text,
        bytes,
      });
    }
    for (const size of [0, 3, 200, 70_000, MEBIBYTE]) {
      const sent = new Uint8Array(size).map((_, index) => index);
      socket.do(() => socket.transport.send(sent.slice().buffer));
      const { data, bytes } = await socket.next("message");
      assert(data instanceof ArrayBuffer);
      assertEquals(bytes, size);
      assert(sent.every((byte, index) => byte === new Uint8Array(data)[index]));
      assertEquals(
        structuredClone(data, { transfer: [data] }).byteLength,
        size,
      );
    }
    socket.do(() => socket.transport.close(1000, ""));
    await socket.next("end");
  });

  Deno.test(`${symbol} keeps 10,000 messages in order`, async () => {
    await using server = await startWsServer();
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    for (let index = 0; index < 10_000; index += 1) {
      socket.do(() => socket.transport.send(`${index}`));
    }
    for (let index = 0; index < 10_000; index += 1) {
      assertEquals((await socket.next("message")).data, `${index}`);
    }
    socket.do(() => socket.transport.close(1000, ""));
    await socket.next("end");
  });

  Deno.test(`${symbol} sends the handshake headers`, async () => {
    await using server = await startWsServer({
      requiredHeaders: { "x-key": "k" },
    });
    const socket = new Recorder(await load(), server.url, {
      headers: { "X-Key": "k" },
    });
    await socket.next("open");
    socket.do(() => socket.transport.close(1000, ""));
    await socket.next("end");
  });

  Deno.test(`${symbol} asks to wait above the high-water mark, until it is writable`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      peer.stopReading();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    const data = "x".repeat(MEBIBYTE);
    assertEquals(socket.do(() => socket.transport.send("small")), true);
    while (socket.do(() => socket.transport.send(data)));
    server.peers[0]?.continueReading();
    await socket.next("writable");
    assertEquals(socket.do(() => socket.transport.send("small")), true);
    server.peers[0]?.destroy();
    await socket.next("end");
  });

  Deno.test(`${symbol} grows progress with what arrives`, async () => {
    await using server = await startWsServer();
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    const before = socket.transport.progress;
    socket.do(() => socket.transport.send("x"));
    await socket.next("message");
    assert(socket.transport.progress > before);
    socket.do(() => socket.transport.close(1000, ""));
    await socket.next("end");
  });

  Deno.test(`${symbol} lets send() throw what the platform throws`, async () => {
    await using server = await startTcpServer(() => {});
    const socket = new Recorder(await load(), server.url);
    assertThrows(() => socket.do(() => socket.transport.send("early")));
    socket.terminate();
  });

  Deno.test(`${symbol} throws for a bad target`, async () => {
    const kind = await load();
    assertThrows(() => new Recorder(kind, "nonsense"));
    assertThrows(() =>
      new Recorder(kind, "ws://127.0.0.1:1/", { protocols: ["a b"] })
    );
    assertThrows(() =>
      new Recorder(kind, "ws://127.0.0.1:1/", { headers: { "a b": "c" } })
    );
  });
}

/** What a server may not send, and the code that stands for it. */
const VIOLATIONS: Readonly<
  Record<
    string,
    readonly [FrameOptions & { payload?: Uint8Array }, 1002 | 1007]
  >
> = {
  "a reserved bit": [{ rsv: 2 }, 1002],
  "compression that was not agreed": [{ rsv: 4 }, 1002],
  "an unknown opcode": [{ opcode: 3 }, 1002],
  "a continuation of nothing": [{ opcode: OPCODE.continuation }, 1002],
  "a ping in fragments": [{ opcode: OPCODE.ping, fin: false }, 1002],
  "a ping of 200 bytes": [
    { opcode: OPCODE.ping, payload: new Uint8Array(200) },
    1002,
  ],
  "a close frame of one byte": [{
    opcode: OPCODE.close,
    payload: Uint8Array.of(3),
  }, 1002],
  "close code 1006": [
    { opcode: OPCODE.close, payload: Uint8Array.of(3, 238) },
    1002,
  ],
  "text that is not UTF-8": [{ payload: Uint8Array.of(0xc3, 0x28) }, 1007],
  "a reason that is not UTF-8": [{
    opcode: OPCODE.close,
    payload: Uint8Array.of(3, 232, 0xc3, 0x28),
  }, 1007],
};

function testViolations({ symbol, load, wireCodes }: Traits): void {
  for (
    const [what, [{ payload, ...options }, closeCode]] of Object.entries(
      VIOLATIONS,
    )
  ) {
    Deno.test(`${symbol} reports ${what} as ${closeCode}`, async () => {
      await using server = await startTcpServer(async (peer) => {
        await peer.accept({ followedBy: encodeFrame(payload ?? "x", options) });
        await readToEnd(peer);
      });
      const socket = new Recorder(await load(), server.url);
      await socket.next("open");
      const { info, failure } = await socket.next("end");
      assertEquals(info, LOST);
      assertObjectMatch(failure ?? {}, { type: "protocol", closeCode });
    });
  }

  Deno.test(`${symbol} closes with 1009 on a message that is too big`, async () => {
    const sentCode = Promise.withResolvers<number>();
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: encodeFrame("x".repeat(1_001)) });
      const payload = (await peer.readFrame())?.payload ?? new Uint8Array(2);
      sentCode.resolve(payload[0]! * 256 + payload[1]!);
      peer.end();
    });
    const socket = new Recorder(await load(), server.url, {
      maxMessageSize: 1_000,
    });
    await socket.next("open");
    const { info, failure } = await socket.next("end");
    assertEquals(info, LOST);
    // The transport tcp knows size and place as well.
    assertObjectMatch(failure ?? {}, { type: "too-big", limit: 1_000 });
    assertEquals(await sentCode.promise, wireCodes[1009] ?? 1009);
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} takes a message of just the greatest size`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: encodeFrame("x".repeat(1_000)) });
      await peer.write(encodeClose(1000));
      await peer.readFrame();
      peer.end();
    });
    const socket = new Recorder(await load(), server.url, {
      maxMessageSize: 1_000,
    });
    await socket.next("open");
    assertEquals((await socket.next("message")).bytes, 1_000);
    await socket.next("end");
  });
}

async function readToEnd(peer: TcpPeer): Promise<void> {
  while (await peer.read() !== undefined);
  peer.end();
}
