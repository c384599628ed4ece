/**
 * What no server may send: malformed handshakes and frames, by chance from a
 * seed, and what each must end in.
 *
 * @module
 */

import {
  concat,
  encodeClose,
  encodeFrame,
  type FrameOptions,
  OPCODE,
} from "../servers/tcp/frames.ts";
import type { TcpPeer } from "../servers/tcp/tcp_peer.ts";

/** A generator of numbers in [0, 1), from a seed. */
export type Random = () => number;

/** What a peer does, and what must come of it. */
export interface Malformation {
  readonly name: string;
  /** The error's `name`s that are right. */
  readonly errors: readonly string[];
  /** What our side says in its close frame, or in a `ProtocolError`. */
  readonly closeCode?: 1002 | 1007 | 1009;
  /** Whether Deno's own client judges it as we do; some of it it lets pass. */
  readonly native: "judges" | "differs";
  /** Plays it to a connection. */
  readonly play: (peer: TcpPeer, random: Random) => Promise<void>;
}

/** Makes a generator (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = state + 0x6D2B79F5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to `to`. */
function int(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[int(random, 0, choices.length - 1)] as T;
}

function bytes(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => int(random, 0, 255));
}

/** A handshake that is written as it is. */
function head(
  name: string,
  text: (random: Random) => string | Uint8Array,
  more: Partial<Malformation> = {},
): Malformation {
  return {
    name,
    errors: ["ProtocolError", "ConnectError"],
    native: "judges",
    play: async (peer, random) => {
      await peer.readRequest();
      await peer.write(text(random));
      peer.end();
    },
    ...more,
  };
}

/** A valid handshake with other fields. */
function fields(
  name: string,
  make: (random: Random) => Readonly<Record<string, string>>,
  native: Malformation["native"],
): Malformation {
  return {
    name,
    errors: ["ProtocolError"],
    closeCode: 1002,
    native,
    play: async (peer, random) => {
      await peer.accept({ headers: make(random) });
    },
  };
}

/** Frames after a valid handshake, in the same write or in one of their own. */
function frames(
  name: string,
  closeCode: 1002 | 1007 | 1009,
  make: (random: Random) => Uint8Array,
  native: Malformation["native"] = "judges",
): Malformation {
  return {
    name,
    errors: ["ProtocolError"],
    closeCode,
    native,
    play: (peer, random) => after(peer, random, make(random)),
  };
}

/** Frames that end too early. */
function cut(
  name: string,
  drop: (peer: TcpPeer) => void,
): Malformation {
  return {
    name,
    errors: ["ConnectionLostError"],
    native: "judges",
    play: async (peer, random) => {
      const size = int(random, 10, 70_000);
      const whole = encodeFrame(bytes(random, size), {
        opcode: OPCODE.binary,
      });
      await after(peer, random, whole.slice(0, int(random, 1, size - 1)));
      drop(peer);
    },
  };
}

async function after(
  peer: TcpPeer,
  random: Random,
  data: Uint8Array,
): Promise<void> {
  if (random() < 0.5) {
    await peer.accept({ followedBy: data });
    return;
  }
  await peer.accept();
  await peer.write(data);
}

function control(random: Random): number {
  return pick(random, [OPCODE.ping, OPCODE.pong, OPCODE.close]);
}

function data(random: Random): FrameOptions {
  return { opcode: pick(random, [OPCODE.text, OPCODE.binary]) };
}

const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\n";
const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
const NOT_UTF8 = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
] as const;

/** All of them. */
export const MALFORMATIONS: readonly Malformation[] = [
  fields("a wrong accept key", (random) => ({
    "Sec-WebSocket-Accept": btoa(String.fromCharCode(...bytes(random, 20))),
  }), "differs"),
  fields("a subprotocol that was not asked for", (random) => ({
    "Sec-WebSocket-Protocol": `p${int(random, 0, 99)}`,
  }), "differs"),
  fields("an extension that was not asked for", (random) => ({
    "Sec-WebSocket-Extensions": pick(random, ["x-none", "permessage-deflate"]),
  }), "differs"),
  fields("another upgrade", () => ({ "Upgrade": "h2c" }), "judges"),
  head("a bad status line", (random) =>
    pick(random, [
      "HTTP/1.1 abc Switching\r\n\r\n",
      "HTP/1.1 101 Switching\r\n\r\n",
      "101 Switching Protocols\r\n\r\n",
      "\0\0\0\0\r\n\r\n",
      "HTTP/9.9 101\r\n\r\n",
      "SSH-2.0-OpenSSH_9.2\r\n",
    ])),
  head(
    "no upgrade at all",
    (random) =>
      `HTTP/1.1 ${pick(random, [200, 204, 302, 404, 500])} No\r\n` +
      "Content-Length: 0\r\nConnection: close\r\n\r\n",
    {
      errors: ["HandshakeError"],
    },
  ),
  head(
    "oversized headers",
    (random) =>
      `${SWITCHING}${UPGRADE}X: ${
        "y".repeat(int(random, 90_000, 200_000))
      }\r\n\r\n`,
    { native: "differs" },
  ),
  head(
    "too many headers",
    (random) =>
      `${SWITCHING}${"X: y\r\n".repeat(int(random, 20_000, 40_000))}\r\n`,
  ),
  head(
    "a handshake without its key",
    () => `${SWITCHING}${UPGRADE}\r\n`,
    { native: "differs" },
  ),
  head(
    "half a handshake",
    (random) => `${SWITCHING}${UPGRADE}`.slice(0, int(random, 0, 70)),
  ),
  {
    ...head("half a handshake, reset", () => ""),
    play: async (peer, random) => {
      await peer.readRequest();
      await peer.write(SWITCHING.slice(0, int(random, 0, 30)));
      peer.reset();
    },
  },
  head("noise", (random) => bytes(random, int(random, 1, 500))),
  frames(
    "a masked frame",
    1002,
    (random) =>
      encodeFrame("text", { ...data(random), mask: bytes(random, 4) }),
    "differs",
  ),
  frames(
    "reserved bits",
    1002,
    (random) =>
      encodeFrame("text", { ...data(random), rsv: int(random, 1, 7) }),
  ),
  frames(
    "a reserved opcode",
    1002,
    (random) =>
      encodeFrame("", {
        opcode: pick(random, [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]),
      }),
  ),
  frames(
    "a fragmented control frame",
    1002,
    (random) => encodeFrame("", { opcode: control(random), fin: false }),
  ),
  frames(
    "a large control frame",
    1002,
    (random) =>
      encodeFrame(bytes(random, int(random, 126, 1_000)), {
        opcode: control(random),
      }),
    "differs",
  ),
  frames(
    "a continuation without a start",
    1002,
    (random) =>
      encodeFrame("text", { opcode: OPCODE.continuation, fin: random() < 0.5 }),
  ),
  frames("a message within a message", 1002, (random) =>
    concat([
      encodeFrame("one", { ...data(random), fin: false }),
      encodeFrame("two", data(random)),
    ])),
  frames(
    "a forbidden close code",
    1002,
    (random) =>
      encodeClose(
        pick(random, [0, 1, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535]),
      ),
  ),
  frames(
    "half a close code",
    1002,
    (random) => encodeFrame(bytes(random, 1), { opcode: OPCODE.close }),
  ),
  frames(
    "a close reason that is not UTF-8",
    1007,
    (random) =>
      encodeFrame(Uint8Array.of(3, 232, ...pick(random, NOT_UTF8)), {
        opcode: OPCODE.close,
      }),
  ),
  frames(
    "text that is not UTF-8",
    1007,
    (random) => encodeFrame(Uint8Array.of(65, ...pick(random, NOT_UTF8))),
  ),
  frames("a frame larger than any", 1009, (random) =>
    encodeFrame("", {
      ...data(random),
      claimedLength: int(random, 2 ** 27, 2 ** 40),
    })),
  cut("half a frame", (peer) => peer.end()),
  cut("half a frame, reset", (peer) => peer.reset()),
  {
    name: "noise instead of frames",
    errors: ["ProtocolError", "ConnectionLostError", "ConnectionClosedError"],
    native: "judges",
    play: async (peer, random) => {
      await after(peer, random, bytes(random, int(random, 2, 300)));
      peer.end();
    },
  },
];
