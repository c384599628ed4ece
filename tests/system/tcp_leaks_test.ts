/**
 * What connections leave behind: nothing, whatever becomes of them. The
 * sanitizers count operations and promises; sockets are counted by /proc.
 */

import { assertEquals } from "@std/assert";
import { tcpTransport } from "../../lib/transport/tcp/tcp_transport.ts";
import type { Target } from "../../lib/transport/transport.ts";
import { computeAccept } from "./servers/tcp_peer.ts";
import { findUnusedPort } from "./servers/unused_port.ts";
import { Recorder } from "../transport/recorder.ts";
import { AUTHORITY, VALID } from "../transport/tcp/certificates.ts";

/** Raise it by hand for a longer run, such as 10,000. */
const CONNECTIONS = 300;
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

/** What the server does, and what the client does then. */
interface Fate {
  readonly serve: Server;
  readonly live: (socket: Recorder) => Promise<unknown> | void;
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
        await new Promise((resolve) => setTimeout(resolve, 0));
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
      await new Promise((resolve) => setTimeout(resolve, 0));
      socket.terminate();
    },
  },
};

for (const scheme of ["ws", "wss"] as const) {
  for (const [what, fate] of Object.entries(FATES)) {
    Deno.test(
      `tcpTransport leaves nothing of ${CONNECTIONS} connections ${what} (${scheme})`,
      { ignore: Deno.build.os !== "linux" },
      async () => {
        const before = sockets();
        {
          await using server = startServer(scheme, fate.serve);
          await live(fate, server.target);
        }
        await gone(before);
      },
    );
  }
}

Deno.test("tcpTransport leaves nothing of connections that nobody takes", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const before = sockets();
  const url = `ws://127.0.0.1:${findUnusedPort()}`;
  const serve = () => Promise.resolve();
  await live({
    serve,
    live: async (socket) => {
      assertEquals((await socket.next("end")).failure?.type, "connect");
    },
  }, { url });
  await gone(before);
});

async function live(fate: Fate, target: Partial<Target> & { url: string }) {
  let left = CONNECTIONS;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await fate.live(new Recorder(tcpTransport, target.url, target));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function startServer(scheme: "ws" | "wss", serve: Server) {
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
    target: {
      url: `${scheme}://localhost:${port}/`,
      network: { tls: { caCerts: [AUTHORITY] } },
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(served);
    },
  };
}

/** Waits until the system has taken the last of them back. */
async function gone(before: number): Promise<void> {
  for (let turn = 0; sockets() > before && turn < 200; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(Math.max(sockets(), before), before);
}

/** How many sockets the process has open. */
function sockets(): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const link = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (link.startsWith("socket:")) count += 1;
    } catch {
      // The directory itself was open while it was read.
    }
  }
  return count;
}
