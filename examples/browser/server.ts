/**
 * The server of the page: its files, the faults of the WebSocket server, and what
 * the WebSocket server observes, as server-sent events.
 *
 * @module
 */

import { delay } from "@std/async";
import { bundle, type Bundles } from "./bundle.ts";
import { FaultProxy } from "./fault_proxy.ts";
import {
  type Client,
  CLIENTS,
  FAULT_DURATION,
  FLOOD,
  PING,
  PONG,
  SLOT,
} from "./protocol.ts";
import { Observations } from "./observations.ts";
import { PageSessions } from "./sessions.ts";

/** The page, served. */
export interface Page extends AsyncDisposable {
  /** The URL of the page. */
  readonly url: string;
  /** The observations of each visitor's clients, by the visitor's id. */
  readonly visitors: ReadonlyMap<string, Observations>;
}

/** Bundles the page and serves it on loopback. */
export async function servePage(port: number): Promise<Page> {
  const bundles = await bundle(
    new URL("./page.js", import.meta.url),
    new URL("../../worker.ts", import.meta.url),
  );
  const visitors = new Map<string, Observations>();
  const ending = new AbortController();
  const sessions = await PageSessions.start(visitors);
  const sockets = serveSockets(visitors, sessions);
  const proxy = new FaultProxy(sockets.addr.port);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    (request) =>
      answer(request, { bundles, visitors, sessions, proxy, ending }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    visitors,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await proxy[Symbol.asyncDispose]();
      await sessions[Symbol.asyncDispose]();
      await Promise.all([server.shutdown(), sockets.shutdown()]);
    },
  };
}

function serveSockets(
  visitors: ReadonlyMap<string, Observations>,
  sessions: PageSessions,
): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  return Deno.serve(options, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const client = CLIENTS.find((name) => pathname === `/${name}`);
    const observations = visitors.get(searchParams.get("visitor") ?? "");
    if (client === undefined || observations === undefined) return NOT_FOUND();
    if (PageSessions.isWanted(request)) {
      return sessions.accept(request, observations);
    }
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: 0,
    });
    observe(socket, client, observations);
    return response;
  });
}

function observe(
  socket: WebSocket,
  client: Client,
  observations: Observations,
): void {
  const reached = {
    send: (message: string) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
  };
  socket.onopen = () => observations.opened(client, reached, performance.now());
  socket.onclose = () => observations.closed(client, reached);
  socket.onerror = () => observations.closed(client, reached);
  socket.onmessage = ({ data }) => {
    observations.received(client, performance.now());
    reached.send(data === PING ? PONG : data);
  };
}

interface Context {
  readonly bundles: Bundles;
  readonly visitors: Map<string, Observations>;
  readonly sessions: PageSessions;
  readonly proxy: FaultProxy;
  readonly ending: AbortController;
}

async function answer(request: Request, context: Context): Promise<Response> {
  const { pathname, searchParams, hostname } = new URL(request.url);
  const { method } = request;
  const visitor = searchParams.get("visitor") ?? "";
  if (method === "POST") return act(pathname, visitor, context);
  if (pathname === "/") return await sendPage(hostname, context);
  if (pathname === "/seen" && visitor !== "") return report(visitor, context);
  if (pathname === "/style.css") return await sendStyle();
  return sendBundle(pathname.slice(1), context.bundles);
}

function act(action: string, visitor: string, context: Context): Response {
  const { proxy, visitors, ending: { signal } } = context;
  switch (action) {
    case "/kill":
      kill(context);
      return DONE();
    case "/drop":
      proxy.drop(FAULT_DURATION, signal).catch(() => {});
      return DONE();
    case "/flood":
      flooding = flooding.then(() => flood(visitors.get(visitor), signal));
      return DONE();
  }
  return NOT_FOUND();
}

/** In turns, so that heartbeats are answered in between. */
async function flood(
  observations: Observations | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (let number = 1; number <= FLOOD; number += 1) {
    if (signal.aborted) return;
    observations?.send(`${number} ${FILLING}`);
    if (number % TURN === 0) await delay(0);
  }
}

/** All connections break, and what is started again has only its file. */
function kill({ proxy, sessions, ending: { signal } }: Context): void {
  if (proxy.health !== "up") return;
  proxy.kill(FAULT_DURATION, signal).catch(() => {});
  sessions.restart();
}

async function sendPage(host: string, { proxy }: Context): Promise<Response> {
  const address = `ws://${host}:${proxy.port}`;
  const page = await Deno.readTextFile(new URL("index.html", import.meta.url));
  return new Response(page.replace("{{address}}", address), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${address}`,
    },
  });
}

async function sendStyle(): Promise<Response> {
  const style = await Deno.readFile(new URL("style.css", import.meta.url));
  return new Response(style, { headers: { "content-type": "text/css" } });
}

function sendBundle(name: string, bundles: Bundles): Response {
  const file = bundles.get(name);
  if (file === undefined) return NOT_FOUND();
  const type = name.endsWith(".css") ? "text/css" : "text/javascript";
  return new Response(file, { headers: { "content-type": type } });
}

/** Sends the observations of a visitor until the visitor leaves. */
function report(visitor: string, context: Context): Response {
  const { visitors, proxy, ending } = context;
  const observations = visitors.get(visitor) ?? new Observations();
  visitors.set(visitor, observations);
  const leaving = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(ENCODER.encode(text));
      send("retry: 500\n\n");
      const timer = setInterval(() => {
        const sample = observations.take(performance.now(), proxy.health);
        send(`data: ${JSON.stringify(sample)}\n\n`);
      }, SLOT);
      leaving.signal.addEventListener("abort", () => clearInterval(timer));
      ending.signal.addEventListener("abort", () => {
        leaving.abort();
        controller.close();
      }, { signal: leaving.signal });
    },
    cancel: () => leaving.abort(),
  });
  const headers = { "content-type": "text/event-stream" };
  return new Response(body, { headers });
}

const ENCODER = new TextEncoder();
const FILLING = "x".repeat(94);
/** So many messages of a flood go out before it is the turn of others. */
const TURN = 500;
/** One flood after the other. */
let flooding = Promise.resolve();
const DONE = () => new Response(null, { status: 204 });
const NOT_FOUND = () => new Response("Not found", { status: 404 });
