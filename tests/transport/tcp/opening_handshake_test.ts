import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { OpeningError } from "../../../lib/transport/tcp/dial/tcp_failure.ts";
import {
  type Opened,
  OpeningHandshake,
} from "../../../lib/transport/tcp/opening_handshake.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { encodeFrame } from "../../system/servers/tcp/frames.ts";
import type { TcpPeer } from "../../system/servers/tcp/tcp_peer.ts";
import { startTcpServer } from "../../system/servers/tcp/tcp_server.ts";

/** Performs a handshake over a connection, which a failure closes. */
async function perform(url: string): Promise<Opened> {
  const handshake = new OpeningHandshake({ url, protocols: [], headers: {} });
  const { hostname, port } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  try {
    return await handshake.perform(conn);
  } catch (error) {
    conn[Symbol.dispose]();
    throw error;
  }
}

/** The failure of a handshake whose server does this. */
async function failureOf(
  script: (peer: TcpPeer) => Promise<void>,
): Promise<Failure> {
  await using server = await startTcpServer(async (peer) => {
    await peer.readRequest();
    await script(peer);
  });
  const error = await assertRejects(() => perform(server.url), OpeningError);
  return error.failure;
}

Deno.test("OpeningHandshake.perform() gives what came behind the answer", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept({ followedBy: encodeFrame("hello") });
  });
  const { conn, acceptance, rest, deflate } = await perform(server.url);
  assertEquals([acceptance.protocol, deflate], ["", undefined]);
  assertEquals([...rest], [...encodeFrame("hello")]);
  conn[Symbol.dispose]();
});

Deno.test("OpeningHandshake.perform() tells status, headers, Retry-After and the beginning of the body", async () => {
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

Deno.test("OpeningHandshake.perform() obeys a Retry-After that comes twice", async () => {
  const failure = await failureOf(async (peer) => {
    await peer.write(
      "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nRetry-After: 120\r\n" +
        "Content-Length: 0\r\n\r\n",
    );
  });
  assert(failure.type === "handshake");
  assertEquals(failure.retryAfter, 120_000);
});

Deno.test("OpeningHandshake.perform() does not wait for the rest of a refusal", async () => {
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

Deno.test("OpeningHandshake.perform() takes a body in pieces", async () => {
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

Deno.test("OpeningHandshake.perform() tells an end within the answer from a breach of the protocol", async () => {
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

/** Lets the event loop go round once. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
