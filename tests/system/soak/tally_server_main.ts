/**
 * The program behind `startTallyServer`.
 *
 * @module
 */

import { Socket } from "node:net";
// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type Arrival, startBareServer } from "../servers/bare_server.ts";
import { RemoteHost } from "../servers/remote/remote_host.ts";
import type { ConnectionTally } from "./tally.ts";
import type { TallyCommand, TallyReport } from "./tally_server.ts";

type Counts = {
  -readonly [Key in keyof ConnectionTally]: ConnectionTally[Key];
};

interface Lane {
  open: number;
  readonly connections: Counts[];
}

const host = new RemoteHost<TallyCommand, TallyReport>(obey);
const lanes = new Map<string, Lane>();
let port = 0;

async function obey(command: TallyCommand): Promise<TallyReport> {
  switch (command.type) {
    case "start":
      port = await startBareServer({ serve });
      return { port, open: 0, connections: [] };
    case "report":
      return { port, ...laneOf(command.lane) };
  }
}

function laneOf(name: string): Lane {
  const lane = lanes.get(name) ?? { open: 0, connections: [] };
  lanes.set(name, lane);
  return lane;
}

function serve({ path, socket, stream }: Arrival): void {
  const lane = laneOf(path);
  const counts: Counts = {
    id: lane.connections.length + 1,
    first: 0,
    last: 0,
    received: 0,
    skipped: 0,
    disordered: 0,
    sent: 0,
  };
  lane.connections.push(counts);
  lane.open += 1;
  socket.on("error", () => {});
  socket.on("close", () => {
    lane.open -= 1;
    host.noticeChange();
  });
  socket.on("message", (data) => {
    const [number, wish, ...rest] = `${data}`.split(" ", 4);
    count(counts, Number(number));
    answer(socket, counts);
    if (wish === "flood") flood(socket, rest.map(Number));
    if (wish === "close") socket.close(1012, "As you wish");
    if (wish === "drop" && stream instanceof Socket) stream.resetAndDestroy();
  });
  answer(socket, counts);
}

function count(counts: Counts, number: number): void {
  if (counts.first === 0) counts.first = number;
  else if (number <= counts.last) counts.disordered += 1;
  else counts.skipped += number - counts.last - 1;
  counts.last = Math.max(counts.last, number);
  counts.received += 1;
}

/** Sends numbered binary messages, as fast as they are taken. */
function flood(socket: WebSocket, [messages = 0, size = 4]: number[]): void {
  let sent = 0;
  const next = () => {
    if (sent >= messages || socket.readyState !== WebSocket.OPEN) return;
    sent += 1;
    const message = new Uint8Array(size);
    new Uint32Array(message.buffer, 0, 1)[0] = sent;
    socket.send(message, next);
  };
  for (let ahead = 0; ahead < 64; ahead += 1) next();
}

/** The connection, the number of this message in it, and the last one that came. */
function answer(socket: WebSocket, counts: Counts): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  counts.sent += 1;
  socket.send(`${counts.id} ${counts.sent} ${counts.last} ${"y".repeat(80)}`);
}
