/**
 * What connections leave behind: nothing, whatever becomes of them. The
 * sanitizers count operations, /proc sockets and other descriptors, and the
 * garbage collector the transports that a promise, a timer or a listener still
 * holds.
 *
 * ```sh
 * deno task leaks
 * deno test -A tests/system/network/tcp_leaks_test.ts -- --connections 10000
 * ```
 */

import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";
import { tcpTransport } from "../../../lib/transport/tcp/tcp_transport.ts";
import type { NetworkConfig } from "../../../lib/connection/config/network.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import type { Target, Transport } from "../../../lib/transport/transport.ts";
import { collectGarbage } from "../../collect_garbage.ts";
import { Arrivals } from "../servers/tcp/arrivals.ts";
import { startConnectProxy } from "../servers/proxies/connect_proxy.ts";
import { findSilence } from "../servers/tcp/silence.ts";
import { computeAccept } from "../servers/tcp/tcp_peer.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { until } from "../waiting.ts";
import { Recorder } from "../../transport/recorder.ts";
import { AUTHORITY, CLIENT, VALID } from "../../transport/tcp/certificates.ts";

/** How many there are of each fate. */
const CONNECTIONS = Number(
  parseArgs(Deno.args, { string: ["connections"] }).connections ?? 300,
);
/** How many there are at a time. */
const LANES = 20;

type Server = (conn: Deno.Conn) => Promise<void>;

const CLOSE = Uint8Array.of(0x88, 2, 3, 232);
const encoder = new TextEncoder();

/** Reads the request, and answers it. */
async function accept(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(2_000);
  const count = await conn.read(buffer) ?? 0;
  const request = new TextDecoder().decode(buffer.subarray(0, count));
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
  await conn.write(encoder.encode(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
      "Connection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${await computeAccept(key)}\r\n\r\n`,
  ));
}

/** Reads until the end. */
async function drain(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  while (await conn.read(buffer) !== null);
}

/** Where a connection goes. */
type Place = Partial<Target> & { readonly url: string };

/** What the server does, and what the client does then. */
interface Fate {
  readonly serve: Server;
  readonly live: (socket: Recorder, place: Place) => Promise<unknown> | void;
}

const FATES: Readonly<Record<string, Fate>> = {
  "opened and closed by us": {
    serve: async (conn) => {
      await accept(conn);
      await conn.read(new Uint8Array(100));
      await conn.write(CLOSE);
    },
    live: async (socket) => {
      await socket.next("open");
      socket.do(() => socket.transport.close(1000, ""));
      assertEquals((await socket.next("end")).failure, undefined);
    },
  },
  "closed by the server": {
    serve: async (conn) => {
      await accept(conn);
      await conn.write(CLOSE);
      await conn.read(new Uint8Array(100));
    },
    live: async (socket) => {
      await socket.next("open");
      assertEquals((await socket.next("end")).failure?.type, "closed");
    },
  },
  "refused by HTTP": {
    serve: async (conn) => {
      await conn.read(new Uint8Array(2_000));
      await conn.write(encoder.encode("HTTP/1.1 503 Busy\r\n\r\nlater"));
    },
    live: async (socket) => {
      assertEquals((await socket.next("end")).failure?.type, "handshake");
    },
  },
  "cut in the handshake": {
    serve: () => Promise.resolve(),
    live: async (socket) => {
      assertEquals((await socket.next("end")).failure?.type, "connect");
    },
  },
  "cut while open": {
    serve: accept,
    live: async (socket) => {
      await socket.next("open");
      assertEquals((await socket.next("end")).failure?.type, "lost");
    },
  },
  "failed for a violation": {
    serve: async (conn) => {
      await accept(conn);
      await conn.write(Uint8Array.of(0xff, 0));
      await drain(conn);
    },
    live: async (socket) => {
      await socket.next("open");
      assertEquals((await socket.next("end")).failure?.type, "protocol");
    },
  },
  "terminated while connecting": {
    serve: drain,
    live: (socket) => socket.terminate(),
  },
  "terminated some turns later": {
    serve: accept,
    live: async (socket) => {
      const turns = Math.floor(Math.random() * 8);
      for (let turn = 0; turn < turns; turn += 1) {
        await nextTurn();
      }
      socket.terminate();
    },
  },
  "closed while connecting": {
    serve: drain,
    live: async (socket) => {
      socket.do(() => socket.transport.close(1000, ""));
      assertEquals((await socket.next("end")).failure?.type, "connect");
    },
  },
  "terminated while open, and while a write hangs": {
    serve: async (conn) => {
      await accept(conn);
      await conn.write(Uint8Array.of(0x89, 0));
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    live: async (socket) => {
      await socket.next("open");
      const data = "x".repeat(1 << 16);
      socket.do(() => {
        // One that the server has cut takes all and keeps nothing.
        while (socket.transport.isOpen && socket.transport.send(data));
      });
      await nextTurn();
      socket.terminate();
    },
  },
};

/** Ways to a server; `Deno.connectTls` is there for client certificates only. */
const WAYS: Readonly<Record<string, NetworkConfig | undefined>> = {
  "ws": undefined,
  "wss": { tls: { caCerts: [AUTHORITY] } },
  "wss with a client certificate": {
    tls: { caCerts: [AUTHORITY], ...CLIENT },
  },
};

for (const [way, network] of Object.entries(WAYS)) {
  for (const [what, fate] of Object.entries(FATES)) {
    test(`${what} (${way})`, async () => {
      await using server = startServer(network, fate.serve);
      return await live(fate, server.target);
    });
  }
  test(`that nobody takes (${way})`, async () => {
    const scheme = network === undefined ? "ws" : "wss";
    const url = `${scheme}://127.0.0.1:${findUnusedPort()}`;
    return await live(
      { serve: drain, live: endsWith("connect") },
      targetOf(url, network),
    );
  });
}

const ANSWERS = { refuses: "HTTP/1.1 407 No\r\n\r\n", "hangs up": "" };

for (const [what, answer] of Object.entries(ANSWERS)) {
  test(`whose proxy ${what}`, async () => {
    using proxy = startConnectProxy({ answer });
    const network = { proxy: `http://127.0.0.1:${proxy.port}` };
    return await live(
      { serve: drain, live: endsWith("connect") },
      targetOf("ws://a.example", network),
    );
  });
}

for (const scheme of ["ws", "wss"]) {
  test(`terminated while the proxy is silent (${scheme})`, async () => {
    const asked = new Arrivals();
    await using proxy = startServer(undefined, asked.serve);
    const network = { proxy: proxy.target.url.replace("ws:", "http:") };
    return await live(
      { serve: drain, live: terminatedOnceIn(asked) },
      (index) => targetOf(`${scheme}://h${index}.example`, network),
    );
  });
}

for (
  const what of [
    "opened and closed by us",
    "cut while open",
    "terminated some turns later",
    "terminated while open, and while a write hangs",
  ]
) {
  test(`${what} (wss through a tunnel)`, async () => {
    const fate = FATES[what]!;
    await using server = startServer(WAYS.wss, fate.serve);
    using proxy = startConnectProxy();
    const network = {
      ...WAYS.wss,
      proxy: `http://127.0.0.1:${proxy.port}`,
    };
    const transports = await live(fate, targetOf(server.target.url, network));
    assertEquals(proxy.requests.length > CONNECTIONS / 4, true);
    return transports;
  });
}

// Deno 2.9 gives up a handshake of TLS only when its peer ends the connection, so
// the server hangs up before there are too many.
test("terminated during TLS (wss through a tunnel)", async () => {
  const greeted = new Arrivals();
  await using server = startServer(undefined, greeted.serveForAMoment);
  using proxy = startConnectProxy();
  const network = { proxy: `http://127.0.0.1:${proxy.port}` };
  const { port } = new URL(server.target.url);
  return await live(
    { serve: drain, live: terminatedOnceIn(greeted) },
    (index) => targetOf(`wss://h${index}.example:${port}`, network),
  );
});

// `Deno.connectTls`, for client certificates, cannot be aborted before TCP is there.
for (const scheme of ["ws", "wss"]) {
  test(`given up while nobody answers (${scheme})`, async () => {
    await using silence = await findSilence();
    return await live({
      serve: drain,
      live: async (socket) => {
        const turns = Math.floor(Math.random() * 8);
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        if (turns % 2 === 0) return socket.terminate();
        socket.do(() => socket.transport.close(1000, ""));
        assertEquals((await socket.next("end")).failure?.type, "connect");
      },
    }, { url: `${scheme}://${silence.hostname}:${silence.port}` });
  });
}

/**
 * Registers a test of connections.
 *
 * @param run Gives weak references to their transports.
 */
function test(
  what: string,
  run: () => Promise<readonly WeakRef<Transport>[]>,
): void {
  Deno.test(
    `tcpTransport leaves nothing of ${CONNECTIONS} connections ${what}`,
    { ignore: Deno.build.os !== "linux" },
    async () => {
      const before = descriptors();
      const transports = await run();
      assertEquals(transports.length, CONNECTIONS);
      await until(() => {
        const now = descriptors();
        return now.sockets <= before.sockets && now.all <= before.all;
      });
      await until(() => {
        collectGarbage();
        return transports.every((each) => each.deref() === undefined);
      });
    },
  );
}

function endsWith(type: Failure["type"]): Fate["live"] {
  return async (socket) => {
    assertEquals((await socket.next("end")).failure?.type, type);
  };
}

/** Terminates a connection whose host's name has come to a server that is silent. */
function terminatedOnceIn(arrivals: Arrivals): Fate["live"] {
  return async (socket, { url }) => {
    const ended = socket.next("end");
    await Promise.race([
      arrivals.of(new URL(url).hostname),
      ended.then(({ failure }) => {
        throw new Error(`It ended by itself: ${JSON.stringify(failure)}`);
      }),
    ]);
    socket.terminate();
  };
}

async function live(
  fate: Fate,
  where: Place | ((index: number) => Place),
): Promise<readonly WeakRef<Transport>[]> {
  const transports: WeakRef<Transport>[] = [];
  const lane = async () => {
    while (transports.length < CONNECTIONS) {
      const place = typeof where === "function"
        ? where(transports.length)
        : where;
      const socket = new Recorder(tcpTransport, place.url, place);
      transports.push(new WeakRef(socket.transport));
      await fate.live(socket, place);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return transports;
}

function targetOf(url: string, network: NetworkConfig | undefined) {
  return { url, ...network !== undefined && { network } };
}

function startServer(network: NetworkConfig | undefined, serve: Server) {
  const scheme = network === undefined ? "ws" : "wss";
  const place = { hostname: "127.0.0.1", port: 0 };
  const listener: Deno.Listener<Deno.Conn> = scheme === "ws"
    ? Deno.listen(place)
    : Deno.listenTls({ ...place, ...VALID });
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const conn of listener) {
      served.push(
        serve(conn).catch(() => {}).finally(() => conn[Symbol.dispose]()),
      );
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    target: targetOf(`${scheme}://localhost:${port}/`, network),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(served);
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** How many sockets and descriptors the process has open. */
function descriptors(): { readonly sockets: number; readonly all: number } {
  let sockets = 0;
  let all = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const link = Deno.readLinkSync(`/proc/self/fd/${name}`);
      all += 1;
      if (link.startsWith("socket:")) sockets += 1;
    } catch {
      // The directory itself was open while it was read.
    }
  }
  return { sockets, all };
}
