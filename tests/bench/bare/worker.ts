/**
 * The worker of the bare client. It loads nothing before its first connection is
 * open.
 *
 * @module
 */

import type { FromWorker, ToWorker } from "./protocol.ts";
import type { BareSocket } from "./socket.ts";

const HEAD_END = "\r\n\r\n";

const sockets = new Map<number, Promise<BareSocket>>();

addEventListener("message", (event) => {
  const message: ToWorker = Reflect.get(event, "data");
  const { id } = message;
  switch (message.type) {
    case "connect":
      sockets.set(id, connect(id, new URL(message.url)));
      return;
    case "send":
      sockets.get(id)?.then((socket) => socket.send(message.messages));
      return;
    case "taken":
      sockets.get(id)?.then((socket) => socket.taken());
      return;
    case "close":
      sockets.get(id)?.then((socket) => socket.close());
  }
});

async function connect(id: number, url: URL): Promise<BareSocket> {
  const { hostname, port, host, pathname } = url;
  const conn = await Deno.connect({ hostname, port: Number(port) });
  conn.setNoDelay();
  const request = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
  ].join("\r\n") + HEAD_END;
  await conn.write(new TextEncoder().encode(request));
  const rest = await readAnswer(conn);
  post({ type: "open", id }, []);
  const { BareSocket } = await import("./socket.ts");
  return new BareSocket(conn, rest, {
    batch: (items, transfer) => post({ type: "batch", id, items }, transfer),
    written: (size) => post({ type: "written", id, size }, []),
  });
}

/** Gives what came behind the answer. */
async function readAnswer(conn: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(1024);
  for (let length = 0;;) {
    length += await conn.read(buffer.subarray(length)) ?? 0;
    const text = new TextDecoder().decode(buffer.subarray(0, length));
    const end = text.indexOf(HEAD_END);
    if (end >= 0) return buffer.slice(end + HEAD_END.length, length);
  }
}

/** The types of a worker's scope need a reference that JSR bans. */
function post(message: FromWorker, transfer: readonly ArrayBuffer[]): void {
  Reflect.get(globalThis, "postMessage")(message, transfer);
}
