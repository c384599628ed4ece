// The layer over real sockets and a real server.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { z } from "zod";
import { ReconnectingWebSocket } from "../../lib/client/reconnecting_websocket.ts";
import { WorkerWebSocket } from "../../lib/client/worker_websocket.ts";
import {
  dispatcher,
  type MessageSocket,
  RequestLostError,
} from "../../lib/messages/mod.ts";

const SCHEMAS = {
  sum: z.object({ value: z.number() }),
  news: z.object({ topic: z.string(), connection: z.number() }),
};

/** Adds numbers, acknowledges subscriptions, and logs the messages of each connection. */
class Server implements AsyncDisposable {
  readonly log: string[][] = [];
  onopen: (socket: WebSocket) => void = () => {};
  onmessage: (log: readonly string[], socket: WebSocket) => void = () => {};
  readonly #server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => this.#accept(request),
  );

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}`;
  }

  #accept(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const log: string[] = [];
    const connection = this.log.push(log);
    socket.onopen = () => this.onopen(socket);
    socket.onmessage = ({ data }) => {
      const { type, id, topic, a, b } = JSON.parse(data);
      log.push(topic === undefined ? type : `${type} ${topic}`);
      const send = (value: unknown) => socket.send(JSON.stringify(value));
      if (type === "add") send({ type: "sum", id, value: a + b });
      if (type === "subscribe") send({ type: "news", topic, connection });
      if (type === "binary") {
        const text = '{"type":"news","topic":"binary","connection":0}';
        socket.send(new TextEncoder().encode(text));
      }
      if (type === "leave") socket.close(1001);
      this.onmessage(log, socket);
    };
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function reconnecting(url: string): ReconnectingWebSocket {
  return new ReconnectingWebSocket(url, [], {
    backoff: { strategy: "exponential", initialDelay: 1, jitter: "none" },
  });
}

function closed(socket: EventTarget): Promise<unknown> {
  return new Promise((resolve) =>
    socket.addEventListener("close", resolve, { once: true })
  );
}

const SOCKETS: Readonly<
  Record<
    string,
    (url: string) => MessageSocket & EventTarget & { close(): void }
  >
> = {
  WebSocket: (url) => new WebSocket(url),
  WorkerWebSocket: (url) => new WorkerWebSocket(url),
  ReconnectingWebSocket: reconnecting,
};

for (const [name, open] of Object.entries(SOCKETS)) {
  Deno.test(`dispatcher() works over ${name}`, async () => {
    await using server = new Server();
    const socket = open(server.url);
    const end = closed(socket);
    const topics: string[] = [];
    const last = Promise.withResolvers<void>();
    using messages = dispatcher(socket, SCHEMAS, {
      unknown: ({ type }) => last.reject(new Error(type)),
      invalid: ({ issues }) => last.reject(new Error(issues[0]?.message)),
    });
    messages.on("news", ({ topic }) => {
      if (topics.push(topic) === 3) last.resolve();
    });
    // Before the socket is open, and once.
    using _tea = messages.subscribe("subscribe", { topic: "tea" });
    const sum = messages.request("add", { a: 1, b: 2 }, { reply: "sum" });
    assertEquals(await sum, { value: 3 });
    messages.send("binary");
    using _milk = messages.subscribe("subscribe", { topic: "milk" });
    await last.promise;
    assertEquals(topics, ["tea", "binary", "milk"]);
    const lost = messages.request("leave", {}, { reply: "sum" });
    await assertRejects(() => lost, RequestLostError);
    // Only the ReconnectingWebSocket is still open.
    socket.close();
    await end;
  });
}

Deno.test("subscribe() reaches the server exactly once per connection", async () => {
  await using server = new Server();
  await using socket = reconnecting(server.url);
  const seen: number[] = [];
  let next = Promise.withResolvers<void>();
  using messages = dispatcher(socket, SCHEMAS);
  messages.on("news", ({ topic, connection }) => {
    if (topic === "milk") next.resolve();
    seen.push(connection);
  });
  socket.send('{"type":"first"}');
  using _tea = messages.subscribe("subscribe", { topic: "tea" });
  using _milk = messages.subscribe("subscribe", { topic: "milk" });
  for (let connection = 1; connection <= 5; connection += 1) {
    await next.promise;
    next = Promise.withResolvers();
    messages.send("leave");
  }
  await next.promise;
  const subscriptions = ["subscribe tea", "subscribe milk"];
  assertEquals(server.log, [
    ["first", ...subscriptions, "leave"],
    ...Array(4).fill([...subscriptions, "leave"]),
    subscriptions,
  ]);
  assertEquals(seen, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
});

Deno.test("request() with resend is answered by the next connection", async () => {
  await using server = new Server();
  await using socket = reconnecting(server.url);
  using messages = dispatcher(socket, SCHEMAS);
  await socket.opened;
  messages.send("leave");
  const sum = messages.request("add", { a: 1, b: 2 }, {
    reply: "sum",
    resend: true,
  });
  assertEquals(await sum, { value: 3 });
});

Deno.test("subscribe() is neither repeated nor forgotten by connections lost at any moment", async () => {
  const connections = 61;
  await using server = new Server();
  const done = Promise.withResolvers<void>();
  server.onmessage = (log, socket) => {
    if (server.log.length >= connections) {
      // All 20, and that of the open listener.
      if (new Set(log).size === 21) done.resolve();
    } else if (log.length === server.log.length % 20) socket.close(1001);
  };
  server.onopen = (socket) => {
    if (server.log.length % 20 === 0) socket.close(1001);
  };
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: { strategy: "exponential", initialDelay: 1, maxDelay: 2 },
  });
  using messages = dispatcher(socket, SCHEMAS);
  let opens = 0;
  socket.addEventListener("open", () => {
    opens += 1;
    const subscription = messages.subscribe("subscribe", { topic: "now" });
    socket.addEventListener(
      "disconnect",
      () => subscription[Symbol.dispose](),
      {
        once: true,
      },
    );
  });
  for (let topic = 0; topic < 20; topic += 1) {
    messages.subscribe("subscribe", { topic });
  }
  await done.promise;
  for (const log of server.log) {
    const lasting = log.filter((each) => each !== "subscribe now");
    assertEquals(lasting, [...new Set(lasting)]);
  }
  // One that ends with its connection may go out on the next one, which the worker
  // had before this thread knew; but only once.
  const brief = server.log.flat().filter((each) => each === "subscribe now");
  assert(brief.length <= opens, `${brief.length} of ${opens}`);
});
