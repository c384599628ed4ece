import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  type SocketError,
} from "@holdfast/websocket";
import { encodeClose, encodeFrame, OPCODE } from "../servers/tcp/frames.ts";
import { SELF_SIGNED } from "../servers/self_signed.ts";
import { type Script, startTcpServer } from "../servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { next, within } from "../waiting.ts";

interface Scene extends AsyncDisposable {
  readonly url: string;
}

interface Way {
  /** How the connection is lost. */
  readonly name: string;
  readonly set: () => Promise<Scene> | Scene;
  readonly options?: ReconnectingWebSocketOptions;
  /** The class of the error and what tells it from others of its class. */
  readonly error: string;
  /** Where the platform's WebSocket tells less. */
  readonly nativeError?: string;
  readonly outcome: "retried" | "fatal";
  /** What happened, and what to do. */
  readonly message: RegExp;
  readonly nativeMessage?: RegExp;
}

const QUICK = { closeTimeout: 100 } as const;

const WAYS: readonly Way[] = [
  {
    name: "the connection is refused",
    set: () => scene(`ws://127.0.0.1:${findUnusedPort()}`),
    error: "ConnectError refused",
    nativeError: "ConnectError unknown",
    outcome: "retried",
    message: /^Connection refused: .*ECONNREFUSED.*Check host and port/,
    nativeMessage: /^Connection failed: tcp connect error .*Check URL, server/,
  },
  {
    name: "there is no such host",
    set: () => scene("ws://host.invalid"),
    error: "ConnectError dns",
    outcome: "retried",
    message: /^Host not found: .*Check the host's name/,
  },
  {
    name: "the certificate is signed by nobody",
    set: startTlsServer,
    error: "ConnectError tls",
    outcome: "retried",
    message: /^TLS handshake failed: .*certificate.*Check the certificate/,
  },
  {
    name: "the port does not speak TLS",
    set: async () => {
      const server = await startTcpServer((peer) => peer.write("220 mail\r\n"));
      return scene(`wss://127.0.0.1:${server.port}`, server);
    },
    error: "ConnectError tls",
    outcome: "retried",
    message: /^TLS handshake failed: .*that the port speaks TLS/,
  },
  {
    name: "the handshake is refused for good",
    set: () => play(answer("HTTP/1.1 403 Forbidden\r\n\r\n")),
    error: "HandshakeError 403",
    outcome: "fatal",
    message: /^Handshake refused with HTTP status 403.*Check the token/,
  },
  {
    name: "the handshake is refused for now",
    set: () => play(answer("HTTP/1.1 503 Service Unavailable\r\n\r\n")),
    error: "HandshakeError 503",
    outcome: "retried",
    message: /^Handshake refused with HTTP status 503.*proxy is in trouble/,
  },
  {
    name: "the handshake is not answered",
    set: () => play(() => {}),
    options: { openTimeout: 300 },
    error: "OpenTimeoutError",
    outcome: "retried",
    message: /^Not open after 0\.3 s while opening .*raise openTimeout/,
  },
  {
    name: "what answers does not speak HTTP",
    set: () => play(answer("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
    error: "ProtocolError 1002",
    outcome: "retried",
    message: /^The server broke RFC 6455: .*proxy in between/,
  },
  {
    name: "TCP ends without a close frame",
    set: () =>
      play(async (peer) => {
        await peer.accept();
        peer.end();
      }),
    error: "ConnectionLostError",
    outcome: "retried",
    message: /^Connection lost without a close frame: .*heartbeat\.interval/,
  },
  {
    name: "the server closes with a fatal code",
    set: () => play(accept(encodeClose(4404, "No room"))),
    error: "ConnectionClosedError 4404",
    outcome: "fatal",
    message: /^Closed by the server with code 4404: No room .*Check the path/,
  },
  {
    name: "the server answers no ping",
    set: () => play(accept()),
    options: {
      ...QUICK,
      heartbeat: { interval: 100, timeout: 200, message: "ping" },
    },
    error: "HeartbeatTimeoutError",
    outcome: "retried",
    message: /^No answer to a ping for 0\.2 s .*raise heartbeat\.timeout/,
  },
  {
    name: "the server is silent",
    set: () => play(accept()),
    options: { ...QUICK, heartbeat: false, idleTimeout: 300 },
    error: "HeartbeatTimeoutError",
    outcome: "retried",
    message: /^Silence for 0\.3 s .*raise idleTimeout/,
  },
  {
    name: "the server breaks the protocol",
    set: () => play(accept(encodeFrame("", { rsv: 4 }))),
    options: QUICK,
    error: "ProtocolError 1002",
    outcome: "retried",
    message: /^The server broke RFC 6455: .*RSV1 must be clear/,
    nativeMessage: /^The server broke RFC 6455: Reserved bits/,
  },
  {
    name: "a message is too large",
    set: () => play(accept(encodeFrame("x".repeat(101)))),
    options: { ...QUICK, maxMessageSize: 100 },
    error: "ProtocolError 1009",
    outcome: "fatal",
    message: /^A message was larger than 100 bytes .*raise maxMessageSize/,
  },
  {
    name: "text is not UTF-8",
    set: () => play(accept(encodeFrame(Uint8Array.of(0xff)))),
    options: QUICK,
    error: "ProtocolError 1007",
    outcome: "retried",
    message: /^The server sent text that is not UTF-8: .*as binary/,
  },
];

for (const transport of ["ws", "native"] as const) {
  for (const way of WAYS) {
    Deno.test(`ReconnectingWebSocket() says that ${way.name} (${transport})`, async () => {
      await using scene = await way.set();
      await using socket = new ReconnectingWebSocket(scene.url, [], {
        transport,
        ...way.options,
      });
      // A clean end is reported by `closed` alone.
      const error = await Promise.race([
        next(socket, "error").then(({ error }) => error),
        within(socket.closed.catch((error) => error)),
      ]);
      assertEquals(
        describe(error),
        transport === "native" && way.nativeError || way.error,
      );
      assertMatch(
        error.message,
        transport === "native" && way.nativeMessage || way.message,
      );
      // Which attempt, at what, and whether there will be another.
      const where = scene.url.replaceAll(/[.]/g, "\\.");
      const outlook = way.outcome === "fatal"
        ? "not tried again"
        : "tried again in \\d\\.\\d s";
      const context = new RegExp(`\\(${where}/, attempt 1; ${outlook}\\)`);
      assertMatch(error.message, context);
      assertEquals(error.retryable, way.outcome === "retried");
    });
  }

  Deno.test(`ReconnectingWebSocket() says that it was closed locally (${transport})`, async () => {
    await using server = await play(async (peer) => {
      await peer.accept();
      // The ping of the probe comes first, and is no reason to close.
      let frame = await peer.readFrame();
      while (frame && frame.opcode !== OPCODE.close) {
        frame = await peer.readFrame();
      }
      await peer.write(encodeClose(4000, "bye"));
      peer.end();
    });
    const socket = new ReconnectingWebSocket(server.url, [], { transport });
    await within(socket.opened);
    const errors: Event[] = [];
    socket.addEventListener("error", (event) => errors.push(event));
    const probe = socket.probe().catch((error) => error);
    const ended = next(socket, "close");
    socket.close(4000, "bye");
    const { code, reason, wasClean, why } = await ended;
    assertEquals([code, reason, wasClean], [4000, "bye", true]);
    assertEquals(why, "requested");
    assertEquals(errors, []);
    assert(await probe instanceof DOMException);
    try {
      socket.send("late");
    } catch (error) {
      assertEquals(`${error}`.split(":")[0], "ConnectionClosedError");
      assertMatch(`${error}`, /closed by close\(\): make a new socket/);
      return;
    }
    throw new Error("It took a message after the end");
  });
}

function describe(error: SocketError): string {
  const mark = ["kind", "status", "closeCode"]
    .map((name) => Reflect.get(error, name))
    .find((value) => value !== undefined);
  return mark === undefined ? error.name : `${error.name} ${mark}`;
}

function scene(url: string, server?: AsyncDisposable): Scene {
  return {
    url,
    [Symbol.asyncDispose]: async () => await server?.[Symbol.asyncDispose](),
  };
}

async function play(script: Script): Promise<Scene> {
  const server = await startTcpServer(script);
  return scene(server.url, server);
}

function startTlsServer(): Scene {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, ...SELF_SIGNED },
    () => new Response(),
  );
  return scene(`wss://127.0.0.1:${server.addr.port}`, server);
}

/** Answers a handshake by a text. */
function answer(text: string): Script {
  return async (peer) => {
    await peer.readRequest();
    await peer.write(text);
  };
}

/** Accepts, says something, and answers nothing until the client has enough. */
function accept(followedBy = new Uint8Array()): Script {
  return async (peer) => {
    await peer.accept({ followedBy });
    for (;;) {
      const frame = await peer.readFrame();
      if (frame === undefined || frame.opcode === OPCODE.close) break;
    }
    peer.end();
  };
}
