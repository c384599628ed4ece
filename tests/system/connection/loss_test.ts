import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionLostError,
  type DisconnectEvent,
  ProtocolError,
  ReconnectingWebSocket,
  WorkerWebSocket,
} from "@holdfast/websocket";
import { queueTask } from "../../../lib/platform/task.ts";
import { ECHO_SERVERS, SETTINGS } from "./matrix.ts";
import { requires } from "../requirements.ts";
import { encodeClose, encodeFrame, OPCODE } from "../servers/tcp/frames.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { startWsServer } from "../servers/echo/ws_server.ts";
import { next, pull, record, within } from "../waiting.ts";

const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 20,
} as const;

Deno.test("ReconnectingWebSocket() keeps for the next connection what is written after a close frame", async () => {
  const answered = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<Uint8Array | undefined>();
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    if (server.peers.length > 1) {
      arrived.resolve((await peer.readFrame())?.payload);
      return;
    }
    await peer.write(encodeClose(1012));
    assertEquals((await peer.readFrame())?.opcode, OPCODE.close);
    // The close frames are exchanged, and TCP is left to the client to end.
    answered.resolve();
  });
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    closeTimeout: 50,
  });
  await within(answered.promise);
  const write = socket.write("kept");
  const payload = await within(arrived.promise);
  assertEquals(new TextDecoder().decode(payload), "kept");
  await write;
  assertEquals(socket.metrics().sent.messages, 1);
});

Deno.test("write() over native resolves for no message that Deno takes after a close frame and never writes", async () => {
  const arrived = new Set<string>();
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    for (let count = 1;; count += 1) {
      const frame = await peer.readFrame();
      if (frame === undefined) return;
      if (frame.opcode === OPCODE.close) peer.end();
      else arrived.add(new TextDecoder().decode(frame.payload));
      if (count === 5) await peer.write(encodeClose(1012));
    }
  });
  const socket = new ReconnectingWebSocket(server.url, [], {
    transport: "native",
    backoff: FAST,
    closeTimeout: 500,
  });
  const resolved: string[] = [];
  let rejected = 0;
  while (server.peers.length < 30) {
    const text = `${resolved.length + rejected} ${crypto.randomUUID()}`;
    socket.write(text).then(() => resolved.push(text), () => rejected += 1);
    await new Promise<void>(queueTask);
  }
  const { sent, droppedOutbound } = socket.metrics();
  await socket[Symbol.asyncDispose]();
  assertEquals(resolved.filter((text) => !arrived.has(text)), []);
  assert(sent.messages > 0 && droppedOutbound.messages > 0);
});

for (const { server, start, needs } of ECHO_SERVERS) {
  for (const { name, options } of SETTINGS) {
    Deno.test(
      `ReconnectingWebSocket() outlives drops and a restart of ${server} (${name})`,
      requires(...needs),
      async () => {
        await using remote = await start({ protocols: ["b"] });
        await using socket = new ReconnectingWebSocket(remote.url, "b", {
          ...options,
          backoff: FAST,
        });
        socket.binaryType = "blob";
        await within(socket.opened);
        const back = next(socket, "open");
        const lost = next(socket, "disconnect");
        await remote.drop();
        const { error, closeCode, wasClean } = await lost;
        // Deno closes with 1005 in a frame (RFC 6455, 7.4.1: never).
        assert(
          error instanceof ConnectionLostError ||
            (server === "Deno.serve" && error instanceof ProtocolError),
        );
        assertEquals([closeCode, wasClean], [1006, false]);
        assertEquals((await back).reconnected, true);

        const stopped = next(socket, "disconnect");
        await remote.stop();
        assertEquals((await stopped).closeCode, 1001);
        assertEquals(socket.readyState, socket.CONNECTING);
        for (const text of ["a", "b", "c"]) socket.send(text);
        const again = next(socket, "open");
        await remote.restart();
        await again;
        assertEquals(await pull(socket, 3), ["a", "b", "c"]);
        assertEquals([socket.protocol, socket.binaryType], ["b", "blob"]);
        socket.send(Uint8Array.of(1));
        assertInstanceOf(await socket.receive(), Blob);
        const { connections } = await remote.until(({ open }) => open === 1);
        assertEquals(connections.at(-1)?.messages.count, 4);
      },
    );
  }
}

for (const { name, options } of SETTINGS) {
  Deno.test(`ReconnectingWebSocket() outlives a reset and an end of TCP on the way (${name})`, async () => {
    await using server = await startWsServer();
    await using proxy = await startTcpProxy(server.port);
    await using socket = new ReconnectingWebSocket(proxy.url, [], {
      ...options,
      backoff: FAST,
    });
    await within(socket.opened);
    const faults = [{ type: "reset" }, {
      type: "half-close",
      direction: "down",
    }] as const;
    for (const fault of faults) {
      const lost = next(socket, "disconnect");
      const back = next(socket, "open");
      await proxy.apply(fault);
      assertEquals((await lost).closeCode, 1006);
      await back;
    }
  });

  Deno.test(`ReconnectingWebSocket() does not hammer a server that accepts and drops at once (${name})`, async () => {
    await using server = await startWsServer({
      handshake: { type: "accept-and-drop" },
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: {
        strategy: "exponential",
        initialDelay: 20,
        maxDelay: 10_000,
        jitter: "none",
      },
    });
    const losses: DisconnectEvent[] = [];
    const sixth = Promise.withResolvers<string>();
    // One listener for all: two may come in the same post.
    socket.addEventListener("disconnect", (event) => {
      if (losses.push(event) === 6) sixth.resolve(socket.status.kind);
    });
    assertEquals(await within(sixth.promise), "waiting");
    assertEquals(losses.map(({ attempt }) => attempt), [1, 2, 3, 4, 5, 6]);
    assertEquals(
      losses.map(({ delay }) => delay),
      [20, 40, 80, 160, 320, 640],
    );
    assertEquals((await server.report()).attempts, 6);
  });

  Deno.test(`ReconnectingWebSocket() forgets failures once a connection was stable (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      stableAfter: 0,
      backoff: FAST,
    });
    await within(socket.opened);
    for (let loss = 0; loss < 3; loss += 1) {
      const back = next(socket, "open");
      await server.drop();
      assertEquals((await back).attempt, 1);
    }
  });

  Deno.test(`ReconnectingWebSocket() tries again after each close code but the fatal ones (${name})`, async () => {
    await using server = await startWsServer();
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      backoff: FAST,
    });
    await within(socket.opened);
    for (const closeCode of [1000, 1001, 1011, 1012, 1013, 4000]) {
      const lost = next(socket, "disconnect");
      const back = next(socket, "open");
      await server.close(closeCode, "See you");
      const { wasClean, reason, error, ...info } = await lost;
      assertEquals(info.closeCode, closeCode);
      assertEquals([wasClean, reason, error], [true, "See you", undefined]);
      await back;
    }
    const log = record(socket);
    const end = next(socket, "close");
    await server.close(4401, "Who?");
    const { code, reason, wasClean, why } = await end;
    assertEquals([code, reason, wasClean, why], [4401, "Who?", true, "fatal"]);
    assertEquals(log, ["close 3"]);
    const error = await within(socket.closed.catch((error) => error));
    assertInstanceOf(error, ConnectionClosedError, String(error));
    assertEquals([error.closeCode, error.retryable], [4401, false]);
  });

  Deno.test(`ReconnectingWebSocket() delivers no message before open, and none of a previous connection (${name})`, async () => {
    const greet = (text: string) => ({ followedBy: encodeFrame(text) });
    await using server = await startTcpServer(async (peer) => {
      await peer.accept(greet(`hello ${server.peers.length}`));
      // The first one ignores the close frame, and says more.
      if (peer === server.peers[0]) return;
      await server.peers[0]?.write(encodeFrame("late"));
      const frame = await peer.readFrame();
      await peer.write(encodeFrame(new TextDecoder().decode(frame?.payload)));
    });
    await using socket = new ReconnectingWebSocket(server.url, [], {
      ...options,
      closeTimeout: 100,
    });
    const log: string[] = [];
    socket.addEventListener("open", () => log.push("open"));
    const first = next(socket, "message");
    socket.addEventListener("message", ({ data }) => log.push(data));
    await first;
    const second = next(socket, "message");
    socket.reconnect();
    await second;
    const echo = next(socket, "message");
    socket.send("echo");
    await echo;
    assertEquals(log, ["open", "hello 1", "open", "hello 2", "echo"]);
  });

  Deno.test(`WorkerWebSocket() fires close 1006 and no error when TCP is dropped (${name})`, async () => {
    await using server = await startWsServer();
    const socket = new WorkerWebSocket(server.url, [], options);
    await next(socket, "open");
    const errors: Event[] = [];
    socket.addEventListener("error", (event) => errors.push(event));
    const closed = next(socket, "close");
    await server.drop();
    const { code, wasClean } = await closed;
    assertEquals([code, wasClean, errors], [1006, false, []]);
    assert(socket.readyState === socket.CLOSED);
  });
}
