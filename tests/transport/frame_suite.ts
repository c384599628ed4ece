/**
 * What the transports promise that see frames and TCP: ping frames,
 * backpressure, and what a server says in a handshake.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertObjectMatch,
} from "@std/assert";
import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { VERSION } from "../../lib/platform/release.ts";
import {
  concat,
  encodeClose,
  encodeFrame,
  OPCODE,
} from "../system/servers/tcp/frames.ts";
import { startTcpServer } from "../system/servers/tcp/tcp_server.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import { Recorder } from "./recorder.ts";
import type { Traits } from "./traits.ts";

const MEBIBYTE = 1024 * 1024;

/** Answers a handshake as `change` has it. */
export function startOddServer(change: (head: string) => string) {
  return startTcpServer(async (peer) => {
    const key = /^sec-websocket-key: *(\S+)/im.exec(await peer.readRequest());
    const accept = createHash("sha1")
      .update(`${key?.[1]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
      `Connection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
    await peer.write(new TextEncoder().encode(change(head)));
    await peer.read();
  });
}

/** Adds a field to a head. */
export function withField(field: string): (head: string) => string {
  const end = "\r\n\r\n";
  return (head) => head.replace(end, `\r\n${field}${end}`);
}

const ACCEPTED: Readonly<Record<string, (head: string) => string>> = {
  "lines that end with LF": (head) => head.replaceAll("\r\n", "\n"),
  "a header block of 40 kB": withField(`X-Policy: ${"p".repeat(40_000)}`),
  "a folded field (RFC 9112, 5.2)": withField("X-Folded: a\r\n b"),
};

const REFUSED: Readonly<Record<string, (head: string) => string>> = {
  "a header block of more than 256 kB": withField(`X: ${"p".repeat(300_000)}`),
  "no Upgrade": (head) => head.replace("Upgrade: websocket\r\n", ""),
};

/** Registers the tests that `ws` and `tcp` must pass. */
export function testFrames(
  { symbol, load }: Pick<Traits, "symbol" | "load">,
): void {
  Deno.test(`${symbol} pings and reports the pong`, async () => {
    await using server = await startWsServer();
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    socket.do(() => socket.transport.ping("7"));
    assertEquals(await socket.next("pong"), { type: "pong", payload: "7" });
    const { connections } = await server.report();
    assertEquals(connections[0]?.pings.count, 1);
    socket.do(() => socket.transport.close(1000, ""));
    await socket.next("end");
  });

  Deno.test(`${symbol} ignores pongs that answer no ping of ours`, async () => {
    const pong = (payload: string) =>
      encodeFrame(payload, { opcode: OPCODE.pong });
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: concat([pong(""), pong("2")]) });
      for (let pings = 0; pings < 3; pings += 1) await peer.readFrame();
      // One pong may answer several pings (RFC 6455, 5.5.3).
      await peer.write(
        concat([pong("0"), pong("2"), pong("2"), pong("1"), pong("3")]),
      );
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    for (const payload of ["1", "2", "3"]) {
      socket.do(() => socket.transport.ping(payload));
    }
    assertEquals((await socket.next("pong")).payload, "2");
    assertEquals((await socket.next("pong")).payload, "3");
    await socket.next("end");
  });

  Deno.test(`${symbol} forgets pings that are never answered`, async () => {
    const pong = (payload: string) =>
      encodeFrame(payload, { opcode: OPCODE.pong });
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      for (let pings = 0; pings < 100; pings += 1) await peer.readFrame();
      await peer.write(concat([pong("0"), pong("99")]));
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    for (let ping = 0; ping < 100; ping += 1) {
      socket.do(() => socket.transport.ping(`${ping}`));
    }
    assertEquals((await socket.next("pong")).payload, "99");
    await socket.next("end");
  });

  Deno.test(`${symbol} answers a server's ping`, async () => {
    const answer = Promise.withResolvers<string>();
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({
        followedBy: encodeFrame("8", { opcode: OPCODE.ping }),
      });
      const frame = await peer.readFrame();
      assertEquals(frame?.opcode, OPCODE.pong);
      answer.resolve(new TextDecoder().decode(frame?.payload));
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    assertEquals(await answer.promise, "8");
    await socket.next("end");
  });

  Deno.test(`${symbol} answers the latest of many pings, and goes on`, async () => {
    const pings = Array.from(
      { length: 1_000 },
      (_, n) => encodeFrame(`${n}`, { opcode: OPCODE.ping }),
    );
    const answers: string[] = [];
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({
        followedBy: concat([...pings, encodeFrame("behind them")]),
      });
      while (answers.at(-1) !== "999") {
        const frame = await peer.readFrame();
        assertEquals(frame?.opcode, OPCODE.pong);
        answers.push(new TextDecoder().decode(frame?.payload));
      }
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    assertEquals((await socket.next("message")).data, "behind them");
    assertEquals((await socket.next("end")).failure?.type, "lost");
    assert(answers.length < 100, `${answers.length} answers`);
  });

  Deno.test(`${symbol} takes a message of 20,000 fragments`, async () => {
    const part = (opcode: number, isLast: boolean) =>
      encodeFrame("x", { opcode, fin: isLast });
    const frames = [
      part(OPCODE.text, false),
      ...Array.from({ length: 19_998 }, () => part(OPCODE.continuation, false)),
      part(OPCODE.continuation, true),
    ];
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: concat(frames) });
      await peer.readFrame();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    assertEquals((await socket.next("message")).bytes, 20_000);
    socket.terminate();
  });

  Deno.test(`${symbol} stops reading while it is paused`, async () => {
    const blocked = Promise.withResolvers<void>();
    const count = 64;
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      assertEquals((await peer.readFrame())?.opcode, OPCODE.text);
      const message = encodeFrame(new Uint8Array(MEBIBYTE), {
        opcode: OPCODE.binary,
      });
      const writes = Array.from({ length: count }, () => peer.write(message));
      blocked.resolve();
      await Promise.all(writes);
      await peer.write(encodeClose(1000));
      await peer.readFrame();
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    socket.do(() => socket.transport.pause());
    socket.do(() => socket.transport.send("go"));
    await blocked.promise;
    const before = socket.transport.progress;
    // A round trip on another connection takes as long as the data to arrive.
    await using other = await startWsServer();
    const witness = new Recorder(await load(), other.url);
    await witness.next("open");
    witness.do(() => witness.transport.close(1000, ""));
    await witness.next("end");
    assert(socket.transport.progress - before <= MEBIBYTE);
    socket.do(() => socket.transport.resume());
    for (let index = 0; index < count; index += 1) await socket.next("message");
    await socket.next("end");
  });

  Deno.test(`${symbol} grows progress in mid-frame`, async () => {
    const halfway = Promise.withResolvers<void>();
    const seen = Promise.withResolvers<void>();
    const frame = encodeFrame(new Uint8Array(MEBIBYTE), {
      opcode: OPCODE.binary,
    });
    await using server = await startTcpServer(async (peer) => {
      await peer.accept();
      await peer.write(frame.subarray(0, MEBIBYTE / 2));
      halfway.resolve();
      await seen.promise;
      await peer.write(frame.subarray(MEBIBYTE / 2));
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    await halfway.promise;
    while (socket.transport.progress < MEBIBYTE / 4) await turn();
    seen.resolve();
    assertEquals((await socket.next("message")).bytes, MEBIBYTE);
    await socket.next("end");
  });

  Deno.test(`${symbol} sends one User-Agent, the application's where there is one`, async () => {
    for (const headers of [{}, { "user-agent": "kiosk/7" }]) {
      const requested = Promise.withResolvers<string>();
      await using server = await startTcpServer(async (peer) => {
        requested.resolve(await peer.accept());
      });
      const socket = new Recorder(await load(), server.url, {
        headers,
      });
      const fields = (await requested.promise).match(/^user-agent: .*$/gim);
      const expected = "user-agent" in headers
        ? "kiosk/7"
        : `holdfast/${VERSION}`;
      assertEquals(fields?.map((field) => field.split(": ")[1]), [expected]);
      socket.terminate();
    }
  });

  for (const [what, change] of Object.entries(ACCEPTED)) {
    Deno.test(`${symbol} accepts ${what} in a 101`, async () => {
      await using server = await startOddServer(change);
      const socket = new Recorder(await load(), server.url);
      await socket.next("open");
      socket.terminate();
    });
  }

  for (const [what, change] of Object.entries(REFUSED)) {
    Deno.test(`${symbol} refuses ${what} in a 101`, async () => {
      await using server = await startOddServer(change);
      const socket = new Recorder(await load(), server.url);
      assertEquals((await socket.next("end")).failure?.type, "protocol");
    });
  }

  Deno.test(`${symbol} refuses a wrong Sec-WebSocket-Accept`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ headers: { "Sec-WebSocket-Accept": "wrong" } });
    });
    const socket = new Recorder(await load(), server.url);
    const { failure } = await socket.next("end");
    assertObjectMatch(failure ?? {}, { type: "protocol", closeCode: 1002 });
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} refuses a subprotocol that was not asked for`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ headers: { "Sec-WebSocket-Protocol": "other" } });
    });
    const socket = new Recorder(await load(), server.url);
    assertEquals((await socket.next("end")).failure?.type, "protocol");
  });

  Deno.test(`${symbol} decodes the credentials of a URL (RFC 7617)`, async () => {
    const heard = Promise.withResolvers<string | null>();
    await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
      heard.resolve(request.headers.get("authorization"));
      return new Response(null, { status: 403 });
    });
    const url = `ws://us%40er:p%3Ass@localhost:${server.addr.port}/`;
    const socket = new Recorder(await load(), url);
    await socket.next("end");
    assertEquals(await heard.promise, `Basic ${btoa("us@er:p:ss")}`);
  });

  Deno.test(`${symbol} reads Retry-After as a date`, async () => {
    await using server = await startWsServer({
      handshake: {
        type: "refuse",
        status: 503,
        headers: { "Retry-After": new Date(Date.now() + 60_000).toUTCString() },
      },
    });
    const socket = new Recorder(await load(), server.url);
    const { failure } = await socket.next("end");
    assert(failure?.type === "handshake" && failure.retryAfter !== undefined);
    assert(failure.retryAfter > 50_000 && failure.retryAfter <= 60_000);
  });

  Deno.test(`${symbol} leaves no socket behind a refused handshake`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.readRequest();
      await peer.write(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\nhalf",
      );
    });
    const socket = new Recorder(await load(), server.url);
    const { failure } = await socket.next("end");
    assert(failure?.type === "handshake" && failure.status === 401);
    assertMatch(failure.detail, /^401 Unauthorized(?:: half)?$/);
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} offers no compression, so nothing small becomes large`, async () => {
    const bomb = deflateRawSync(new Uint8Array(256 * MEBIBYTE));
    await using server = await startTcpServer(async (peer) => {
      const followedBy = encodeFrame(bomb, { rsv: 4 });
      const request = await peer.accept({ followedBy });
      assert(!/sec-websocket-extensions/i.test(request));
      await peer.readFrame();
      peer.end();
    });
    const socket = new Recorder(await load(), server.url);
    assertEquals((await socket.next("open")).extensions, "");
    assertEquals((await socket.next("end")).failure?.type, "protocol");
  });

  Deno.test(`${symbol} refuses an extension that was not asked for`, async () => {
    await using server = await startTcpServer(async (peer) => {
      const headers = { "Sec-WebSocket-Extensions": "permessage-deflate" };
      await peer.accept({ headers });
    });
    const socket = new Recorder(await load(), server.url);
    assertEquals((await socket.next("end")).failure?.type, "protocol");
  });

  Deno.test(`${symbol} is open no more once the peer's close frame has come`, async () => {
    const answered = Promise.withResolvers<void>();
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: encodeClose(1012) });
      const { opcode } = await peer.readFrame() ?? {};
      assertEquals(opcode, OPCODE.close);
      answered.resolve();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    await answered.promise;
    // TCP is still there, and so is the end to come.
    assertEquals(socket.transport.isOpen, false);
    await socket.next("end");
  });

  Deno.test(`${symbol} does not wait for a peer that keeps TCP open`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.accept({ followedBy: encodeClose(4000) });
      await peer.readFrame();
    });
    const socket = new Recorder(await load(), server.url);
    await socket.next("open");
    const { failure } = await socket.next("end");
    assertObjectMatch(failure ?? {}, { type: "closed", closeCode: 4000 });
  });
}

/** Lets the event loop go round once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
