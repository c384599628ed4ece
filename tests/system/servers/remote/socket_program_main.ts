/**
 * The program behind `SocketProgram`.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";
import { RemoteHost } from "./remote_host.ts";
import {
  type FiredEvent,
  instant,
  type SocketCommand,
  type SocketReport,
  type SocketsReport,
} from "./socket_program.ts";

const host = new RemoteHost<SocketCommand, SocketsReport>(obey);
const sockets = new Map<string, ReconnectingWebSocket>();
const logs = new Map<string, FiredEvent[]>();

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
    [name, reportOf(socket, logs.get(name) ?? [])] as const
  );
  return Promise.resolve({ sockets: Object.fromEntries(reports) });
}

function open(
  { name, url, options }: Extract<SocketCommand, { type: "open" }>,
): void {
  const socket = new ReconnectingWebSocket(url, [], options);
  const events: FiredEvent[] = [];
  const record = (event: Omit<FiredEvent, "at">) => {
    events.push({ at: instant(), ...event });
    host.noticeChange();
  };
  sockets.set(name, socket);
  logs.set(name, events);
  socket.addEventListener("open", () => record({ type: "open" }));
  socket.addEventListener("heartbeat", () => record({ type: "heartbeat" }));
  socket.addEventListener("message", ({ data }) => {
    record({ type: "message", text: textOf(data) });
  });
  socket.addEventListener("disconnect", ({ closeCode, error, delay }) => {
    record({
      type: "disconnect",
      closeCode,
      delay,
      ...error && { error: error.name, text: error.message },
    });
  });
  socket.addEventListener("close", ({ code }) => {
    record({ type: "close", closeCode: code });
  });
}

function textOf(data: unknown): string {
  return typeof data === "string" ? data.slice(0, 100) : "binary";
}

function reportOf(
  socket: ReconnectingWebSocket,
  events: readonly FiredEvent[],
): SocketReport {
  return {
    status: socket.status.kind,
    longestGap: socket.metrics().longestHeartbeatGap,
    events,
  };
}

/** A thread that waits is as blocked as one that computes, and leaves the CPU to others. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
