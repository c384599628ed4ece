/**
 * The program behind `SocketProgram`.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { RemoteHost } from "./remote_host.ts";
import {
  instant,
  type SocketCommand,
  type SocketReport,
  type SocketsReport,
  type Told,
} from "./socket_program.ts";

const host = new RemoteHost<SocketCommand, SocketsReport>(obey);
const sockets = new Map<string, ReconnectingWebSocket>();
const tales = new Map<string, Told[]>();

function obey(command: SocketCommand): Promise<SocketsReport> {
  switch (command.type) {
    case "open":
      open(command);
      break;
    case "send":
      sockets.get(command.name)?.send(command.text);
      break;
    case "block":
      block(command.milliseconds);
      break;
    case "report":
      break;
  }
  const reports = [...sockets].map(([name, socket]) =>
    [name, reportOf(socket, tales.get(name) ?? [])] as const
  );
  return Promise.resolve({ sockets: Object.fromEntries(reports) });
}

function open(
  { name, url, options }: Extract<SocketCommand, { type: "open" }>,
): void {
  const socket = new ReconnectingWebSocket(url, [], options);
  const told: Told[] = [];
  const tell = (event: Omit<Told, "at">) => {
    told.push({ at: instant(), ...event });
    host.noticeChange();
  };
  sockets.set(name, socket);
  tales.set(name, told);
  socket.addEventListener("open", () => tell({ type: "open" }));
  socket.addEventListener("heartbeat", () => tell({ type: "heartbeat" }));
  socket.addEventListener("message", ({ data }) => {
    tell({ type: "message", text: textOf(data) });
  });
  socket.addEventListener("disconnect", ({ closeCode, error, delay }) => {
    tell({
      type: "disconnect",
      closeCode,
      delay,
      ...error && { error: error.name, text: error.message },
    });
  });
  socket.addEventListener("close", ({ code }) => {
    tell({ type: "close", closeCode: code });
  });
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data.slice(0, 100) : "binary";
}

function reportOf(
  socket: ReconnectingWebSocket,
  told: readonly Told[],
): SocketReport {
  return {
    status: socket.status.kind,
    longestGap: socket.metrics().longestHeartbeatGap,
    told,
  };
}

/** A thread that waits is as blocked as one that computes, and leaves the CPU to others. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
