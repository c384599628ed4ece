import { assert, assertEquals } from "@std/assert";
import {
  ProtocolError,
  ReconnectError,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import {
  type Malformation,
  MALFORMATIONS,
  type Random,
  randomFrom,
} from "./malformed.ts";
import type { TransportName } from "../../../lib/connection/config/transports.ts";
import { OPCODE } from "../servers/tcp/frames.ts";
import type { TcpPeer } from "../servers/tcp/tcp_peer.ts";
import { startTcpServer, type TcpServer } from "../servers/tcp/tcp_server.ts";
import { failure, until } from "../waiting.ts";

/** How many connections there are at a time. */
const LANES = 48;

interface Case {
  readonly malformation: Malformation;
  readonly random: Random;
  readonly seen: PromiseWithResolvers<number | undefined>;
}

for (
  const { transport, count } of [
    { transport: "tcp", count: 10_000 },
    { transport: "ws", count: 1_000 },
    { transport: "native", count: 1_000 },
  ] as const
) {
  Deno.test(`${count} malformed handshakes and frames each end in a typed error (${transport})`, async () => {
    const malformations = MALFORMATIONS.filter(({ native }) =>
      transport !== "native" || native === "judges"
    );
    const cases = new Map<string, Case>();
    await using server = await startTcpServer((peer) => meet(peer, cases));
    // It keeps the worker, so that what is left can be distinguished from what it needs.
    await using keeper = new ReconnectingWebSocket(`${server.url}/keep`, [], {
      transport,
      // The server answers no ping, and a slow machine takes longer than a heartbeat.
      heartbeat: false,
      closeTimeout: 50,
    });
    await keeper.opened;
    const before = descriptors();
    const findings: string[] = [];
    let last = 0;
    const lane = async () => {
      for (let id = last += 1; id <= count; id = last += 1) {
        const malformation = malformations[id % malformations.length];
        if (malformation === undefined) throw new RangeError("No case");
        const seen = Promise.withResolvers<number | undefined>();
        const own = { malformation, random: randomFrom(id), seen };
        cases.set(`/${id}`, own);
        const finding = await judge(server, `/${id}`, own, transport);
        if (finding !== undefined) findings.push(`${id}: ${finding}`);
        cases.delete(`/${id}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    assertEquals(findings.slice(0, 20), []);
    assertEquals(server.peers.length, count + 1);
    await until(() => descriptors() <= before + 4);
  });
}

/** Plays a case to a connection, and reads the close frame that comes back. */
async function meet(
  peer: TcpPeer,
  cases: ReadonlyMap<string, Case>,
): Promise<void> {
  const path = (await peer.peekRequest()).split(" ", 2)[1] ?? "";
  const { malformation, random, seen } = cases.get(path) ?? {};
  if (malformation === undefined || random === undefined) {
    await peer.accept();
    return;
  }
  await malformation.play(peer, random);
  seen?.resolve(await readCloseCode(peer));
  peer.destroy();
}

async function readCloseCode(peer: TcpPeer): Promise<number | undefined> {
  for (;;) {
    const frame = await peer.readFrame();
    if (frame === undefined) return undefined;
    if (frame.opcode !== OPCODE.close) continue;
    const [high = 0, low = 0] = frame.payload;
    return high << 8 | low;
  }
}

/** Connects once; says what is wrong with the end, if something is. */
async function judge(
  { url }: TcpServer,
  path: string,
  { malformation, seen }: Case,
  transport: TransportName,
): Promise<string | undefined> {
  const { name, errors, closeCode } = malformation;
  const socket = new ReconnectingWebSocket(url + path, [], {
    transport,
    heartbeat: false,
    closeTimeout: 1_000,
    backoff: { maxAttempts: 1 },
    fatalCloseCodes: [],
  });
  const ended = await failure(socket.closed);
  const error = ended instanceof ReconnectError ? ended.cause : ended;
  assert(error instanceof Error);
  if (!errors.includes(error.name)) return `${name}: ${error}`;
  if (error instanceof ProtocolError && closeCode !== undefined) {
    if (error.closeCode !== closeCode) return `${name}: ${error.closeCode}`;
  }
  const code = await seen.promise;
  const expected = transport === "native" ? NATIVE_CODES : [closeCode];
  return code === undefined || closeCode === undefined ||
      expected.includes(code)
    ? undefined
    : `${name}: sent ${code}`;
}

/** What Deno's client says when it judges; our own codes go out as 4002 to 4009. */
const NATIVE_CODES: readonly (number | undefined)[] = [
  1002,
  1007,
  1009,
  4002,
  4007,
  4009,
];

/** How many files and sockets the process has open. */
function descriptors(): number {
  if (Deno.build.os !== "linux") return 0;
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
