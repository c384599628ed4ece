/**
 * A server of sessions on a SQLite file, in a process of its own.
 *
 * @module
 */

import { SessionServer } from "../../../lib/server/mod.ts";
import { sqliteStore } from "../../../lib/server/stores/sqlite/mod.ts";
import { RemoteHost } from "../../system/servers/remote/remote_host.ts";
import type { PeerCommand, PeerReport } from "./peer_server.ts";

const host = new RemoteHost<PeerCommand, PeerReport>(obey);
const received: (readonly [client: number, number: number])[] = [];
/** The session of each client; the client says it after each start. */
const known = new Map<string, string>();
let sessions: SessionServer;
let port = 0;

async function obey(command: PeerCommand): Promise<PeerReport> {
  switch (command.type) {
    case "start":
      start(command);
      break;
    case "emit":
      await Promise.all(
        [...known.values()].map((id) =>
          sessions.session(id).send(`${command.number}`)
        ),
      );
      break;
    case "report":
      break;
  }
  return { port, connections: sessions.metrics().connections, received };
}

function start({ port: wanted, file }: Extract<
  PeerCommand,
  { type: "start" }
>): void {
  readKnown(file);
  const know = ({ id, principal }: { id: string; principal: string }) => {
    known.set(principal, id);
    Deno.writeTextFileSync(`${file}-known`, JSON.stringify([...known]));
  };
  sessions = new SessionServer({
    key: "a key of the comparison",
    authenticate: (request) => new URL(request.url).pathname.slice(1),
    store: sqliteStore(file),
    limits: { resumes: 1_000 },
    handler: {
      opened: know,
      message({ principal }, { data }) {
        received.push([Number(principal), Number(data)]);
        host.noticeChange();
      },
    },
  });
  const server = Deno.serve(
    { port: wanted, hostname: "127.0.0.1", onListen() {} },
    (request) => sessions.upgrade(request),
  );
  port = server.addr.port;
}

/** Whom an application knows, it keeps by itself. */
function readKnown(file: string): void {
  try {
    const text = Deno.readTextFileSync(`${file}-known`);
    for (const [principal, id] of JSON.parse(text)) known.set(principal, id);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
