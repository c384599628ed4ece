/**
 * The server of the figures, in a process of its own: the same exchange with and
 * without a session.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import {
  memoryStore,
  type SessionHandler,
  SessionSendError,
  SessionServer,
  type SessionStore,
} from "../../../lib/server/mod.ts";
import { sqliteStore } from "../../../lib/server/stores/sqlite/mod.ts";
import { RemoteHost } from "../../system/servers/remote/remote_host.ts";
import type { FiguresCommand, FiguresReport, StoreName } from "./figures.ts";

/** What all paths understand, besides messages that are only counted. */
const EXPECT = /^expect (\d+)$/;
const FLOOD = /^flood (\d+)$/;
const ECHO = "e";
const MESSAGE = "x".repeat(100);
const SCRIPT = `
local time = redis.call('TIME')
redis.call('HMGET', KEYS[1], 'state', 'fence', 'accepted', 'claimed')
redis.call('DEL', KEYS[2])
redis.call('XADD', KEYS[2], ARGV[1] .. '-0', 'text', ARGV[2])
redis.call('HSET', KEYS[1], 'accepted', ARGV[1], 'time', time[1])
return {'accepted', tonumber(ARGV[1])}
`;
/** How many messages are stored in one go. */
const BATCH = 250;

const [file = "", redis = "0"] = Deno.args;
const servers: Partial<Record<StoreName, SessionServer>> = {
  memory: makeServer(memoryStore()),
  sqlite: makeServer(sqliteStore(file)),
  ...redis !== "0" && { redis: makeServer(await openRedis(Number(redis))) },
};
const runScript = await openScript(Number(redis));
const http = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen() {} },
  (request) => {
    const [, kind] = new URL(request.url).pathname.split("/");
    const sessions = servers[kind as StoreName];
    if (sessions !== undefined) return sessions.upgrade(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    if (kind?.startsWith("bare-")) {
      socket.onmessage = async ({ data }) => {
        for (let left = Number(kind.slice(5)); left > 0; left -= 1) {
          await runScript();
        }
        socket.send(data);
      };
      return response;
    }
    const count = makeCounter((text) => socket.send(text));
    socket.onmessage = ({ data }) => {
      const flood = FLOOD.exec(data);
      if (flood === null) return count(data);
      for (let left = Number(flood[1]); left > 0; left -= 1) {
        socket.send(MESSAGE);
      }
    };
    return response;
  },
);

new RemoteHost<FiguresCommand, FiguresReport>(obey);

async function obey(command: FiguresCommand): Promise<FiguresReport> {
  if (command.type === "push") {
    const server = servers[command.store];
    if (server === undefined) throw new TypeError(`No ${command.store}`);
    await push(server, command.session, command.count);
  }
  // Twice: what finalizers let go of is collected by the next one.
  for (let time = 0; time < 2; time += 1) {
    Reflect.get(globalThis, "gc")?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return {
    pid: Deno.pid,
    port: http.addr.port,
    connections: Object.values(servers)
      .reduce((sum, server) => sum + server.metrics().connections, 0),
    heap: Deno.memoryUsage().heapUsed,
    file: fileSize(),
  };
}

/**
 * A script that costs Redis about as much as an acceptance with a reply, and less
 * than that by what a session needs to be safe.
 */
async function openScript(port: number): Promise<() => Promise<unknown>> {
  if (port === 0) return () => Promise.reject(new TypeError("No Redis"));
  const { createClient } = await import("@redis/client");
  const client = createClient({ socket: { host: "127.0.0.1", port } });
  await client.connect();
  const hash = `${await client.sendCommand(["SCRIPT", "LOAD", SCRIPT])}`;
  let seq = 0;
  return () => {
    seq += 1;
    const keys = ["2", "{bare}:s", "{bare}:o"];
    return client.sendCommand(["EVALSHA", hash, ...keys, `${seq}`, MESSAGE]);
  };
}

async function openRedis(port: number): Promise<SessionStore> {
  const { openRedisStore } = await import(
    "../../system/chaos/sessions/nodes/open_store.ts"
  );
  return await openRedisStore(
    { kind: "redis", port, client: "nodeRedis" },
    20_000,
  );
}

/** What is in use of the file, without what waits to be used again. */
function fileSize(): number {
  using db = openFile();
  const read = (name: string) =>
    Number(db.db.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (read("page_count") - read("freelist_count")) * read("page_size");
}

function openFile(): { readonly db: DatabaseSync } & Disposable {
  const db = new DatabaseSync(file, { readOnly: true });
  return { db, [Symbol.dispose]: () => db.close() };
}

function makeServer(store: SessionStore): SessionServer {
  const counters = new Map<string, (text: string) => void>();
  const handler: SessionHandler = {
    message(session, { data, reply }) {
      const text = `${data}`;
      if (text.startsWith(ECHO) && text.length > 20) return reply(text);
      const flood = FLOOD.exec(text);
      if (flood !== null) {
        void push(server, session.id, Number(flood[1]));
        return;
      }
      const count = counters.get(session.id) ??
        makeCounter((answer) => void session.send(answer));
      counters.set(session.id, count);
      count(text);
    },
    ended: ({ id }) => void counters.delete(id),
  };
  const server = new SessionServer({
    key: "a key of the benchmark",
    authenticate: (request) => new URL(request.url).pathname,
    handler,
    store,
  });
  return server;
}

/** Answers once as many messages came as were announced; echoes some. */
function makeCounter(answer: (text: string) => void): (text: string) => void {
  let left = 0;
  return (text) => {
    const expected = EXPECT.exec(text);
    if (expected !== null) left = Number(expected[1]);
    else if (text.startsWith(ECHO)) answer(text);
    else if ((left -= 1) === 0) answer("counted");
  };
}

/** Stores messages for a client, as fast as its buffer takes them. */
async function push(
  server: SessionServer,
  session: string,
  count: number,
): Promise<void> {
  const reference = server.session(session);
  for (let left = count; left > 0;) {
    const batch = Math.min(left, BATCH);
    const results = await Promise.allSettled(
      Array.from({ length: batch }, () => reference.send(MESSAGE)),
    );
    left -= results.filter(({ status }) => status === "fulfilled").length;
    const refused = results.find((each) => each.status === "rejected");
    if (refused === undefined) continue;
    if (!(refused.reason instanceof SessionSendError)) throw refused.reason;
    // The client has not read as much as its buffer holds.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
