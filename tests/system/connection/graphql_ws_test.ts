import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { WorkerWebSocket } from "@holdfast/websocket";
import { buildSchema } from "graphql";
import { type Client, createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
// @ts-types="@types/ws"
import { WebSocketServer } from "ws";
import { within } from "../waiting.ts";

const HOST = "127.0.0.1";

const SCHEMA = buildSchema(`
  type Query {
    hello: String
  }
  type Subscription {
    countdown(from: Int): Int
    tick: String
  }
`);

Deno.test("WorkerWebSocket() carries a query and a subscription of graphql-ws", async () => {
  await using server = await startGraphqlServer();
  await using connection = connect(server.port);
  const { client } = connection;
  assertEquals(await ask(client, "{ hello }"), [{ hello: "world" }]);
  assertEquals(
    await ask(client, "subscription { countdown(from: 3) }"),
    [{ countdown: 3 }, { countdown: 2 }, { countdown: 1 }],
  );
});

Deno.test("WorkerWebSocket() lets graphql-ws recover by its own retries when the server restarts", async () => {
  const first = await startGraphqlServer();
  await using connection = connect(first.port);
  const { client } = connection;
  const ticks = client.iterate({ query: "subscription { tick }" });
  assertEquals((await within(ticks.next())).value?.data, { tick: "first" });
  await first[Symbol.asyncDispose]();
  await using _second = await startGraphqlServer({
    port: first.port,
    name: "second",
  });
  assertEquals((await within(ticks.next())).value?.data, { tick: "second" });
  await ticks.return?.();
  assertEquals(await ask(client, "{ hello }"), [{ hello: "world" }]);
  // Before its server, which it would look for again.
  await connection[Symbol.asyncDispose]();
});

/** A client, and the end of its connection. */
interface Connection extends AsyncDisposable {
  readonly client: Client;
}

function connect(port: number): Connection {
  const closed = Promise.withResolvers<void>();
  const client = createClient({
    url: `ws://${HOST}:${port}`,
    webSocketImpl: WorkerWebSocket,
    lazy: false,
    retryAttempts: 100,
    retryWait: () => delay(20),
    // Its default gives up on a connection that is refused, as a browser tells it.
    shouldRetry: () => true,
  });
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.on("closed", () => closed.resolve());
      await client.dispose();
      await within(closed.promise);
    },
  };
}

async function ask(
  client: Client,
  query: string,
): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  await within((async () => {
    for await (const { data } of client.iterate({ query })) results.push(data);
  })());
  return results;
}

interface GraphqlServer extends AsyncDisposable {
  readonly port: number;
}

/** The server of graphql-ws over `npm:ws`; disposing it drops its connections. */
async function startGraphqlServer(
  { port = 0, name = "first" } = {},
): Promise<GraphqlServer> {
  const listening = Promise.withResolvers<void>();
  const sockets = new WebSocketServer({ host: HOST, port });
  sockets.on("listening", listening.resolve);
  sockets.on("error", listening.reject);
  const served = useServer({
    schema: SCHEMA,
    roots: {
      query: { hello: "world" },
      subscription: { countdown, tick: () => tick(name) },
    },
  }, sockets);
  await listening.promise;
  const address = sockets.address();
  if (address === null || typeof address === "string") {
    throw new TypeError(`Cannot tell the port of ${address}`);
  }
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      await served.dispose();
    },
  };
}

function countdown(
  { from }: { readonly from: number },
): ReadableStream<{ readonly countdown: number }> {
  const numbers = Array.from({ length: from }, (_, index) => from - index);
  return ReadableStream.from(numbers.map((countdown) => ({ countdown })));
}

/** Says its name, and then nothing more. */
function tick(name: string): ReadableStream<{ readonly tick: string }> {
  return new ReadableStream({
    start: (controller) => controller.enqueue({ tick: name }),
  });
}
