/**
 * The server of the demo, in its own thread: it echoes messages, pings each second,
 * drops a client that misses a pong, and draws what it observes.
 *
 * @module
 */

import { type WebSocket, WebSocketServer } from "ws";
import { type Client, CLIENTS, type Slot, Timeline } from "./timeline.ts";

/** From the demo to its server. */
export type Command =
  | {
    readonly type: "draw";
    readonly style: "live" | "lines";
    readonly colours: "on" | "off";
  }
  | {
    readonly type: "phase";
    readonly text: string;
    readonly measure: "gaps" | "nothing";
  }
  | { readonly type: "die" }
  | { readonly type: "return" }
  | { readonly type: "report" }
  | { readonly type: "end" };

/** What the server observed of one client. */
export interface ClientReport {
  /** How many of its connections ended. */
  readonly disconnects: number;
  /** The longest time without a frame while gaps were measured, in milliseconds. */
  readonly longestGap: number;
}

/** From the server to the demo. */
export type Report =
  | { readonly type: "listening"; readonly port: number }
  | {
    readonly type: "report";
    readonly seen: Readonly<Record<Client, ClientReport>>;
  };

const PING_INTERVAL = 1_000;
const SLOT = 400;

interface ClientState {
  socket: WebSocket | undefined;
  answered: "yes" | "no";
  lastFrameAt: number;
  frames: number;
  disconnects: number;
  longestGap: number;
}

const clients: Record<Client, ClientState> = {
  plain: newClientState(),
  holdfast: newClientState(),
};
let timeline: Timeline | undefined;
let server: WebSocketServer | undefined;
let measure: "gaps" | "nothing" = "nothing";
let port = 0;

/** The port for reports, which comes with the first message of the demo. */
const reports = Promise.withResolvers<MessagePort>();
globalThis.addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const port = event.ports[0];
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<Command>) => handle(data);
  reports.resolve(port);
});
setInterval(pingAll, PING_INTERVAL);
setInterval(draw, SLOT);
listen();

function handle(command: Command): void {
  switch (command.type) {
    case "draw":
      timeline = new Timeline({ ...command, write: print });
      return;
    case "phase":
      timeline?.begin(command.text);
      measureFromNow(command.measure);
      return;
    case "die":
      for (const client of CLIENTS) clients[client].socket?.terminate();
      server?.close();
      server = undefined;
      return;
    case "return":
      listen();
      return;
    case "report":
      report();
      return;
    case "end":
      timeline?.end();
      timeline = undefined;
      return;
  }
}

function listen(): void {
  const listening = new WebSocketServer({ port, host: "127.0.0.1" });
  listening.on("listening", () => {
    const address = listening.address();
    if (port === 0 && address !== null && typeof address === "object") {
      port = address.port;
      post({ type: "listening", port });
    }
  });
  listening.on("connection", (socket, request) => {
    const client = CLIENTS.find((name) => request.url === `/${name}`);
    if (client !== undefined) observe(clients[client], socket);
  });
  server = listening;
}

function observe(state: ClientState, socket: WebSocket): void {
  state.socket = socket;
  state.answered = "yes";
  state.lastFrameAt = performance.now();
  const seen = () => noteFrame(state);
  socket.on("ping", seen);
  socket.on("pong", () => state.answered = "yes");
  socket.on("message", (data, isBinary) => {
    seen();
    socket.send(data, { binary: isBinary });
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    state.socket = undefined;
    state.disconnects += 1;
  });
}

function noteFrame(state: ClientState): void {
  const now = performance.now();
  if (measure === "gaps") {
    state.longestGap = Math.max(state.longestGap, now - state.lastFrameAt);
  }
  state.lastFrameAt = now;
  state.frames += 1;
}

/** When a phase ends, the present gap of each client counts too. */
function measureFromNow(next: "gaps" | "nothing"): void {
  const now = performance.now();
  for (const client of CLIENTS) {
    const state = clients[client];
    if (measure === "gaps") {
      state.longestGap = Math.max(state.longestGap, now - state.lastFrameAt);
    } else state.lastFrameAt = now;
  }
  measure = next;
}

function pingAll(): void {
  for (const client of CLIENTS) {
    const state = clients[client];
    if (state.answered === "no") state.socket?.terminate();
    state.answered = "no";
    state.socket?.ping();
  }
}

function draw(): void {
  timeline?.add({
    plain: slotOf(clients.plain),
    holdfast: slotOf(clients.holdfast),
  });
}

function slotOf(state: ClientState): Slot {
  const { frames } = state;
  state.frames = 0;
  if (frames > 0) return "alive";
  if (state.socket !== undefined) return "silent";
  return server === undefined ? "away" : "gone";
}

function report(): void {
  const { plain, holdfast } = clients;
  post({
    type: "report",
    seen: { plain: reportOn(plain), holdfast: reportOn(holdfast) },
  });
}

function reportOn({ disconnects, longestGap }: ClientState): ClientReport {
  return { disconnects, longestGap };
}

function newClientState(): ClientState {
  return {
    socket: undefined,
    answered: "yes",
    lastFrameAt: performance.now(),
    frames: 0,
    disconnects: 0,
    longestGap: 0,
  };
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function post(report: Report): void {
  reports.promise.then((port) => port.postMessage(report));
}
