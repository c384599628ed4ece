import { assert, assertEquals, assertRejects } from "@std/assert";
import { Opening } from "../../../lib/transport/tcp/opening.ts";
import { OpeningError } from "../../../lib/transport/tcp/dial/tcp_failure.ts";
import type { TcpPeer } from "../../system/servers/tcp/tcp_peer.ts";
import { startTcpServer } from "../../system/servers/tcp/tcp_server.ts";
import { watchConnect } from "./watch_connect.ts";

function openingOf(url: string): Opening {
  return new Opening({ url, protocols: [], headers: {} });
}

Deno.test("Opening.run() connects, and performs the handshake", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
  });
  const { conn, acceptance } = await openingOf(server.url).run();
  assertEquals(acceptance.kind, "accepted");
  conn[Symbol.dispose]();
});

Deno.test("Opening.run() closes what a server has refused", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.readRequest();
    await peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  const error = await assertRejects(
    () => openingOf(server.url).run(),
    OpeningError,
  );
  assertEquals(error.failure.type, "handshake");
  await server.peers[0]!.ended;
});

Deno.test("Opening() throws for what it cannot send", () => {
  const wrong = [
    { url: "nonsense" },
    { protocols: ["a b"] },
    { headers: { "x": "a\r\nb" } },
  ];
  for (const part of wrong) {
    const target = { url: "ws://a.example", protocols: [], headers: {} };
    let thrown: unknown;
    try {
      new Opening({ ...target, ...part });
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof TypeError);
  }
});

Deno.test("Opening.abort() rejects, and closes what is open", async () => {
  const accepted = Promise.withResolvers<TcpPeer>();
  await using server = await startTcpServer((peer) => accepted.resolve(peer));
  const opening = openingOf(server.url);
  const running = opening.run();
  const peer = await accepted.promise;
  opening.abort();
  await assertRejects(() => running, OpeningError);
  await peer.ended;
});

Deno.test("Opening.abort() rejects while what compresses is loaded", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept({
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
    });
  });
  const opening = new Opening({
    url: server.url,
    protocols: [],
    headers: {},
    network: {
      compression: {
        clientNoContextTakeover: false,
        serverNoContextTakeover: false,
        clientMaxWindowBits: 15,
        threshold: 0,
      },
    },
  });
  using _watch = watchConnect({
    connected(conn) {
      const { read } = conn;
      conn.read = async (buffer) => {
        const count = await read.call(conn, buffer);
        queueMicrotask(() => opening.abort());
        return count;
      };
    },
  });
  await assertRejects(() => opening.run(), OpeningError);
});
