/**
 * Measures what a session costs the server: a client without machinery sends
 * messages of 100 bytes as fast as it may, with a session and without.
 *
 * ```sh
 * deno run -A tests/server/measure.ts [messages]
 * ```
 *
 * The client is `ws`, which sends each frame at once; Deno's `WebSocket` leaves
 * Nagle's algorithm on, and then a window of 256 messages takes 40 ms.
 */

// deno-lint-ignore-file no-console

import { cpuUsage } from "node:process";
import { WebSocket } from "ws";
import { SessionServer } from "../../lib/server/mod.ts";
import { encodeControl, parseControl } from "../../lib/session/wire/control.ts";
import { decodeFrame, encodeFrame } from "../../lib/session/wire/frame.ts";
import { SUBPROTOCOL } from "../../lib/session/wire/limits.ts";
import { OPEN } from "../session/server/peer.ts";
import { KEY } from "./listening.ts";

const DATA = "x".repeat(100);
const ROUNDS = 4;
/** More than this is not sent ahead without a session, as a window would. */
const AHEAD = 256;

if (Deno.args[0] === "serve") serve();
else await measureAll(Number(Deno.args[0] ?? 60_000));

function serve(): void {
  const sessions = new SessionServer({
    key: KEY,
    authenticate: () => "ann",
    limits: { sessionsPerPrincipal: 1_000 },
    protocols: ["answers"],
    handler: {
      message({ protocol }, { data, reply }) {
        if (protocol === "answers") reply(data);
      },
    },
  });
  Deno.serve({
    ...{ port: 0, hostname: "127.0.0.1" },
    onListen: ({ port }) => console.log(port),
  }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/cpu") return Response.json(cpuUsage());
    if (pathname === "/session") return sessions.upgrade(request);
    const { socket, response } = Deno.upgradeWebSocket(request);
    let count = 0;
    socket.onmessage = ({ data }) => {
      count += 1;
      if (pathname === "/echo") socket.send(data);
      else if (count % 32 === 0) socket.send(`${count}`);
    };
    return response;
  });
}

async function measureAll(messages: number): Promise<void> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", import.meta.url, "serve"],
    stdout: "piped",
  }).spawn();
  const reader = server.stdout.getReader();
  const { value } = await reader.read();
  const host = `127.0.0.1:${new TextDecoder().decode(value).trim()}`;
  for (const path of ["/count", "/echo"]) {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const plain = await measure(
        host,
        () => runPlain(host, path, messages),
        messages,
      );
      const own = await measure(
        host,
        () => runSession(host, path, messages),
        messages,
      );
      console.log(`${path} ${round}: plain ${plain}; session ${own}`);
    }
  }
  server.kill("SIGKILL");
  await server.status;
  await reader.cancel();
}

async function measure(
  host: string,
  run: () => Promise<void>,
  messages: number,
): Promise<string> {
  const cpu = async () => {
    const used = await (await fetch(`http://${host}/cpu`)).json();
    return used.user + used.system;
  };
  const [before, start] = [await cpu(), performance.now()];
  await run();
  const seconds = (performance.now() - start) / 1_000;
  const microseconds = (await cpu() - before) / messages;
  const rate = Math.round(messages / seconds);
  return `${rate}/s, ${microseconds.toFixed(2)} us of server CPU each`;
}

async function runPlain(
  host: string,
  path: string,
  messages: number,
): Promise<void> {
  const socket = new WebSocket(`ws://${host}${path}`);
  let [sent, known] = [0, 0];
  await new Promise<void>((resolve) => {
    const pump = () => {
      for (; sent < messages && sent < known + AHEAD; sent += 1) {
        socket.send(DATA);
      }
      if (known >= messages - 31) resolve();
    };
    socket.on("open", pump);
    socket.on("message", (data) => {
      known = path === "/echo" ? known + 1 : Number(data);
      pump();
    });
  });
  socket.terminate();
}

async function runSession(
  host: string,
  path: string,
  messages: number,
): Promise<void> {
  const socket = new WebSocket(`ws://${host}/session`, [SUBPROTOCOL]);
  const protocols = path === "/echo" ? ["answers"] : [];
  const last = protocols.length === 0 ? 0 : messages;
  let [sent, accepted, answered, maxSeq] = [0, 0, 0, 0];
  await new Promise<void>((resolve) => {
    socket.on("open", () => {
      const window = [4_096, 2 ** 50] as const;
      socket.send(
        encodeControl({ ...OPEN, window, protocols, maxMessage: 999 }),
      );
    });
    socket.on("message", (data) => {
      const text = `${data}`;
      if (text.startsWith("c|")) {
        const control = parseControl(text.slice(2));
        if ("window" in control) maxSeq = control.window[0];
      } else {
        const frame = decodeFrame(text, 999);
        if (frame.type === "ack") maxSeq = frame.maxSeq;
        if ("ack" in frame) accepted = frame.ack ?? accepted;
        if (frame.type === "data") answered = frame.seq;
        if (frame.type === "data" && answered % 32 === 0) {
          const credit = { maxSeq: answered + 4_096, maxBytes: 2 ** 50 };
          socket.send(encodeFrame({ type: "ack", ack: answered, ...credit }));
        }
      }
      while (sent < messages && sent < maxSeq) {
        sent += 1;
        socket.send(`m${sent.toString(36)}|${DATA}`);
      }
      if (accepted === messages && answered === last) resolve();
    });
  });
  socket.terminate();
}
