import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  ConnectError,
  HandshakeError,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import { AUTHORITY, CLIENT, VALID } from "../../transport/tcp/certificates.ts";
import { assertLatency } from "../latency.ts";
import { PROGRAMS, requires } from "../requirements.ts";
import { startHaproxyProxy } from "../servers/proxies/haproxy_proxy.ts";
import { startNginxProxy } from "../servers/proxies/nginx_proxy.ts";
import { startPythonServer } from "../servers/echo/python_server.ts";
import {
  type ProxyTls,
  startReverseProxy,
} from "../servers/proxies/reverse_proxy.ts";
import { next, pull, within } from "../waiting.ts";

const FRONTS = [
  {
    name: "nginx",
    start: (port: number, tls: ProxyTls) => startNginxProxy(port, { tls }),
    /** nginx says it by HTTP. */
    rejection: HandshakeError,
  },
  {
    name: "haproxy",
    start: (port: number, tls: ProxyTls) => startHaproxyProxy(port, { tls }),
    /** HAProxy says it by TLS. */
    rejection: ConnectError,
  },
] as const;

const TEXTS = [1, 126, 5_000, 70_000, 1_000_000].map((size) =>
  '{"é":1}'.repeat(size).slice(0, size)
);

/** Echoes texts and binary data, and measures a round trip. */
async function exchange(socket: ReconnectingWebSocket): Promise<void> {
  for (const text of TEXTS) socket.send(text);
  const echoes = await pull(socket, TEXTS.length);
  assert(echoes.every((echo, index) => echo === TEXTS[index]));
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  socket.send(noise);
  const [echo] = await pull(socket, 1);
  assert(echo instanceof ArrayBuffer);
  assertEquals(new Uint8Array(echo), noise);
  const probedAt = performance.now();
  assertLatency(await within(socket.probe()), probedAt);
}

for (const { name, start, rejection } of FRONTS) {
  Deno.test(
    `ReconnectingWebSocket() speaks TLS with ${name}, compresses, and comes back`,
    requires(name, "python-websockets"),
    async () => {
      await using server = await startPythonServer();
      await using front = await start(server.port, { certificate: VALID });
      const url = `wss://localhost:${front.port}/`;
      await using socket = new ReconnectingWebSocket(url, [], {
        tls: { caCerts: [AUTHORITY] },
        compression: { threshold: 0 },
        backoff: { first: 0 },
      });
      await within(socket.opened);
      assert(/^permessage-deflate/.test(socket.extensions));
      await exchange(socket);
      const back = next(socket, "open");
      await server.drop();
      assertEquals((await back).reconnected, true);
      await exchange(socket);
      socket.close(4000, "done");
      assertEquals(await within(socket.closed), {
        closeCode: 4000,
        reason: "done",
        wasClean: true,
      });
    },
  );

  Deno.test(
    `ReconnectingWebSocket() shows ${name} its certificate, and learns when it has none`,
    requires(name, "python-websockets"),
    async () => {
      await using server = await startPythonServer();
      const tls = { certificate: VALID, authority: AUTHORITY };
      await using front = await start(server.port, tls);
      const url = `wss://localhost:${front.port}/`;
      const caCerts = [AUTHORITY];
      await using known = new ReconnectingWebSocket(url, [], {
        tls: { caCerts, ...CLIENT },
      });
      await within(known.opened);
      await exchange(known);
      await using unknown = new ReconnectingWebSocket(url, [], {
        tls: { caCerts },
      });
      const { error } = await next(unknown, "error");
      assertInstanceOf(error, rejection, String(error));
      assert(/certificate/.test(error.message), error.message);
    },
  );
}

Deno.test(
  "ReconnectingWebSocket() goes through tinyproxy to nginx over TLS, compressed",
  requires("tinyproxy", "nginx", "python-websockets"),
  async () => {
    await using server = await startPythonServer();
    await using front = await startNginxProxy(server.port, {
      tls: { certificate: VALID },
    });
    await using tinyproxy = await startReverseProxy({
      configure: ({ port }) =>
        `Port ${port}\nListen 127.0.0.1\nMaxClients 20\nConnectPort ${front.port}\n`,
      command: (file) => [PROGRAMS.tinyproxy, "-d", "-c", file],
    });
    const url = `wss://localhost:${front.port}/`;
    await using socket = new ReconnectingWebSocket(url, [], {
      tls: { caCerts: [AUTHORITY] },
      proxy: `http://127.0.0.1:${tinyproxy.port}`,
      compression: true,
    });
    await within(socket.opened);
    assert(/^permessage-deflate/.test(socket.extensions));
    await exchange(socket);
  },
);
