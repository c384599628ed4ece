/**
 * The demo's server, in a thread of its own: echoes what it gets, pings each
 * second, drops a client that misses a pong, and draws what it sees.
 *
 * @module
 */

import { type WebSocket, WebSocketServer } from "ws";
import { type Client, CLIENTS, type Slot, Timeline } from "./timeline.ts";

/** From the demo to its server. */
export type Order =
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

/** What the server saw of one client. */
export interface Sighting {
  /** How often a connection of it ended. */
  readonly disconnects: number;
  /** The longest time without a frame while gaps were measured, in milliseconds. */
  readonly longestGap: number;
}

/** From the server to the demo. */
export type Report =
  | { readonly type: "listening"; readonly port: number }
  | {
    readonly type: "report";
    readonly seen: Readonly<Record<Client, Sighting>>;
  };

const PING_INTERVAL = 1_000;
const SLOT = 400;

interface Watch {
  socket: WebSocket | undefined;
  answered: "yes" | "no";
  lastFrameAt: number;
  frames: number;
  disconnects: number;
  longestGap: number;
}

const watches: Record<Client, Watch> = {
  plain: newWatch(),
  holdfast: newWatch(),
};
let timeline: Timeline | undefined;
let server: WebSocketServer | undefined;
let measure: "gaps" | "nothing" = "nothing";
let port = 0;

/** Where reports go: the port that the demo's first message brings. */
const desk = Promise.withResolvers<MessagePort>();
globalThis.addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const port = event.ports[0];
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<Order>) => obey(data);
  desk.resolve(port);
});
setInterval(pingAll, PING_INTERVAL);
setInterval(draw, SLOT);
listen();

function obey(order: Order): void {
  switch (order.type) {
    case "draw":
      timeline = new Timeline({ ...order, write: print });
      return;
    case "phase":
      timeline?.begin(order.text);
      measureFromNow(order.measure);
      return;
    case "die":
      for (const client of CLIENTS) watches[client].socket?.terminate();
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
      tell({ type: "listening", port });
    }
  });
  listening.on("connection", (socket, request) => {
    const client = CLIENTS.find((name) => request.url === `/${name}`);
    if (client !== undefined) watchOver(watches[client], socket);
  });
  server = listening;
}

function watchOver(watch: Watch, socket: WebSocket): void {
  watch.socket = socket;
  watch.answered = "yes";
  watch.lastFrameAt = performance.now();
  const seen = () => noteFrame(watch);
  socket.on("ping", seen);
  socket.on("pong", () => watch.answered = "yes");
  socket.on("message", (data, isBinary) => {
    seen();
    socket.send(data, { binary: isBinary });
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    watch.socket = undefined;
    watch.disconnects += 1;
  });
}

function noteFrame(watch: Watch): void {
  const now = performance.now();
  if (measure === "gaps") {
    watch.longestGap = Math.max(watch.longestGap, now - watch.lastFrameAt);
  }
  watch.lastFrameAt = now;
  watch.frames += 1;
}

/** A client that is silent when a phase ends has its gap until then counted. */
function measureFromNow(next: "gaps" | "nothing"): void {
  const now = performance.now();
  for (const client of CLIENTS) {
    const watch = watches[client];
    if (measure === "gaps") {
      watch.longestGap = Math.max(watch.longestGap, now - watch.lastFrameAt);
    } else watch.lastFrameAt = now;
  }
  measure = next;
}

function pingAll(): void {
  for (const client of CLIENTS) {
    const watch = watches[client];
    if (watch.answered === "no") watch.socket?.terminate();
    watch.answered = "no";
    watch.socket?.ping();
  }
}

function draw(): void {
  timeline?.add({
    plain: slotOf(watches.plain),
    holdfast: slotOf(watches.holdfast),
  });
}

function slotOf(watch: Watch): Slot {
  const { frames } = watch;
  watch.frames = 0;
  if (frames > 0) return "alive";
  if (watch.socket !== undefined) return "silent";
  return server === undefined ? "away" : "gone";
}

function report(): void {
  const { plain, holdfast } = watches;
  tell({
    type: "report",
    seen: { plain: sighting(plain), holdfast: sighting(holdfast) },
  });
}

function sighting({ disconnects, longestGap }: Watch): Sighting {
  return { disconnects, longestGap };
}

function newWatch(): Watch {
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

function tell(report: Report): void {
  desk.promise.then((port) => port.postMessage(report));
}
