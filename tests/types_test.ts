/**
 * What must and what must not compile for those who use the package. The
 * compiler is the test: `deno check` fails where a line below is not true, or
 * where a `@ts-expect-error` has nothing to expect.
 */

import { assertEquals } from "@std/assert";
import { getLogger } from "@std/log";
import * as entryPoint from "../mod.ts";
import {
  AuthenticationError,
  type Backoff,
  backoffDelay,
  type BackoffOptions,
  type CloseInfo,
  ConnectError,
  DEFAULTS,
  describeClose,
  type DisconnectEvent,
  type DropEvent,
  type EndEvent,
  type FailureEvent,
  type Handler,
  HandshakeError,
  type HeartbeatEvent,
  type Hooks,
  type Logger,
  type MessageData,
  type OpenEvent,
  ProtocolError,
  ReconnectError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketEventMap,
  type ReconnectingWebSocketOptions,
  type Sendable,
  SocketError,
  type Status,
  type StatusChangeEvent,
  type TokenOptions,
  type UrlSource,
  WorkerHost,
  WorkerWebSocket,
  type WorkerWebSocketEventMap,
} from "../mod.ts";
import { dispatcher, type Schema } from "../lib/messages/mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Fails to compile unless its argument is `true`. */
type Is<T extends true> = T;

export type Facts = [
  Is<Same<ReconnectingWebSocketEventMap["open"], OpenEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["message"], MessageEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["disconnect"], DisconnectEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["error"], FailureEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["close"], EndEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["heartbeat"], HeartbeatEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["drop"], DropEvent>>,
  Is<Same<ReconnectingWebSocketEventMap["statuschange"], StatusChangeEvent>>,
  Is<
    Same<keyof WorkerWebSocketEventMap, "open" | "message" | "error" | "close">
  >,
  Is<Same<WorkerWebSocketEventMap["close"], CloseEvent>>,
  Is<Same<ReconnectingWebSocket["readyState"], 0 | 1 | 2 | 3>>,
  Is<Same<ReconnectingWebSocket["binaryType"], "arraybuffer" | "blob">>,
  Is<Same<ReconnectingWebSocket["latency"], number | undefined>>,
  Is<Same<ReconnectingWebSocket["status"], Status>>,
  Is<Same<ReconnectingWebSocket["closed"], Promise<CloseInfo>>>,
  Is<Same<ReconnectingWebSocket["readable"], ReadableStream<MessageData>>>,
  Is<Same<ReconnectingWebSocket["writable"], WritableStream<Sendable>>>,
  Is<Same<MessageData, string | ArrayBuffer | Blob>>,
  Is<
    Same<
      Status["kind"],
      "idle" | "connecting" | "open" | "waiting" | "closing" | "closed"
    >
  >,
  Is<Same<DropEvent["direction"], "outbound" | "inbound">>,
  Is<Same<EndEvent["why"], "requested" | "fatal" | "exhausted">>,
  Is<Same<SocketError["retryable"], boolean>>,
  Is<Same<HandshakeError["retryAfter"], number | undefined>>,
];

// Constructors

export function checkConstructors(url: UrlSource): void {
  new ReconnectingWebSocket("wss://example.com");
  new ReconnectingWebSocket(new URL("wss://example.com"), "chat");
  new ReconnectingWebSocket(() => "wss://example.com", ["a", "b"] as const);
  new ReconnectingWebSocket(() => Promise.resolve(new URL("wss://x.test")), []);
  new ReconnectingWebSocket(url, [], {});
  new WorkerWebSocket("wss://example.com", ["a"]);
  // @ts-expect-error: a URL is needed
  new ReconnectingWebSocket();
  // @ts-expect-error: options come third
  new ReconnectingWebSocket(url, { openTimeout: 1 });
  // @ts-expect-error: a provider gives a string or a URL
  new ReconnectingWebSocket(() => 1);
  // @ts-expect-error: the platform's class takes no function
  new WorkerWebSocket(() => "wss://example.com");
}

export function checkSendable(socket: ReconnectingWebSocket): void {
  socket.send(new Uint8Array(1));
  socket.send(new DataView(new ArrayBuffer(1)));
  // @ts-expect-error: no shared buffer
  socket.send(new SharedArrayBuffer(1));
  // @ts-expect-error: nor a view of one
  socket.send(new Uint8Array(new SharedArrayBuffer(1)));
}

// What libraries take that were written for the platform's class.
WorkerWebSocket satisfies new (
  url: string,
  protocols?: string | string[],
) => Pick<
  WebSocket,
  | "addEventListener"
  | "binaryType"
  | "bufferedAmount"
  | "close"
  | "dispatchEvent"
  | "extensions"
  | "protocol"
  | "readyState"
  | "removeEventListener"
  | "send"
  | "url"
>;
WorkerWebSocket satisfies {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
};

// Events and handlers

export function checkEvents(socket: ReconnectingWebSocket): void {
  socket.addEventListener("open", ({ reconnected, attempt }) => {
    reconnected satisfies boolean;
    attempt satisfies number;
  });
  socket.addEventListener("disconnect", function (event) {
    this satisfies ReconnectingWebSocket;
    event.delay satisfies number;
    event.error satisfies SocketError | undefined;
    event satisfies CloseInfo;
  });
  socket.addEventListener("error", ({ error }) => error satisfies SocketError);
  socket.addEventListener("close", ({ code, why }) => [
    code satisfies number,
    why satisfies "requested" | "fatal" | "exhausted",
  ]);
  socket.addEventListener("drop", { handleEvent: ({ bytes }) => bytes });
  socket.addEventListener("open", null);
  socket.addEventListener("of my own", (event) => event, { once: true });
  // @ts-expect-error: an open event has no code
  socket.addEventListener("open", ({ code }) => code);
  // @ts-expect-error: a heartbeat has a latency, not a delay
  socket.addEventListener("heartbeat", ({ delay }) => delay);
}

export function checkHandlers(socket: ReconnectingWebSocket): void {
  socket.onopen = null;
  socket.onopen = ({ reconnected }) => reconnected;
  socket.onmessage = ({ data }) => data;
  socket.ondisconnect = function (event) {
    this satisfies ReconnectingWebSocket;
    event.attempt satisfies number;
  };
  socket.onclose = (
    { code, reason, wasClean, why },
  ) => [code, reason, wasClean, why];
  socket.onopen satisfies Handler<ReconnectingWebSocket, OpenEvent>;
  // @ts-expect-error: a handler is a function or null
  socket.onopen = "open";
  // @ts-expect-error: undefined does not remove it
  socket.onopen = undefined;
  // @ts-expect-error: an error event is no drop event
  socket.onerror = ({ count }) => count;
  // @ts-expect-error: status changes come by addEventListener only
  socket.onstatuschange = () => {};
}

export function checkPlatformHandlers(socket: WorkerWebSocket): void {
  socket.onclose = ({ code }: CloseEvent) => code;
  // @ts-expect-error: a plain Event, as in browsers
  socket.onerror = ({ error }) => error;
  // @ts-expect-error: it does not reconnect
  socket.reconnect();
}

// Members

export async function checkMembers(
  socket: ReconnectingWebSocket,
): Promise<void> {
  socket.send("text");
  socket.send(new Uint8Array(1));
  socket.send(new ArrayBuffer(1));
  socket.send(new Blob());
  await socket.write("text", { ttl: 1_000, signal: AbortSignal.abort() });
  await socket.receive({ timeout: 1_000 }) satisfies MessageData;
  await socket.probe() satisfies number;
  (await socket.closed).closeCode satisfies number;
  for await (const message of socket) message satisfies MessageData;
  socket satisfies AsyncDisposable;
  socket.binaryType = "blob";
  // @ts-expect-error: objects are encoded by the caller
  socket.send({ text: "text" });
  // @ts-expect-error: numbers are no messages
  socket.send(1);
  // @ts-expect-error: there is no such format
  socket.binaryType = "nodebuffer";
  // @ts-expect-error: what it is cannot be set
  socket.readyState = 1;
  // @ts-expect-error: a status is read only
  socket.status.kind = "open";
  // @ts-expect-error: a close code is a number
  socket.close("1000");
}

// Options

export function checkOptions(host: WorkerHost): void {
  const options = (given: ReconnectingWebSocketOptions) => given;
  options({ worker: "shared" });
  options({ worker: "dedicated" });
  options({ worker: "tabs" });
  options({ worker: "none" });
  options({ worker: host });
  options({ heartbeat: false });
  options({ heartbeat: { message: "ping", expect: { type: "pong" } } });
  options({ heartbeat: { message: { hook: true }, expect: { hook: true } } });
  options({ heartbeat: { reply: { to: { op: 1 }, with: "{}" } } });
  options({ backoff: { first: 1, cap: 2, maxAttempts: 3 } });
  options({ backoff: { strategy: "exponential", jitter: "equal" } });
  options({ inbox: { overflow: "pause" }, outbox: { overflow: "reject" } });
  options({ token: "secret" });
  options({ token: async () => await Promise.resolve("secret") });
  options({ token: { placement: { header: "X-Token" }, leeway: 1 } });
  options({ fatalCloseCodes: [4400] as const, hooks: new URL("file:///a") });
  // @ts-expect-error: there is no such place
  options({ worker: "process" });
  // @ts-expect-error: a Worker is not a WorkerHost
  options({ worker: new Worker("data:text/javascript,", { type: "module" }) });
  // @ts-expect-error: an option that does not exist
  options({ reconnectInterval: 1 });
  // @ts-expect-error: a duration is a number
  options({ openTimeout: "10s" });
  // @ts-expect-error: true says nothing about the interval
  options({ heartbeat: true });
  // @ts-expect-error: the outbox cannot pause anybody
  options({ outbox: { overflow: "pause" } });
  // @ts-expect-error: the inbox cannot reject
  options({ inbox: { overflow: "reject" } });
  // @ts-expect-error: an option is left out, not undefined
  options({ openTimeout: undefined });
  // @ts-expect-error: one placement only
  options({ token: { placement: { cookie: "token" } } satisfies TokenOptions });
  // @ts-expect-error: there is no such transport
  options({ transport: "http" });
}

export function checkBackoff(backoff: BackoffOptions): void {
  backoffDelay(1, 0.5) satisfies number;
  backoffDelay(1, 0.5, { strategy: "exponential" } satisfies Backoff);
  backoff.maxElapsed satisfies number | undefined;
  // @ts-expect-error: the policy is named
  backoffDelay(1, 0.5, { first: 1 });
  // @ts-expect-error: factor belongs to the exponential policy
  backoffDelay(1, 0.5, { strategy: "spread", factor: 2 });
  // @ts-expect-error: cap belongs to the spread policy
  backoffDelay(1, 0.5, { strategy: "exponential", cap: 2 });
  // @ts-expect-error: no such jitter
  backoffDelay(1, 0.5, { strategy: "exponential", jitter: "some" });
  describeClose(1006) satisfies string;
}

export function checkDefaults(): void {
  DEFAULTS.backoff.cap satisfies number;
  DEFAULTS.heartbeat.interval satisfies number;
  // @ts-expect-error: the defaults cannot be changed
  DEFAULTS.openTimeout = 1;
  // @ts-expect-error: nor what is in them
  DEFAULTS.backoff.cap = 1;
  // @ts-expect-error: what has no default is not among them
  DEFAULTS.token;
}

// What takes a logger takes these.
console satisfies Logger;
getLogger() satisfies Logger;
({ debug() {}, info() {}, warn() {}, error() {} }) satisfies Logger;
// @ts-expect-error: a level is missing
({ debug() {}, info() {}, error() {} }) satisfies Logger;
// @ts-expect-error: a function is no logger
(() => {}) satisfies Logger;

export const hooks: Hooks = {
  url: ({ attempt }) => `wss://example.com/?attempt=${attempt}`,
  token: () => Promise.resolve("secret"),
  classify: () => "retry",
  isPong: (data) => data === "pong",
};
// @ts-expect-error: there is no such hook
({ onOpen() {} }) satisfies Hooks;
// @ts-expect-error: a verdict is "retry" or "fatal"
({ classify: () => true }) satisfies Hooks;

// Errors narrow by class.

export function checkErrors(error: SocketError): unknown {
  if (error instanceof HandshakeError) return error.status satisfies number;
  if (error instanceof ReconnectError) return error.attempts satisfies number;
  if (error instanceof ProtocolError) return error.closeCode satisfies number;
  if (error instanceof ConnectError) {
    return error.kind satisfies
      | "refused"
      | "dns"
      | "proxy"
      | "tls"
      | "invalid"
      | "unknown";
  }
  if (error instanceof AuthenticationError) return error.retryable;
  // @ts-expect-error: not each error has a status
  error.status;
  // @ts-expect-error: an error is read only
  error.retryable = true;
  return new Error("Cannot go on", { cause: error });
}

export async function checkHost(): Promise<void> {
  await using host = new WorkerHost({ size: 2 });
  host satisfies AsyncDisposable;
  // @ts-expect-error: a size is a number
  new WorkerHost({ size: "2" });
}

// What a schema infers reaches the handler.

export function checkMessages(
  socket: ReconnectingWebSocket,
  schemas: {
    readonly say: Schema<unknown, { readonly text: string }>;
  },
): void {
  using messages = dispatcher(socket, schemas);
  messages.on("say", ({ text }) => text satisfies string);
  // @ts-expect-error: there is no schema of that name
  messages.on("shout", () => {});
  // @ts-expect-error: there is no such member
  messages.on("say", ({ loud }) => loud);
}

export function checkAbstract(): unknown {
  // @ts-expect-error: an abstract class
  return new SocketError("Cannot go on", { retryable: false });
}

Deno.test("mod.ts exports each value that the design names", () => {
  const named = [
    "AuthenticationError",
    "ConnectError",
    "ConnectionClosedError",
    "ConnectionLostError",
    "DEFAULTS",
    "HandshakeError",
    "HeartbeatTimeoutError",
    "InboxOverflowError",
    "MessageExpiredError",
    "OpenTimeoutError",
    "OutboxFullError",
    "ProtocolError",
    "ReconnectError",
    "ReconnectingWebSocket",
    "WorkerError",
    "WorkerHost",
    "WorkerWebSocket",
    "backoffDelay",
    "describeClose",
  ];
  assertEquals(named.filter((name) => !(name in entryPoint)), []);
});
