import { deadline } from "@std/async";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import {
  ReconnectingWebSocket,
  WorkerError,
  WorkerHost,
  WorkerWebSocket,
} from "@holdfast/websocket";
import { PROTOCOL_VERSION } from "../../../lib/boundary/protocol.ts";
import { startWsServer, type WsServer } from "../servers/echo/ws_server.ts";
import { block, failure, next, pull, record, within } from "../waiting.ts";

const HOOKS = new URL("./crash_hooks.ts", import.meta.url);
const VERSION_999 = `postMessage([{ type: "ready", version: 999 }]);`;

const ENDED = /Code in it, such as a hook, ended it/;

for (
  const [way, message] of [
    ["throw", /Boom/],
    ["reject", /Boom/],
    ["babble", /no notice/],
    ["close", ENDED],
    ["exit", ENDED],
  ] as const
) {
  Deno.test(`ReconnectingWebSocket() outlives a worker that breaks (${way})`, async () => {
    await using server = await startWsServer({ protocols: ["b"] });
    await using socket = new ReconnectingWebSocket(server.url, "b", {
      hooks: HOOKS,
    });
    await within(socket.opened);
    const log = record(socket);
    const lost = next(socket, "disconnect");
    const back = next(socket, "open");
    breakWorker(way);
    const { error, closeCode, wasClean } = await lost;
    assertInstanceOf(error, WorkerError, String(error));
    assertEquals(error.retryable, true);
    assertMatch(error.message, message);
    assertEquals([closeCode, wasClean], [1006, false]);
    socket.send("queued");
    assertEquals((await back).reconnected, true);
    const events = log.join();
    assertEquals(events, "error 0,disconnect 0,open 1");
    const echo = pull(socket, 1);
    assertEquals(await echo.catch(() => `${log}`), ["queued"]);
    assertEquals(socket.protocol, "b");
    const { opened } = await server.until(({ open }) => open === 1);
    assertEquals(opened, 2);
  });
}

Deno.test("ReconnectingWebSocket() replaces a worker that hangs", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    hooks: HOOKS,
  });
  await within(socket.opened);
  const lost = next(socket, "disconnect");
  const back = next(socket, "open");
  breakWorker("hang");
  assertInstanceOf((await lost).error, WorkerError);
  await back;
});

Deno.test("ReconnectingWebSocket() delivers after a crash what was queued, once, and reports the uncertain", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url, [], {
    hooks: HOOKS,
  });
  await within(socket.opened);
  await server.stopReading();
  socket.addEventListener("message", () => {});
  const drops: (readonly [count: number, reason: string])[] = [];
  socket.addEventListener(
    "drop",
    ({ count, reason }) => drops.push([count, reason]),
  );
  const total = 200;
  const body = "x".repeat(64 * 1024);
  for (let index = 0; index < total; index += 1) {
    socket.send(`${index} ${body}`);
  }
  const back = next(socket, "open");
  breakWorker("throw");
  await back;
  await server.continueReading();
  socket.send("end");
  const arrived = await receivedBySecond(server);
  const uncertain = drops[0]?.[0] ?? 0;
  assertEquals(drops, [[uncertain, "unknown"]]);
  assert(uncertain > 0 && uncertain < total, `${uncertain} are uncertain`);
  const kept = Array.from(
    { length: arrived.length },
    (_, index) => total - arrived.length + index,
  );
  assertEquals(arrived, kept);
  const taken = total - arrived.length - uncertain;
  assertEquals(socket.metrics().sent.messages, taken + arrived.length + 1);
  assertEquals(socket.metrics().droppedOutbound.messages, uncertain);
});

Deno.test("ReconnectingWebSocket() gives up when each new worker breaks", async () => {
  const url = scriptOf(`
    postMessage([{ type: "ready", version: ${PROTOCOL_VERSION} }]);
    onmessage = () => { throw new Error("Boom") };
  `);
  await using host = new WorkerHost({ url });
  const socket = new ReconnectingWebSocket("ws://localhost/", [], {
    worker: host,
  });
  // What comes meanwhile, Deno tells in another order: the failure first.
  block(500);
  const error = await failure(socket.closed);
  assertInstanceOf(error, WorkerError, String(error));
  assertEquals(error.retryable, false);
  assertMatch(error.message, /crashed 5 times in a row: .*Boom/s);
  assertEquals(await failure(socket.opened), error);
});

Deno.test("ReconnectingWebSocket() says why its worker does not start", async () => {
  await using server = await startWsServer();
  await using shop = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response("No such thing", { status: 404 }),
  );
  const cases = [
    [
      `http://localhost:${shop.addr.port}/worker.ts`,
      /could not be started: .*new WorkerHost/s,
    ],
    [scriptOf("throw new Error('Early')"), /could not be started: .*Early/s],
    [scriptOf("Promise.reject(new Error('Early'))"), /Early/],
    [scriptOf("postMessage('What?')"), /no notice/],
    [
      scriptOf(VERSION_999),
      new RegExp(`version 999 .* main thread version ${PROTOCOL_VERSION}`),
    ],
    [scriptOf("}"), /could not be started: .*SyntaxError/s],
  ] as const;
  for (const [url, expected] of cases) {
    await using host = new WorkerHost({ url });
    const socket = new ReconnectingWebSocket(server.url, [], { worker: host });
    const log = record(socket);
    const error = await failure(socket.opened);
    assertInstanceOf(error, WorkerError, String(error));
    assertMatch(error.message, expected);
    assertEquals(await failure(socket.closed), error);
    assertEquals(log, ["error 3", "close 3"]);
    assertEquals(socket.status.kind, "closed");
  }
  assertEquals((await server.report()).opened, 0);
});

Deno.test("ReconnectingWebSocket() says after five starts what its worker began with that is not ours", async () => {
  const url = scriptOf("postMessage([{ type: 'alive' }])");
  await using host = new WorkerHost({ url });
  const socket = new ReconnectingWebSocket("ws://localhost/", [], {
    worker: host,
  });
  let waits = 0;
  socket.addEventListener("statuschange", ({ status }) => {
    if (status.kind === "waiting") waits += 1;
  });
  // The waits between five starts are up to 7.5 s.
  const error = await deadline(socket.opened, 30_000).catch((error) => error);
  assertInstanceOf(error, WorkerError, String(error));
  assertMatch(error.message, /did not begin with `ready`, but with `alive`/);
  assertEquals(await failure(socket.closed), error);
  assertEquals(waits, 4);
});

Deno.test("ReconnectingWebSocket() opens at once though the first post of its worker is lost", async () => {
  await using server = await startWsServer();
  const url = new URL("./lossy_worker.ts", import.meta.url);
  await using host = new WorkerHost({ url });
  await using socket = new ReconnectingWebSocket(server.url, [], {
    worker: host,
  });
  const log = record(socket);
  await within(socket.opened);
  // More than the window between the threads holds.
  for (let index = 0; index < 10; index += 1) {
    socket.send(`${index}`);
    assertEquals(await pull(socket, 1), [`${index}`]);
  }
  assertEquals(log.filter((event) => event !== "message 1"), ["open 1"]);
});

Deno.test("WorkerWebSocket() fires error and close when its worker does not start", async () => {
  await using host = new WorkerHost({ url: scriptOf(VERSION_999) });
  const socket = new WorkerWebSocket("ws://localhost/", [], { worker: host });
  const failed = next(socket, "error");
  const { code, wasClean } = await next(socket, "close");
  await failed;
  assertEquals([code, wasClean], [1006, false]);
  assertEquals(socket.readyState, socket.CLOSED);
});

Deno.test("WorkerWebSocket() ends when its worker breaks", async () => {
  await using server = await startWsServer();
  await using keeper = new ReconnectingWebSocket(server.url, [], {
    hooks: HOOKS,
  });
  await within(keeper.opened);
  const socket = new WorkerWebSocket(server.url);
  await next(socket, "open");
  const failed = next(socket, "error");
  const closed = next(socket, "close");
  const back = next(keeper, "open");
  breakWorker("throw");
  await failed;
  const { code, wasClean } = await closed;
  assertEquals([code, wasClean], [1006, false]);
  await back;
  const { opened } = await server.until(({ open }) => open === 1);
  assertEquals(opened, 3);
});

Deno.test("worker.ts answers a malformed post and lives on", async () => {
  const url = new URL("../../../worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const posts: { readonly type: string }[][] = [];
  let arrived = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    posts.push(data);
    arrived.resolve();
  };
  const until = async (type: string) => {
    while (!posts.flat().some((notice) => notice.type === type)) {
      await within(arrived.promise);
      arrived = Promise.withResolvers();
    }
  };
  await until("ready");
  for (const post of ["What?", [{ type: "what" }], [{ type: "send" }], null]) {
    worker.postMessage(post);
  }
  worker.postMessage([{ type: "watch" }]);
  await until("alive");
  const malformed = posts.flat().filter(({ type }) => type === "malformed");
  assertEquals(malformed.length, 4);
  worker.terminate();
});

function breakWorker(
  way: "throw" | "reject" | "hang" | "babble" | "close" | "exit",
): void {
  const orders = new BroadcastChannel("holdfast-crash");
  orders.postMessage(way);
  orders.close();
}

function scriptOf(script: string): string {
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

/** The numbers that arrived on the second connection before "end". */
async function receivedBySecond(server: WsServer): Promise<readonly number[]> {
  await server.until(({ connections }) =>
    (connections[1]?.messages.count ?? 0) > 0
  );
  for (;;) {
    const [, second] = await server.history();
    const texts = second?.history.map(({ data }) => String(data)) ?? [];
    const end = texts.indexOf("end");
    if (end >= 0) return texts.slice(0, end).map((text) => parseInt(text));
  }
}
