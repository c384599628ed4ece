/**
 * The program behind `ServerLives`: one life of a server of sessions. It writes
 * what it sees into a file, line by line, so that its death by SIGKILL leaves all
 * of it.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import { WebSocketServer } from "ws";
import {
  type Session,
  type SessionHandler,
  type SessionMessage,
  SessionServer,
} from "../../../../../lib/server/mod.ts";
import type { SessionStore } from "../../../../../lib/session/store/store.ts";
import { RemoteHost } from "../../../servers/remote/remote_host.ts";
import { type ServerEvent, wallNow } from "../check/history.ts";
import {
  decodeLabel,
  decodeRequest,
  encodeLabel,
  pushLabel,
  replyLabel,
  type Request as LabRequest,
} from "../payloads.ts";
import type { LifeCommand, LifeReport, StorePlace } from "./service.ts";
import { SETUPS, TAKEOVER_TIMEOUT } from "../setups.ts";

/** A handler that runs. */
interface Run {
  readonly session: string;
  readonly signal: AbortSignal;
}

const PING_INTERVAL = 300;
/** How often a port is asked for that a dead process may still have. */
const BINDS = 200;

const host = new RemoteHost<LifeCommand, LifeReport>(obey);
const encoder = new TextEncoder();
const running = new Set<Run>();
const thrown = new Set<string>();
const ended: string[] = [];
let sessions: SessionServer;
let log: Deno.FsFile;
let life = 0;
let runs = 0;
let port = 0;

async function obey(command: LifeCommand): Promise<LifeReport> {
  switch (command.type) {
    case "start":
      await start(command);
      break;
    case "push":
      for (let index = 0; index < command.count; index += 1) {
        push(command.session, command.first + index, command.size);
      }
      break;
    case "end-session":
      await sessions.session(command.session).end();
      break;
    case "drain":
      await sessions.drain({ spread: 20, timeout: 400 });
      break;
    case "report":
      break;
  }
  return { port, ended };
}

async function start(
  command: Extract<LifeCommand, { type: "start" }>,
): Promise<void> {
  life = command.life;
  log = await Deno.open(command.log, { append: true, create: true });
  const { server, behind } = SETUPS[command.setup];
  sessions = new SessionServer({
    key: "a key of the chaos lab",
    authenticate: (request) => new URL(request.url).pathname,
    handler,
    store: await openStore(command.place),
    takeoverTimeout: TAKEOVER_TIMEOUT,
    pingInterval: PING_INTERVAL,
    limits: { resumes: 100_000, sessionsPerPrincipal: 1_000 },
    ...server,
  });
  const listen = behind === "ws" ? listenByWs : listenByDeno;
  for (let bind = 0; port === 0; bind += 1) {
    try {
      port = await listen(command.port);
    } catch (error) {
      if (bind >= BINDS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Loads only what it needs: the other store would take half a second. */
async function openStore(place: StorePlace): Promise<SessionStore> {
  if (place.kind === "redis") {
    const { openRedisStore } = await import("../nodes/open_store.ts");
    return await openRedisStore(place);
  }
  const { sqliteStore } = await import(
    "../../../../../lib/server/stores/sqlite/mod.ts"
  );
  return sqliteStore(place.file);
}

function listenByDeno(wanted: number): Promise<number> {
  const server = Deno.serve(
    { port: wanted, hostname: "127.0.0.1", onListen() {} },
    (request) => sessions.upgrade(request),
  );
  return Promise.resolve(server.addr.port);
}

async function listenByWs(wanted: number): Promise<number> {
  const http = createServer();
  const server = new WebSocketServer({
    server: http,
    handleProtocols: sessions.selectProtocol,
  });
  server.on("connection", (socket, request) => {
    sessions.accept(socket, request);
  });
  // `ws` repeats errors of its server, which `listening` rejects with.
  server.on("error", () => {});
  await listening(http, wanted);
  const address = http.address();
  return typeof address === "object" ? address?.port ?? 0 : 0;
}

function listening(http: Server, wanted: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(wanted, "127.0.0.1", resolve);
  });
}

/** Before it goes on: what is not in the file has not happened. */
function note(event: ServerEvent): void {
  const bytes = encoder.encode(JSON.stringify(event) + "\n");
  for (let at = 0; at < bytes.length;) at += log.writeSync(bytes.subarray(at));
}

const handler: SessionHandler = {
  opened: ({ id }) =>
    note({ type: "opened", session: id, life, at: wallNow() }),
  resumed: ({ id }) =>
    note({ type: "resumed", session: id, life, at: wallNow() }),
  message: handle,
  ended: ({ id }, { why, accepted, unconsumed }) => {
    note({
      type: "ended",
      session: id,
      why,
      accepted,
      unconsumed: unconsumed.map(({ seq, data }) => ({
        seq,
        label: decodeLabel(data) ?? "?",
      })),
    });
    ended.push(id);
    host.noticeChange();
  },
};

function handle(
  session: Session,
  message: SessionMessage,
): void | Promise<void> {
  const request = decodeRequest(message.data);
  if (request === undefined) {
    note({ type: "garbage", text: `${message.data}`.slice(0, 40) });
    return;
  }
  const run = `${life}-${runs += 1}`;
  note({
    type: "handling",
    session: session.id,
    seq: message.seq,
    number: request.number,
    run,
    redelivered: message.redelivered,
    rivals: rivalsIn(session.id),
    at: wallNow(),
  });
  return answer(request, run, { session: session.id, message });
}

function rivalsIn(session: string): number {
  return [...running].filter((run) =>
    run.session === session && !run.signal.aborted
  ).length;
}

function answer(
  request: LabRequest,
  run: string,
  { session, message }: {
    readonly session: string;
    readonly message: SessionMessage;
  },
): void | Promise<void> {
  const { handling, number, size } = request;
  message.reply(encodeLabel(replyLabel(number, run), size));
  const finish = (outcome: "returned" | "threw") =>
    note({
      type: "handled",
      run,
      outcome,
      isAborted: message.signal.aborted,
      at: wallNow(),
    });
  if (handling.kind === "later") {
    return wait({ session, signal: message.signal }, handling.milliseconds)
      .then(() => finish("returned"));
  }
  if (handling.kind === "throw" && !thrown.has(message.id)) {
    thrown.add(message.id);
    finish("threw");
    throw new Error("Thrown by the chaos lab");
  }
  finish("returned");
}

async function wait(run: Run, milliseconds: number): Promise<void> {
  running.add(run);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  running.delete(run);
}

async function push(
  session: string,
  number: number,
  size: number,
): Promise<void> {
  note({ type: "pushing", push: number, session, at: wallNow(), life });
  try {
    await sessions.session(session).send(encodeLabel(pushLabel(number), size));
    note({ type: "stored", push: number });
  } catch (error) {
    const code = error instanceof Error && "code" in error
      ? `${error.code}`
      : `${error}`;
    note({ type: "refused", push: number, code });
  }
}
