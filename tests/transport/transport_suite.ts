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
import type { Failure } from "../../lib/connection/failure.ts";
import type { TransportKind } from "../../lib/transport/transport.ts";
import {
  encodeClose,
  encodeFrame,
  type FrameOptions,
  OPCODE,
} from "../system/servers/frames.ts";
import type { TcpPeer } from "../system/servers/tcp_peer.ts";
import { startTcpServer } from "../system/servers/tcp_server.ts";
import { findUnusedPort } from "../system/servers/unused_port.ts";
import { startWsServer } from "../system/servers/ws_server.ts";
import { Recorder } from "./recorder.ts";

/** How the transports differ. */
export interface Traits {
  readonly symbol: "nativeTransport" | "loadWsTransport()" | "tcpTransport";
  readonly load: () => Promise<TransportKind>;
  /** Which code is sent for a code of ours, where they differ. */
  readonly wireCodes: Readonly<Record<number, number>>;
  /** The failure for a peer that goes away instead of answering our close frame. */
  readonly unanswered: "lost" | undefined;
  /** What the platform says about a port where nothing listens. */
  readonly refused: "refused" | "unknown";
  /** The visible headers of a refused handshake. */
  readonly refusal: {
    readonly headers: Record<string, string>;
    readonly retryAfter?: number;
  };
}

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

function testClosing({ symbol, load, wireCodes, unanswered }: Traits): void {
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

function testFailedOpenings({ symbol, load, refused, refusal }: Traits): void {
  const expectFailure = async (url: string, expected: Partial<Failure>) => {
    const socket = new Recorder(await load(), url);
    const { info, failure } = await socket.next("end");
    assertEquals(info, LOST);
    assertObjectMatch(failure ?? {}, expected);
  };

  Deno.test(`${symbol} reports a refused connection`, async () => {
    const url = `ws://127.0.0.1:${findUnusedPort()}`;
    await expectFailure(url, { type: "connect", kind: refused });
  });

  Deno.test(`${symbol} reports a name that does not resolve`, async () => {
    await expectFailure("ws://name.invalid/", { type: "connect", kind: "dns" });
  });

  Deno.test(`${symbol} reports a peer that does not speak TLS`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.read();
      await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      peer.end();
    });
    const url = server.url.replace("ws:", "wss:");
    await expectFailure(url, { type: "connect", kind: "tls" });
  });

  Deno.test(`${symbol} reports a certificate that it does not trust`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...SELF_SIGNED },
      () => new Response(),
    );
    const url = `wss://127.0.0.1:${server.addr.port}/`;
    await expectFailure(url, { type: "connect", kind: "tls" });
  });

  for (const status of [200, 301, 401, 503]) {
    Deno.test(`${symbol} reports a handshake refused with ${status}`, async () => {
      await using server = await startWsServer({
        handshake: {
          type: "refuse",
          status,
          headers: { "Retry-After": "7" },
          body: "no",
        },
      });
      await expectFailure(server.url, {
        type: "handshake",
        status,
        ...refusal,
      });
      await server.until((report) => report.open === 0);
    });
  }

  Deno.test(`${symbol} reports an answer that is not HTTP`, async () => {
    await using server = await startTcpServer(async (peer) => {
      await peer.readRequest();
      await peer.write("220 mail.example.com ESMTP\r\n\r\n");
      peer.end();
    });
    await expectFailure(server.url, { type: "protocol", closeCode: 1002 });
    await server.peers[0]?.ended;
  });

  Deno.test(`${symbol} reports a handshake that is dropped`, async () => {
    await using server = await startWsServer({ handshake: { type: "drop" } });
    await expectFailure(server.url, { type: "connect", kind: "unknown" });
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
    assertEquals(failure, { type: "too-big", limit: 1_000 });
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

function testTermination({ symbol, load }: Traits): void {
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

async function readToEnd(peer: TcpPeer): Promise<void> {
  while (await peer.read() !== undefined);
  peer.end();
}

/** For 127.0.0.1 until 2126, trusted by nobody. */
const SELF_SIGNED = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUBVtJ4n3aHuL2DXzv8qmYm7AtdVIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMzg1M1oYDzIxMjYxMDI4
MDMzODUzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQwqCn2FEQ6122rKURh3Ed19f85FKr5U8oHlOzbeayX7SCDKpHfC0/z
3MRgOgNpFiKcEWEq7slUQrTjdOk3FEzPo28wbTAdBgNVHQ4EFgQU9MCbwTD59/4H
x1TEfnJGixR/ytkwHwYDVR0jBBgwFoAU9MCbwTD59/4Hx1TEfnJGixR/ytkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI
zj0EAwIDRwAwRAIgGANYO1XKcKbc9WqQHExl4/kh2Ont9giAhc0/AG8d91UCIF9o
6qh0o2Q9nk6AFj+IMOuU8RDDeVFZk0VDPw6/4a7f
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqMqT3/a17CJQiGEg
K3cioMaMcLlvgYKhMrJpp7omcNGhRANCAAQwqCn2FEQ6122rKURh3Ed19f85FKr5
U8oHlOzbeayX7SCDKpHfC0/z3MRgOgNpFiKcEWEq7slUQrTjdOk3FEzP
-----END PRIVATE KEY-----
`,
};
