/**
 * The program behind `startNumberingServer`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
// @ts-types="@types/ws"
import { type RawData, WebSocket } from "ws";
import { type Arrival, startBareServer } from "../../servers/bare_server.ts";
import { RemoteHost } from "../../servers/remote/remote_host.ts";
import type { ServerConnection } from "../check/history.ts";
import {
  decodeRequest,
  type NumberingCommand,
  type NumberingReport,
} from "./numbering_server.ts";
import type { ServerFault } from "../schedule/schedule.ts";

/** One connection, as its lane remembers it. */
interface Connection {
  readonly id: number;
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly received: number[];
  sent: number;
  closedWith: number | undefined;
}

interface Lane {
  readonly open: Set<Connection>;
  readonly connections: Connection[];
}

/** The paths that a client asks for, unless they were corrupted. */
const LANE = /^\/[\w-]+\/\d+$/;

const host = new RemoteHost<NumberingCommand, NumberingReport>(obey);
const lanes = new Map<string, Lane>();
let port = 0;

async function obey(command: NumberingCommand): Promise<NumberingReport> {
  switch (command.type) {
    case "start":
      port = await startBareServer({ serve: meet, paths: LANE });
      return { port, open: 0, connections: [] };
    case "apply":
      for (const connection of laneOf(command.lane).open) {
        apply(connection, command.fault);
      }
      break;
    case "clear":
      for (const { socket } of laneOf(command.lane).open) socket.resume();
      break;
    case "report":
      break;
    case "history":
      return report(command.lane, remember(command.lane));
  }
  return report(command.lane, []);
}

function report(
  lane: string,
  connections: readonly ServerConnection[],
): NumberingReport {
  return { port, open: laneOf(lane).open.size, connections };
}

function remember(lane: string): readonly ServerConnection[] {
  const { connections } = laneOf(lane);
  lanes.delete(lane);
  return connections.map(({ id, received, sent, closedWith }) => ({
    id,
    received,
    sent,
    closedWith,
  }));
}

function laneOf(name: string): Lane {
  const lane = lanes.get(name) ?? { open: new Set(), connections: [] };
  lanes.set(name, lane);
  return lane;
}

function apply(connection: Connection, fault: ServerFault): void {
  const { socket, stream } = connection;
  switch (fault.type) {
    case "close":
      connection.closedWith ??= fault.closeCode;
      socket.close(fault.closeCode, "Chaos");
      return;
    case "drop":
      if (stream instanceof Socket) stream.resetAndDestroy();
      return;
    case "write":
      stream.write(Buffer.from(fault.bytes));
      return;
    case "stop-reading":
      socket.pause();
      return;
    case "flood":
      for (let count = 0; count < fault.messages; count += 1) {
        say(connection, 100);
      }
      return;
  }
}

function meet({ path, socket, stream }: Arrival): void {
  const lane = laneOf(path);
  const connection: Connection = {
    id: lane.connections.length + 1,
    socket,
    stream,
    received: [],
    sent: 0,
    closedWith: undefined,
  };
  lane.connections.push(connection);
  lane.open.add(connection);
  serve(connection, () => {
    lane.open.delete(connection);
    host.noticeChange();
  });
}

function serve(connection: Connection, ended: () => void): void {
  const { socket } = connection;
  let lastCode = 0;
  // `ws` closes by this very call when the client breaks a rule, then tells of it.
  socket.close = (code, reason) => {
    lastCode = code ?? 1005;
    WebSocket.prototype.close.call(socket, code, reason);
  };
  socket.on("error", () => connection.closedWith ??= lastCode);
  socket.on("message", (data) => hear(connection, textOf(data)));
  socket.on("close", ended);
  say(connection, 0);
}

function hear(connection: Connection, text: string): void {
  if (text === "ping") return connection.socket.send(text);
  const request = decodeRequest(text);
  if (request === undefined) return;
  connection.received.push(request.number);
  say(connection, request.size);
}

function say(connection: Connection, size: number): void {
  const { id, socket, received } = connection;
  if (socket.readyState !== WebSocket.OPEN) return;
  connection.sent += 1;
  const heard = received.at(-1) ?? 0;
  socket.send(`${id} ${connection.sent} ${heard} ${"x".repeat(size)}`);
}

/** `ws` hands out a `Buffer`, as its `binaryType` has not been changed. */
function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  throw new TypeError("Cannot read a message that is no Buffer");
}
