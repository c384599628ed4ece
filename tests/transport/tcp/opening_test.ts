import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Opening } from "../../../lib/transport/tcp/opening.ts";
import { OpeningError } from "../../../lib/transport/tcp/dial/tcp_failure.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { encodeFrame } from "../../system/servers/frames.ts";
import type { TcpPeer } from "../../system/servers/tcp_peer.ts";
import { startTcpServer } from "../../system/servers/tcp_server.ts";
import { watchConnect } from "./watch_connect.ts";

function openingOf(url: string): Opening {
  return new Opening({ url, protocols: [], headers: {} });
}

/** The failure of an opening whose server does this. */
async function failureOf(
  script: (peer: TcpPeer) => Promise<void>,
): Promise<Failure> {
  await using server = await startTcpServer(async (peer) => {
    await peer.readRequest();
    await script(peer);
  });
  const error = await assertRejects(
    () => openingOf(server.url).run(),
    OpeningError,
  );
  return error.failure;
}

Deno.test("Opening.run() gives what came behind the answer", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept({ followedBy: encodeFrame("hello") });
  });
  const { conn, acceptance, rest, deflate } = await openingOf(server.url).run();
  assertEquals([acceptance.protocol, deflate], ["", undefined]);
  assertEquals([...rest], [...encodeFrame("hello")]);
  conn[Symbol.dispose]();
});

Deno.test("Opening.run() tells status, headers, Retry-After and the beginning of the body", async () => {
  const failure = await failureOf(async (peer) => {
    await peer.write(
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3\r\nX-Node: a\r\n" +
        "X-Node: b\r\nContent-Length: 27\r\n\r\n<h1>Back\nin <b>3 s</b></h1>",
    );
  });
  assertEquals(failure, {
    type: "handshake",
    status: 503,
    headers: {
      "retry-after": "3",
      "x-node": "a, b",
      "content-length": "27",
    },
    retryAfter: 3_000,
    detail: "503 Service Unavailable: Back in 3 s",
  });
});

Deno.test("Opening.run() does not wait for the rest of a refusal", async () => {
  for (const end of ["stays", "ends", "resets"] as const) {
    const failure = await failureOf(async (peer) => {
      await peer.write("HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n");
      await peer.write("half");
      if (end === "ends") peer.end();
      if (end === "resets") peer.reset();
    });
    assert(failure.type === "handshake");
    assertMatch(failure.detail, /^401 No/);
    if (end !== "resets") assertEquals(failure.detail, "401 No: half");
  }
});

Deno.test("Opening.run() takes a body in pieces", async () => {
  const failure = await failureOf(async (peer) => {
    await peer.write("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\na");
    await turn();
    await peer.write("b");
    await turn();
    await peer.write("cd");
  });
  assert(failure.type === "handshake");
  assertEquals(failure.detail, "404 Not Found: abcd");
});

Deno.test("Opening.run() tells an end within the answer from a breach of the protocol", async () => {
  const unknown = (detail: string): Failure => ({
    type: "connect",
    kind: "unknown",
    detail,
  });
  assertEquals(
    await failureOf((peer) => Promise.resolve(peer.end())),
    unknown("The connection ended without a response"),
  );
  assertEquals(
    await failureOf(async (peer) => {
      await peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgra");
      peer.end();
    }),
    unknown("The connection ended within the header fields of the response"),
  );
  const broken = (detail: string): Failure => ({
    type: "protocol",
    closeCode: 1002,
    detail,
  });
  assertEquals(
    await failureOf(async (peer) => {
      await peer.write("SSH-2");
      peer.end();
    }),
    broken(
      'The answer is not HTTP: it starts with "SSH-2", at byte 0 of the answer',
    ),
  );
  assertEquals(
    await failureOf(async (peer) => {
      await peer.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    }),
    broken('Upgrade is missing instead of "websocket" (RFC 6455, 4.1)'),
  );
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

/** Lets the event loop go round once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
