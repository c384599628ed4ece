import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { deadline } from "@std/async";
import { ReconnectingWebSocket } from "../../../lib/client/reconnecting_websocket.ts";
import { WorkerWebSocket } from "../../../lib/client/worker_websocket.ts";
import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import type { RemoteConnectionListener } from "../../../lib/client/remote/listener.ts";
import type { NoticeOf } from "../../../lib/boundary/protocol.ts";
import {
  choosePool,
  WorkerHost,
} from "../../../lib/client/workers/worker_host.ts";
import type { WorkerPool } from "../../../lib/client/workers/worker_pool.ts";
import type { Data } from "../../../lib/queue/data.ts";
import {
  PROTOCOL_VERSION,
  type Setup,
} from "../../../lib/boundary/protocol.ts";
import { LIMITS, SETUP } from "../fake_worker.ts";

const READY = `postMessage([{ type: "ready", version: ${PROTOCOL_VERSION} }]);`;

Deno.test("WorkerHost() refuses a wrong size", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new WorkerHost({ size }), RangeError, `not ${size}`);
  }
  const sizes = [{}, { size: 3 }, { size: 3, tabs: "auto" } as const].map(
    (options) => new WorkerHost(options).size,
  );
  assertEquals(sizes, [1, 3, 1]);
});

for (const choice of ["shared", "none", "dedicated", "tabs"] as const) {
  Deno.test(`choosePool() runs the same engine with "${choice}"`, async () => {
    await using server = startEcho();
    const { connection, listener } = open(choosePool(choice), server.url);
    connection.incoming.consume("push");
    await listener.open.promise;
    for (let index = 0; index < 10_000; index += 1) {
      connection.outgoing.push(`${index}`);
    }
    connection.outgoing.push(new Uint8Array([1, 2, 3]).buffer);
    connection.outgoing.push("");
    const received = await listener.receive(10_002);
    assertEquals(
      received.slice(0, 10_000),
      Array.from({ length: 10_000 }, (_, n) => `${n}`),
    );
    assertEquals([...new Uint8Array(received[10_000] as ArrayBuffer)], [
      1,
      2,
      3,
    ]);
    assertEquals(received[10_001], "");
    connection.close(1000, "done");
    const { info, cause } = await listener.end.promise;
    assertEquals([info, cause], [
      { closeCode: 1000, reason: "done", wasClean: true },
      "requested",
    ]);
    assertEquals([connection.outgoing.bytes, connection.outgoing.messages], [
      0,
      0,
    ]);
  });

  Deno.test(`choosePool() pulls with backpressure with "${choice}"`, async () => {
    await using server = startEcho();
    const { connection, listener } = open(choosePool(choice), server.url);
    connection.incoming.consume("pull");
    const text = "x".repeat(10_000);
    for (let index = 0; index < 1_000; index += 1) {
      connection.outgoing.push(`${index} ${text}`);
    }
    const received: number[] = [];
    while (received.length < 1_000) {
      const data = connection.incoming.pull();
      if (data !== undefined) received.push(parseInt(String(data)));
      else {await new Promise<void>((resolve) =>
          connection.incoming.onavailable = resolve
        );}
      assert(connection.incoming.messages <= 4_096);
    }
    assertEquals(received, Array.from({ length: 1_000 }, (_, index) => index));
    connection.close(undefined, "");
    await listener.end.promise;
  });
}

Deno.test("WorkerHost() of another copy of the package is refused in one sentence", async () => {
  const path = "../../../lib/client/workers/worker_host.ts?copy";
  const copy: typeof import("../../../lib/client/workers/worker_host.ts") =
    await import(import.meta.resolve(path));
  const worker = new copy.WorkerHost();
  for (const Socket of [ReconnectingWebSocket, WorkerWebSocket]) {
    assertThrows(
      () => new Socket("ws://localhost:1/", [], { worker }),
      TypeError,
      "This WorkerHost is of another copy of @holdfast/websocket: let the " +
        "bundler or lockfile keep one",
    );
  }
});

Deno.test("WorkerHost() closes what it holds when it is disposed of", async () => {
  await using server = startEcho();
  const host = new WorkerHost({ size: 2 });
  const connections = Array.from(
    { length: 4 },
    () => open(choosePool(host), server.url),
  );
  await Promise.all(connections.map(({ listener }) => listener.open.promise));
  await host[Symbol.asyncDispose]();
  const ends = await Promise.all(
    connections.map(({ listener }) => listener.end.promise),
  );
  assertEquals(ends.map(({ info }) => info.closeCode), [
    1000,
    1000,
    1000,
    1000,
  ]);
});

Deno.test("WorkerHost() ends connections when a script is not there", async () => {
  await using server = startEcho();
  const host = new WorkerHost({ url: new URL("/nowhere.js", server.http) });
  const { listener } = open(choosePool(host), server.url);
  const { cause, failure } = await listener.end.promise;
  assertEquals([cause, failure?.type], ["fatal", "worker"]);
  assertMatch(
    detailOf(failure),
    /could not be started: Module not found/,
  );
});

Deno.test("WorkerHost() says what to do about a missing permission", async () => {
  const { code, output } = await run(["--allow-net"], "none");
  assertEquals(code, 0, output);
  assertMatch(
    output,
    /fatal worker The worker could not be started: .*--allow-read/s,
  );
});

Deno.test("WorkerHost() lets the process exit after the last close", async () => {
  await using server = startEcho();
  const { code, output } = await run(
    ["--allow-net", "--allow-read"],
    server.url,
  );
  assertEquals([code, output.trim()], [0, "opened\nrequested 1000"]);
});

Deno.test("a connection ends at once without permission for the network, and needs no more than its host", async () => {
  await using server = startEcho();
  const url = server.url.replace("localhost", "127.0.0.1");
  const none = await run(["--allow-read"], url);
  assertEquals([none.code, none.output.trim()], [0, "fatal invalid"]);
  const { host } = new URL(url);
  const one = await run(["--allow-read", `--allow-net=${host}`], url);
  assertEquals([one.code, one.output.trim()], [0, "opened\nrequested 1000"]);
});

Deno.test("WorkerHost() replaces a worker that throws", async () => {
  await assertReplaced(
    `${READY} onmessage = () => { throw new Error("Boom") };`,
    /Boom/,
  );
});

Deno.test("WorkerHost() replaces a worker with an unhandled rejection", async () => {
  const script =
    `${READY} onmessage = () => { Promise.reject(new Error("Boom")) };`;
  await assertReplaced(script, /Boom/);
});

Deno.test("WorkerHost() replaces a worker whose posts are no posts", async () => {
  await assertReplaced(
    `${READY} onmessage = () => postMessage("what?");`,
    /no notice/,
  );
});

Deno.test("WorkerHost() takes a script that waits before it listens", async () => {
  await using server = startEcho();
  const { href } = new URL("../../../worker.ts", import.meta.url);
  const script = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(
    script,
    `await new Promise((resolve) => setTimeout(resolve, 50));
    await import(${JSON.stringify(href)});`,
  );
  try {
    const host = new WorkerHost({ url: new URL(script, import.meta.url) });
    const { connection, listener } = open(choosePool(host), server.url);
    connection.incoming.consume("push");
    connection.outgoing.push("hello");
    assertEquals(await deadline(listener.receive(1), 20_000), ["hello"]);
    connection.close(1000, "");
    await listener.end.promise;
  } finally {
    await Deno.remove(script);
  }
});

Deno.test("WorkerHost() ends connections of a worker that speaks another version", async () => {
  const script = `postMessage([{ type: "ready", version: 999 }]);`;
  const { listener } = open(choosePool(hostOf(script)), "ws://localhost/");
  const { failure } = await listener.end.promise;
  assertMatch(detailOf(failure), /version 999/);
});

Deno.test("WorkerHost() ends connections of a worker that throws before it is ready", async () => {
  const { listener } = open(
    choosePool(hostOf(`throw new Error("Early")`)),
    "ws://localhost/",
  );
  const { failure } = await listener.end.promise;
  assertMatch(detailOf(failure), /could not be started: .*Early/s);
});

Deno.test("choosePool() names the usual cause of a host that it does not know", () => {
  const foreign: WorkerHost = Object.create(WorkerHost.prototype);
  assertThrows(() => choosePool(foreign), TypeError, "another copy");
});

Deno.test("choosePool() refuses a host that has been disposed of", async () => {
  const host = new WorkerHost();
  await host[Symbol.asyncDispose]();
  await assertRejects(
    () =>
      Promise.resolve().then(() => open(choosePool(host), "ws://localhost/")),
    DOMException,
    "disposed",
  );
});

/** The first crash is posted as a `disconnected`; then the connection is given up. */
async function assertReplaced(script: string, detail: RegExp): Promise<void> {
  const { connection, listener } = open(
    choosePool(hostOf(script)),
    "ws://localhost/",
  );
  const { failure } = await listener.loss.promise;
  assertEquals(failure?.type === "worker" && failure.retryable, true);
  assertMatch(detailOf(failure), detail);
  connection.close(1000, "");
  await listener.end.promise;
}

function hostOf(script: string): WorkerHost {
  return new WorkerHost({
    url: `data:text/javascript,${encodeURIComponent(script)}`,
  });
}

function detailOf(failure: NoticeOf<"closed">["failure"]): string {
  return failure?.type === "worker" ? failure.detail : "";
}

/** Lets what happens to a connection be awaited. */
class Waiter implements RemoteConnectionListener {
  readonly open = Promise.withResolvers<NoticeOf<"opened">>();
  readonly loss = Promise.withResolvers<NoticeOf<"disconnected">>();
  readonly end = Promise.withResolvers<NoticeOf<"closed">>();
  readonly #messages: Data[] = [];
  #onmessage = () => {};

  status = () => {};
  dropped = () => {};
  request = () => {};
  heartbeat = () => {};
  probed = () => {};
  log = () => {};
  opened: RemoteConnectionListener["opened"] = (notice) =>
    this.open.resolve(notice);
  disconnected: RemoteConnectionListener["disconnected"] = (notice) =>
    this.loss.resolve(notice);
  closed: RemoteConnectionListener["closed"] = (notice) =>
    this.end.resolve(notice);
  message: RemoteConnectionListener["message"] = (data) => {
    this.#messages.push(data);
    this.#onmessage();
  };

  /** Waits for so many messages in all. */
  receive(count: number): Promise<readonly Data[]> {
    return new Promise((resolve) => {
      this.#onmessage = () => {
        if (this.#messages.length >= count) resolve(this.#messages);
      };
      this.#onmessage();
    });
  }
}

function open(
  pool: WorkerPool,
  url: string,
): { readonly connection: RemoteConnection; readonly listener: Waiter } {
  const listener = new Waiter();
  const setup: Setup = { ...SETUP, url };
  const limits = { ...LIMITS, maxMessages: 20_000 };
  return {
    connection: new RemoteConnection(pool, setup, limits, listener),
    listener,
  };
}

interface Echo extends AsyncDisposable {
  readonly url: string;
  readonly http: string;
  /** A connection has been closed. */
  readonly closed: Promise<void>;
}

function startEcho(): Echo {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade") !== "websocket") {
      return new Response(null, { status: 404 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    socket.onclose = () => resolve();
    socket.onerror = (event) => event.preventDefault();
    return response;
  });
  const { port } = server.addr;
  return {
    url: `ws://localhost:${port}/`,
    http: `http://localhost:${port}/`,
    closed: promise,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Runs `../remote/one_connection.ts` in a process of its own. */
async function run(
  permissions: readonly string[],
  url: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const script = new URL("../remote/one_connection.ts", import.meta.url);
  const config = new URL("../../../deno.json", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--config",
      fromFileUrl(config),
      ...permissions,
      fromFileUrl(script),
      url,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    output: decoder.decode(stdout) + (code === 0 ? "" : decoder.decode(stderr)),
  };
}

function fromFileUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}
