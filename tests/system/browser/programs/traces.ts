/**
 * Runs in a page: does the same with Chromium's own `WebSocket` and with ours,
 * and writes down what listeners see.
 *
 * @module
 */

import {
  type BinaryFormat,
  ReconnectingWebSocket,
  WorkerHost,
  WorkerWebSocket,
} from "@holdfast/websocket";

/** Whose class does it. */
export type Class = "platform" | "ours";

/** What is done with a socket: to begin with, and in which event. */
export type Steps = Readonly<
  Partial<Record<"start" | "open" | "message" | "error" | "close", Step>>
>;

/** One thing to do. A listener does it each time. */
export type Step =
  | { readonly type: "close"; readonly code?: number; readonly reason?: string }
  | { readonly type: "send"; readonly payloads: readonly Payload[] }
  | { readonly type: "binaryType"; readonly format: BinaryFormat };

/** What is sent. */
export type Payload = "text" | "umlaut" | "empty" | "buffer" | "view" | "blob";

/** What is done where. */
export interface Scenario {
  readonly url: string;
  readonly protocols?: readonly string[];
  readonly steps: Steps;
}

const host = new WorkerHost({ url: "/worker.js" });

/** The class itself, with a worker that the test serves. */
const Ours = new Proxy(WorkerWebSocket, {
  construct: (target, args) =>
    Reflect.construct(
      target,
      args.length === 0 ? args : [args[0], args[1] ?? [], { worker: host }],
    ),
});

const CLASSES = { platform: WebSocket, ours: Ours };

/** What both are here, whatever the types of Node make of `EventTarget`. */
type Socket =
  & Pick<
    WebSocket,
    | "binaryType"
    | "bufferedAmount"
    | "close"
    | "extensions"
    | "protocol"
    | "readyState"
    | "send"
    | "url"
  >
  & EventTarget
  & {
    addEventListener(type: string, listener: (event: Event) => void): void;
  };

const PAYLOADS: Readonly<Record<Payload, () => string | ArrayBuffer | Blob>> = {
  text: () => "text",
  umlaut: () => "ü€😀\ud800",
  empty: () => "",
  buffer: () => new ArrayBuffer(5),
  view: () => new Uint8Array(7).subarray(2, 5).slice().buffer,
  blob: () => new Blob(["blob"]),
};

/** Does what a scenario says, and gives what was seen until the end. */
export function trace(kind: Class, scenario: Scenario): Promise<string[]> {
  const { url, protocols = [], steps } = scenario;
  const lines: string[] = [];
  const ended = Promise.withResolvers<string[]>();
  const socket: Socket = new CLASSES[kind](url, [...protocols]);
  const note = (text: string) =>
    lines.push(`${text} | ${socket.readyState} ${socket.bufferedAmount}`);
  const noteEvent = (event: Event) => {
    const text = describe(event, socket);
    // How much is buffered by then is a matter of speed.
    if (event.type === "message") lines.push(`${text} | ${socket.readyState}`);
    else note(text);
  };
  note(`made ${socket.binaryType} "${socket.protocol}" "${socket.extensions}"`);
  for (const type of ["open", "message", "error", "close"] as const) {
    socket.addEventListener(type, (event: Event) => {
      noteEvent(event);
      take(socket, steps[type], note);
      // Whatever comes after the end would still be written down.
      if (type === "close") setTimeout(() => ended.resolve(lines), 20);
    });
  }
  take(socket, steps.start, note);
  return ended.promise;
}

function take(
  socket: Socket,
  step: Step | undefined,
  note: (text: string) => void,
): void {
  switch (step?.type) {
    case "close":
      if (step.code === undefined) socket.close();
      else socket.close(step.code, step.reason);
      return note("closed");
    case "send":
      for (const payload of step.payloads) {
        socket.send(PAYLOADS[payload]());
        note(`sent ${payload}`);
      }
      return;
    case "binaryType":
      socket.binaryType = step.format;
      return note("set");
  }
}

function describe(event: Event, socket: Socket): string {
  const { type, bubbles, cancelable, target, currentTarget } = event;
  const name = Object.prototype.toString.call(event);
  const where = `${target === socket} ${currentTarget === socket}`;
  const common = `${name} ${type} ${bubbles} ${cancelable} ${where}`;
  if (event instanceof CloseEvent) {
    const { code, reason, wasClean } = event;
    return `${common} ${code} "${reason}" ${wasClean}`;
  }
  if (event instanceof MessageEvent) {
    const { data, origin, lastEventId, source, ports } = event;
    return `${common} ${
      show(data)
    } ${origin} "${lastEventId}" ${source} ${ports.length}`;
  }
  return `${common} "${socket.protocol}" "${socket.extensions}" ${socket.url}`;
}

function show(data: unknown): string {
  if (data instanceof Blob) return `Blob ${data.size} "${data.type}"`;
  if (data instanceof ArrayBuffer) return `ArrayBuffer ${data.byteLength}`;
  return `${typeof data} ${JSON.stringify(data)}`;
}

/** Gives what wrong arguments throw, and what right ones lead to. */
export function tryArguments(kind: Class, url: string): string[] {
  const Socket = CLASSES[kind];
  const make = (...args: unknown[]) => Reflect.construct(Socket, args);
  const socket = new Socket(url);
  const call = (name: "close" | "send", ...args: unknown[]) => {
    const result: unknown = Reflect.apply(socket[name], socket, args);
    return result;
  };
  const attempts: Readonly<Record<string, () => unknown>> = {
    "no new": () => Reflect.apply(Socket, undefined, [url]),
    "no url": () => make(),
    "ftp": () => make("ftp://localhost"),
    "fragment": () => make(`${url}/#a`),
    "empty fragment": () => make(`${url}/#`),
    "not a url": () => make("ws://a b"),
    "port": () => make("ws://localhost:99999"),
    "empty protocol": () => make(url, ""),
    "protocol with space": () => make(url, "a b"),
    "protocol twice": () => make(url, ["a", "a"]),
    "symbol as url": () => make(Symbol()),
    "symbol as protocol": () => make(url, Symbol()),
    "relative": () => make("/path").url.replace(/\d+/g, "0"),
    "http": () => make("http://localhost:1/a b?c=d").url,
    "https upper case": () => make("HTTPS://EXAMPLE.invalid:443").url,
    "close 1001": () => call("close", 1001),
    "close 0": () => call("close", 0),
    "close 2999": () => call("close", 2999),
    "close 5000": () => call("close", 5000),
    "close NaN": () => call("close", NaN),
    "close 65536 + 1000": () => call("close", 66_536),
    "close symbol": () => call("close", Symbol()),
    "long reason": () => call("close", 1000, "x".repeat(124)),
    "long reason in bytes": () => call("close", 3000, "€".repeat(42)),
    "send early": () => call("send", "early"),
    "send nothing": () => call("send"),
    "send symbol": () => call("send", Symbol()),
    "binaryType": () => Reflect.set(socket, "binaryType", "text"),
    "binaryType left": () => socket.binaryType,
    "readyState fixed": () => Reflect.set(socket, "readyState", 3),
    "constant fixed": () => Reflect.set(Socket, "OPEN", 3),
    "constants": () => [
      Socket.CONNECTING,
      Socket.OPEN,
      Socket.CLOSING,
      Socket.CLOSED,
      socket.CONNECTING,
      socket.CLOSED,
    ],
    "handlers": () => [socket.onopen, socket.onclose],
    "handler of no use": () => {
      Reflect.set(socket, "onopen", 5);
      return socket.onopen;
    },
    "handler object": () => {
      Reflect.set(socket, "onopen", {});
      return typeof socket.onopen;
    },
    "close at last": () => [call("close", 3000, "bye"), socket.readyState],
    "close again": () => [call("close", 1000), socket.readyState],
    "send late": () => [call("send", "late"), socket.bufferedAmount],
  };
  return Object.entries(attempts).map(([name, attempt]) =>
    `${name}: ${outcome(attempt)}`
  );
}

function outcome(attempt: () => unknown): string {
  try {
    return JSON.stringify(attempt()) ?? "undefined";
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    return `${Object.prototype.toString.call(error)} ${name}`;
  }
}

/** Gives the error when the worker's script is at `workerUrl`. */
export async function failToOpen(workerUrl: string): Promise<string> {
  const worker = new WorkerHost({ url: workerUrl });
  const socket = new ReconnectingWebSocket("ws://localhost:1", [], { worker });
  const error: unknown = await socket.opened.catch((error: unknown) => error);
  socket.close();
  return `${error}`;
}

Object.assign(globalThis, { trace, tryArguments, failToOpen });
