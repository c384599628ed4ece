/** Two clients with one session, as of a tab that was copied. */

import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  ConnectionClosedError,
  type DropEvent,
  type ReconnectingWebSocket,
} from "@holdfast/websocket";
import { Tokens } from "../../../lib/server/admission/tokens.ts";
import { memoryStore } from "../../../lib/server/mod.ts";
import { restoreClient } from "../../../lib/session/client/state.ts";
import { Heard, KEY, serveDeno } from "../../server/listening.ts";
import { TestClient } from "../../server/test_client.ts";
import { connect, echo } from "./session_stage.ts";
import { failure, next, within } from "../waiting.ts";

/** Another client with the session of a socket that has received so many messages. */
async function copyOf(
  socket: ReconnectingWebSocket,
  { url, attempt, generation, received, unaccepted = [] }: {
    readonly url: string;
    /** The number of its last dial. */
    readonly attempt: number;
    readonly generation: string;
    readonly received: number;
    /** What it has sent that is not accepted. */
    readonly unaccepted?: readonly string[];
  },
): Promise<TestClient> {
  const { id: session, accepted } = socket.session!;
  const token = await new Tokens([KEY])
    .sign({ session, counter: 1, principal: "ann" });
  const ticket = { session, token, protocol: "chat" };
  const state = restoreClient({
    ...{ instance: "another tab", attempt, ticket, againTo: 0, accepted },
    ...{ positions: [[generation, received]], unconsumed: [] },
    unaccepted: unaccepted.map((data, id) => ({
      id,
      data,
      bytes: data.length,
    })),
  });
  return new TestClient(url, { state: { ...state, attempt } });
}

function dropsOf(socket: ReconnectingWebSocket): string[] {
  const drops: string[] = [];
  socket.addEventListener("drop", ({ reason, first, last }: DropEvent) => {
    drops.push(`${reason} ${first} ${last}`);
  });
  return drops;
}

/** The socket has lost its session to another client, and says so. */
async function assertLost(socket: ReconnectingWebSocket): Promise<void> {
  const error = await failure(within(socket.closed));
  assertInstanceOf(error, ConnectionClosedError, String(error));
  assertEquals([error.closeCode, error.retryable], [4409, false]);
  assertMatch(error.message, /not tried again.*Another tab or client/);
  assertEquals(socket.status.kind, "closed");
}

Deno.test("session: another tab takes it, and the one that had it does not fight", async () => {
  await using store = memoryStore();
  const heard = echo();
  await using server = serveDeno(heard, { protocols: ["chat"], store });
  const { url, sessions } = server;
  await using socket = connect(url);
  const drops = dropsOf(socket);
  await socket.write("a");
  assertEquals(await socket.receive(), "re a");
  const { generation } = store;
  await using tab = await copyOf(socket, {
    ...{ url, attempt: 100, generation, received: 1 },
  });
  await tab.connect();
  await assertLost(socket);
  tab.send("b");
  await tab.until(() => tab.delivered.length === 1);
  assertEquals([heard.texts, tab.delivered], [["a", "b"], ["re b"]]);
  assertEquals([tab.closeCodes, drops], [[], []]);
  // Nobody has dialled since.
  assertEquals(sessions.metrics().resumed, 1);
  assertEquals(sessions.metrics().closed, { 4409: 1 });
});

Deno.test("session: a tab that comes back too late ends, and tells what it does not know", async () => {
  await using store = memoryStore();
  const hang = Promise.withResolvers<void>();
  const heard = new Heard(({ data, reply }) => {
    reply(`re ${data}`);
    return data === "b" ? hang.promise : undefined;
  });
  await using server = serveDeno(heard, { protocols: ["chat"], store });
  let gate = Promise.resolve();
  await using socket = connect(async () => {
    await gate;
    return server.url;
  });
  const drops = dropsOf(socket);
  await socket.write("a");
  assertEquals(await socket.receive(), "re a");
  socket.send("b");
  await heard.until(() => heard.messages.length === 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  const { generation } = store;
  await using tab = await copyOf(socket, {
    ...{ url: server.url, attempt: 100, generation, received: 1 },
    unaccepted: ["b"],
  });
  const left = next(socket, "disconnect");
  socket.reconnect();
  await left;
  hang.resolve();
  await heard.until(() => heard.calls.includes("detached"));
  await tab.connect();
  await tab.until(() => tab.delivered.length === 1);
  resolve();
  await assertLost(socket);
  assertEquals([heard.texts, tab.delivered], [["a", "b"], ["re b"]]);
  // It was handled, and this tab did not learn of it.
  assertEquals([drops, tab.closeCodes], [["unknown 2 2"], []]);
  tab.send("c");
  await tab.until(() => tab.delivered.length === 2);
});

Deno.test("session: a tab whose dial is not newer gets nothing, and disturbs nobody", async () => {
  await using store = memoryStore();
  const heard = echo();
  await using server = serveDeno(heard, { protocols: ["chat"], store });
  const { url } = server;
  await using socket = connect(url);
  await socket.write("a");
  assertEquals(await socket.receive(), "re a");
  const { generation } = store;
  await using tab = await copyOf(socket, {
    ...{ url, attempt: 0, generation, received: 1 },
  });
  await tab.connect();
  assertEquals([tab.closeCodes, tab.news], [[4409], []]);
  await socket.write("b");
  assertEquals(await socket.receive(), "re b");
  assertEquals(socket.metrics().opens, 1);
});
