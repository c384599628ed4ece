/**
 * The page's server: the files, what can be done to the WebSocket server, and
 * what that one sees, as server-sent events.
 *
 * @module
 */

import { bundle, type Bundles } from "./bundle.ts";
import { Gate } from "./gate.ts";
import {
  type Client,
  CLIENTS,
  FLOOD,
  PAUSE,
  PING,
  PONG,
  SLOT,
} from "./seen.ts";
import { Sightings } from "./sightings.ts";

/** The page, served. */
export interface Page extends AsyncDisposable {
  /** Where to look at it. */
  readonly url: string;
  /** What was seen of each visitor, by the visitor's id. */
  readonly visitors: ReadonlyMap<string, Sightings>;
}

/** Bundles the page and serves it on loopback. */
export async function servePage(port: number): Promise<Page> {
  const bundles = await bundle(
    new URL("./page.js", import.meta.url),
    new URL("../../worker.ts", import.meta.url),
  );
  const visitors = new Map<string, Sightings>();
  const ending = new AbortController();
  const sockets = serveSockets(visitors);
  const gate = new Gate(sockets.addr.port);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    (request) => answer(request, { bundles, visitors, gate, ending }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    visitors,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await gate[Symbol.asyncDispose]();
      await Promise.all([server.shutdown(), sockets.shutdown()]);
    },
  };
}

function serveSockets(
  visitors: ReadonlyMap<string, Sightings>,
): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  return Deno.serve(options, (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const client = CLIENTS.find((name) => pathname === `/${name}`);
    const seen = visitors.get(searchParams.get("visitor") ?? "");
    if (client === undefined || seen === undefined) return NOT_FOUND();
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: 0,
    });
    watch(socket, client, seen);
    return response;
  });
}

function watch(socket: WebSocket, client: Client, seen: Sightings): void {
  socket.onopen = () => seen.opened(client, socket, performance.now());
  socket.onclose = () => seen.closed(client, socket);
  socket.onerror = () => seen.closed(client, socket);
  socket.onmessage = ({ data }) => {
    seen.heard(client, performance.now());
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(data === PING ? PONG : data);
    }
  };
}

interface Context {
  readonly bundles: Bundles;
  readonly visitors: Map<string, Sightings>;
  readonly gate: Gate;
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
  const { gate, visitors, ending: { signal } } = context;
  switch (action) {
    case "/kill":
      gate.kill(PAUSE, signal).catch(() => {});
      return DONE();
    case "/drop":
      gate.drop(PAUSE, signal).catch(() => {});
      return DONE();
    case "/flood":
      for (let number = 1; number <= FLOOD; number += 1) {
        visitors.get(visitor)?.send(`${number} ${FILLING}`);
      }
      return DONE();
  }
  return NOT_FOUND();
}

async function sendPage(host: string, { gate }: Context): Promise<Response> {
  const address = `ws://${host}:${gate.port}`;
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

/** Tells what is seen of a visitor until the visitor leaves. */
function report(visitor: string, context: Context): Response {
  const { visitors, gate, ending } = context;
  const seen = visitors.get(visitor) ?? new Sightings();
  visitors.set(visitor, seen);
  const leaving = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const tell = (text: string) => controller.enqueue(ENCODER.encode(text));
      tell("retry: 500\n\n");
      const timer = setInterval(() => {
        const sample = seen.take(performance.now(), gate.health);
        tell(`data: ${JSON.stringify(sample)}\n\n`);
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
const DONE = () => new Response(null, { status: 204 });
const NOT_FOUND = () => new Response("Not found", { status: 404 });
