/**
 * What tests of the servers themselves do with the platform's own WebSocket.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";

type Events = WebSocketEventMap;

/** Waits for the next event of a type. */
export function next<Type extends keyof Events>(
  socket: WebSocket,
  type: Type,
): Promise<Events[Type]> {
  return new Promise((resolve) =>
    socket.addEventListener(type, resolve, { once: true })
  );
}

/** Connects; rejects with the error event of a connection that is refused. */
export async function open(
  url: string,
  protocols?: string[],
): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  // Refused connections are seen by the `open` that never comes.
  const failed = next(socket, "error").then((event) => {
    if (socket.readyState !== WebSocket.OPEN) throw event;
  });
  failed.catch(() => {});
  await Promise.race([next(socket, "open"), failed]);
  return socket;
}

/** Sends something, and waits for the next message. */
export async function ask(
  socket: WebSocket,
  data: string | Uint8Array<ArrayBuffer>,
): Promise<unknown> {
  const answer = next(socket, "message");
  socket.send(data);
  return (await answer).data;
}

/** Closes, and waits for the other side. */
export async function close(socket: WebSocket): Promise<void> {
  const closed = next(socket, "close");
  socket.close(1000);
  await closed;
}

/** Asserts that a connection was closed so, by both sides. */
export function assertEndsWith(
  event: CloseEvent,
  code: number,
  reason: string,
): void {
  const { wasClean } = event;
  assertEquals(
    { code: event.code, reason: event.reason, wasClean },
    { code, reason, wasClean: true },
  );
}

/** Asserts that nobody listens at a port. */
export async function assertRefused(port: number): Promise<void> {
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
}

/** A handshake's request, with more fields if wanted. */
export function upgradeRequest(fields: readonly string[] = []): string {
  return [
    "GET / HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...fields,
    "\r\n",
  ].join("\r\n");
}

/** Sends a handshake's request, and gives the beginning of the answer. */
export async function fetchUpgrade(
  port: number,
  fields: readonly string[] = [],
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(upgradeRequest(fields)));
  return await read(connection) ?? "";
}

/** The next bytes as text; nothing at the end. */
export async function read(connection: Deno.Conn): Promise<string | undefined> {
  const bytes = new Uint8Array(65_536);
  const size = await connection.read(bytes);
  if (size === null) return undefined;
  return new TextDecoder("latin1").decode(bytes.subarray(0, size));
}
