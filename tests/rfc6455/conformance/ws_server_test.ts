/**
 * The engine over TCP, with `ws` at the other end: handshake, compression,
 * messages of many sizes, pings and the end.
 */

import { createHash } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { assertEquals } from "@std/assert";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import {
  answerDeflateOffers,
  type DeflateOptions,
} from "../../../lib/rfc6455/handshake/deflate_negotiation.ts";
import { pakoCompression } from "../../../lib/transport/tcp/pako_codec.ts";
import {
  acceptInput,
  ClientHandshake,
} from "../../../lib/rfc6455/handshake/client_handshake.ts";
import { requestBytes } from "../../../lib/rfc6455/handshake/request.ts";
import {
  acceptanceBytes,
  ServerHandshake,
} from "../../../lib/rfc6455/handshake/server_handshake.ts";
import { Protocol } from "../../../lib/rfc6455/protocol.ts";
import { decodeText } from "../../../lib/rfc6455/text_decoder.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const SIZES = [0, 1, 125, 126, 1_000, 65_535, 65_536, 200_000];
const MESSAGES = SIZES.map((size) => "né".repeat(size).slice(0, size));

function acceptOf(key: string): string {
  return createHash("sha1").update(acceptInput(key)).digest("base64");
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** Opens a connection with the engine, and gives what came behind the response. */
async function open(conn: Deno.Conn, url: string, deflate?: DeflateOptions) {
  const protocols = ["echo"];
  const options = { url: new URL(url), key: KEY, protocols, deflate };
  await writeAll(conn, requestBytes(options));
  const handshake = new ClientHandshake({
    accept: acceptOf(KEY),
    protocols,
    deflate,
  });
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const size = await conn.read(buffer) ?? 0;
    const bytes = buffer.slice(0, size);
    const result = handshake.receive(bytes);
    if (result.kind === "accepted") {
      return { accepted: result, rest: bytes.subarray(result.end) };
    }
    assertEquals([result.kind, size > 0], ["incomplete", true]);
  }
}

for (const deflate of [undefined, {}, { clientMaxWindowBits: 9 }]) {
  Deno.test(`Protocol talks to a server of ws, ${JSON.stringify(deflate) ?? "plain"}`, async () => {
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      perMessageDeflate: { threshold: 0 },
      handleProtocols: () => "echo",
    });
    server.on("connection", (socket: WebSocket) => {
      socket.on(
        "message",
        (data: RawData, binary: boolean) => socket.send(data, { binary }),
      );
      socket.ping("newest");
    });
    await new Promise((resolve) => server.once("listening", resolve));
    const port = portOf(server);
    const received: string[] = [];
    const ends: unknown[] = [];
    {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      const url = `ws://127.0.0.1:${port}/`;
      const { accepted, rest } = await open(conn, url, deflate);
      assertEquals(accepted.protocol, "echo");
      const agreement = accepted.deflate;
      assertEquals(agreement === undefined, deflate === undefined);
      const protocol = new Protocol({
        role: "client",
        maxMessageSize: 1_000_000,
        nextKey: () => 0x12345678,
        deflate: agreement &&
          pakoCompression({ agreement, role: "client", threshold: 0 }),
        listener: {
          message: (_kind, bytes, start, end) => {
            received.push(decodeText(bytes, start, end));
            if (received.length === MESSAGES.length) protocol.sendClose(1000);
          },
          pong: () => {},
          close: (...end) => ends.push(end),
          fault: (fault) => ends.push(fault),
        },
      });
      for (const message of MESSAGES) protocol.sendText(message);
      protocol.receive(rest);
      const buffer = new Uint8Array(65_536);
      for (;;) {
        await writeAll(conn, protocol.takeOutput());
        const size = await conn.read(buffer);
        // RFC 6455, 7.1.1: the server ends TCP first.
        if (size === null) break;
        protocol.receive(buffer.subarray(0, size));
      }
    }
    await new Promise((resolve) => server.close(resolve));
    assertEquals(received, MESSAGES);
    assertEquals(ends, [[1000, ""]]);
  });
}

/** A server on the engine that sends back what it gets. */
function echo(socket: Socket): void {
  const handshake = new ServerHandshake();
  let protocol: Protocol | undefined;
  const start = (bytes: Uint8Array) => {
    const request = handshake.receive(bytes);
    if (request.kind !== "request") return;
    const answer = answerDeflateOffers(request.extensions, {});
    protocol = new Protocol({
      role: "server",
      maxMessageSize: 1_000_000,
      deflate: answer &&
        pakoCompression({
          agreement: answer.agreement,
          role: "server",
          threshold: 100,
        }),
      listener: {
        message: (_kind, message, from, to) =>
          protocol?.sendText(decodeText(message, from, to)),
        pong() {},
        close() {},
        fault() {},
      },
    });
    socket.write(acceptanceBytes({
      accept: acceptOf(request.key),
      protocol: request.protocols[0],
      extensions: answer?.header,
    }));
    protocol.receive(bytes.subarray(request.end));
  };
  socket.on("data", (chunk) => {
    const bytes = Uint8Array.from(chunk as Uint8Array);
    if (protocol === undefined) start(bytes);
    else protocol.receive(bytes);
    if (protocol === undefined) return;
    socket.write(protocol.takeOutput());
    if (protocol.state === "closed") socket.end();
  });
}

for (const perMessageDeflate of [false, true]) {
  Deno.test(`Protocol talks to a client of ws, compression ${perMessageDeflate}`, async () => {
    const server = createServer(echo);
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve())
    );
    const socket = new WebSocket(
      `ws://127.0.0.1:${portOf(server)}/`,
      ["chat"],
      {
        perMessageDeflate,
      },
    );
    const received: string[] = [];
    const code = await new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => {
        for (const message of MESSAGES) socket.send(message);
      });
      socket.on("message", (data: RawData) => {
        received.push(data.toString());
        if (received.length === MESSAGES.length) socket.close(4000, "done");
      });
      socket.on("close", resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    assertEquals(received, MESSAGES);
    assertEquals([code, socket.protocol], [4000, "chat"]);
    assertEquals(socket.extensions !== "", perMessageDeflate);
  });
}
