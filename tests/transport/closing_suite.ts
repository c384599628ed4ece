/**
 * The tests of how a connection ends: closed, lost, or terminated.
 *
 * @module
 */

import { assertEquals, assertObjectMatch } from "@std/assert";
import {
  encodeClose,
  encodeFrame,
  OPCODE,
} from "../system/servers/tcp/frames.ts";
import { startTcpServer } from "../system/servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../system/servers/tcp/unused_port.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import { Recorder } from "./recorder.ts";
import type { Traits } from "./traits.ts";

const LOST = { closeCode: 1006, reason: "", wasClean: false };

/** Registers the tests of closing, by either side. */
export function testClosing(
  { symbol, load, wireCodes, unanswered }: Traits,
): void {
  for (const closeCode of [1000, 3000, 4999, 1002, 1009, 1011]) {
    Deno.test(`${symbol} sends close code ${closeCode} and reports the answer`, async () => {
      const wireCode = wireCodes[closeCode] ?? closeCode;
      await using server = await startTcpServer(async (peer) => {
        await peer.accept();
        const frame = await peer.readFrame();
        assertEquals(frame?.opcode, OPCODE.close);
        assertEquals([...frame?.payload ?? []], [
          wireCode >> 8,
          wireCode & 255,
          98,
        ]);
        await peer.write(encodeClose(wireCode, "b"));
        peer.end();
      });
      const socket = new Recorder(await load(), server.url);
      await socket.next("open");
      socket.do(() => socket.transport.close(closeCode, "b"));
      assertEquals(await socket.next("end"), {
        type: "end",
        info: { closeCode, reason: "b", wasClean: true },
        failure: undefined,
      });
      await server.peers[0]?.ended;
    });
  }

  for (const closeCode of [undefined, 1005, 1006, 1015]) {
    Deno.test(`${symbol} sends no code for ${closeCode}`, async () => {
      await using server = await startTcpServer(async (peer) => {
        await peer.accept();
        assertEquals((await peer.readFrame())?.payload.length, 0);
        await peer.write(encodeClose());
        peer.end();
      });
      const socket = new Recorder(await load(), server.url);
      await socket.next("open");
      socket.do(() => socket.transport.close(closeCode, "unsaid"));
      const { info, failure } = await socket.next("end");
      assertEquals([info.closeCode, failure], [1005, undefined]);
    });
  }

  Deno.test(`${symbol} is open from the handshake to the first close frame`, async () => {
    await using server = await startWsServer();
    const socket = new Recorder(await load(), server.url);
    const { transport } = socket;
    assertEquals(transport.isOpen, false);
    await socket.next("open");
    assertEquals(transport.isOpen, true);
    socket.do(() => transport.close(1000, ""));
    assertEquals(transport.isOpen, false);
    await socket.next("end");
    assertEquals(transport.isOpen, false);
  });

  Deno.test(`${symbol} reports code and reason of a server that closes`, async () => {
    await using server = await startWsServer();
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    await server.close(4000, "bye");
    const info = { closeCode: 4000, reason: "bye", wasClean: true };
    const failure = { type: "closed", ...info } as const;
    assertEquals(await socket.next("end"), { type: "end", info, failure });
  });

  Deno.test(`${symbol} reports a close frame without a code as 1005`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: encodeClose() });
      await peer.readFrame();
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    const { info, failure } = await socket.next("end");
    assertEquals([info.closeCode, failure?.type], [1005, "closed"]);
  });

  Deno.test(`${symbol} does not mistake a server's close for the answer to a later one`, async () => {
    const answered = Promise.withResolvers<void>();
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      await peer.write(encodeClose(4001));
      await peer.readFrame();
      answered.resolve();
    });
    const socket = new Recorder(await load(), server.url);
    await answered.promise;
    socket.do(() => socket.transport.close(1000, ""));
    server.peers[0]?.end();
    const { failure } = await socket.ended();
    assertObjectMatch(failure ?? {}, { type: "closed", closeCode: 4001 });
  });

  Deno.test(`${symbol} reports a close that a lost peer never answers`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      await peer.readFrame();
      peer.destroy();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    socket.do(() => socket.transport.close(1000, ""));
    const { info, failure } = await socket.next("end");
    assertEquals(info.closeCode, unanswered === "lost" ? 1006 : 1005);
    assertEquals(failure?.type, unanswered);
  });

  for (const loss of ["destroy", "reset"] as const) {
    Deno.test(`${symbol} reports a connection that is lost by ${loss}`, async () => {
      await using server = await startTcpServer((peer) => peer.accept().then());
      const socket = new Recorder(await load(), server.url);
      await socket.next("open");
      server.peers[0]?.[loss]();
      const { info, failure } = await socket.next("end");
      assertEquals([info, failure?.type], [LOST, "lost"]);
    });
  }
}

/** Registers the tests of what is terminated. */
export function testTermination({ symbol, load }: Traits): void {
  Deno.test(`${symbol} is terminated while it connects`, async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await startTcpServer(async (peer) => {
      await peer.readRequest();
      asked.resolve();
    });
    const socket = new Recorder(await load(), server.url);
    await asked.promise;
    socket.terminate();
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} is terminated before it has begun to connect`, async () => {
    await using server = await startTcpServer(() => {});
    new Recorder(await load(), server.url).terminate();
    new Recorder(await load(), `ws://127.0.0.1:${findUnusedPort()}`)
      .terminate();
  });

  Deno.test(`${symbol} reports nothing after terminate()`, async () => {
    const dropped = Promise.withResolvers<void>();
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      await dropped.promise;
      await peer.write(encodeFrame("late"));
      await peer.write(encodeClose(1000));
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    socket.do(() => socket.transport.send("last words"));
    socket.terminate();
    socket.terminate();
    dropped.resolve();
    await server.peers[0]?.ended;
  });
}
