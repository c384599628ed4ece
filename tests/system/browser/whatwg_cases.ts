/**
 * What a server does to a `WebSocket`, case by case, and what the page does with it:
 * two classes are compared by what their listeners see.
 *
 * @module
 */

import type { Steps } from "./programs/traces.ts";
import {
  concat,
  encodeClose,
  encodeFrame,
  OPCODE,
} from "../servers/tcp/frames.ts";
import type { TcpPeer } from "../servers/tcp/tcp_peer.ts";
import type { Script } from "../servers/tcp/tcp_server.ts";

/** One comparison. */
export interface Case {
  readonly script: Script;
  readonly protocols?: readonly string[];
  readonly steps?: Steps;
}

const MASK = Uint8Array.of(1, 2, 3, 4);
const BINARY = { opcode: OPCODE.binary };

/** The cases, by name. */
export const CASES: Readonly<Record<string, Case>> = {
  "close with code and reason": {
    script: says(encodeFrame("hello"), encodeClose(4001, "bye")),
  },
  "close without a code": { script: says(encodeClose()) },
  "close with 1000": { script: says(encodeClose(1000, "done")) },
  "close with 1001": { script: says(encodeClose(1001)) },
  "close with 1011 and umlauts": { script: says(encodeClose(1011, "ü€😀")) },
  "close with 1015": { script: says(encodeClose(1015)) },
  "close with 1005": { script: says(encodeClose(1005)) },
  "close with 999": { script: says(encodeClose(999)) },
  "frames after close": {
    script: says(encodeClose(1000), encodeFrame("late")),
  },
  "FIN after open": { script: ends((peer) => peer.destroy()) },
  "RST after open": { script: ends((peer) => peer.reset()) },
  "messages, then FIN": {
    script: async (peer) => {
      await peer.accept({
        followedBy: concat([encodeFrame("1"), encodeFrame("2")]),
      });
      peer.destroy();
    },
  },
  "FIN in the middle of a message": {
    script: async (peer) => {
      await peer.accept();
      await peer.write(encodeFrame("begin", { fin: false }));
      peer.destroy();
    },
  },
  "handshake refused with 401": {
    script: async (peer) => {
      await peer.readRequest();
      await peer.write("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n");
    },
  },
  "handshake dropped": {
    script: async (peer) => {
      await peer.readRequest();
      peer.destroy();
    },
  },
  "no HTTP": {
    script: async (peer) => {
      await peer.readRequest();
      await peer.write("SSH-2.0-nonsense\r\n\r\n");
      peer.destroy();
    },
  },
  "wrong Sec-WebSocket-Accept": {
    script: accepts({ "Sec-WebSocket-Accept": "wrong" }),
  },
  "subprotocol chosen": {
    protocols: ["a", "b"],
    script: async (peer) => {
      await peer.accept({
        headers: { "Sec-WebSocket-Protocol": "b" },
        followedBy: encodeClose(1000),
      });
      await finish(peer);
    },
  },
  "subprotocol not asked for": {
    script: accepts({ "Sec-WebSocket-Protocol": "c" }),
  },
  "subprotocol not answered": { protocols: ["a"], script: accepts({}) },
  "extension not asked for": {
    script: accepts({ "Sec-WebSocket-Extensions": "x-nonsense" }),
  },
  "reserved opcode": { script: says(encodeFrame("", { opcode: 3 })) },
  "reserved bit": { script: says(encodeFrame("", { rsv: 2 })) },
  "masked frame": { script: says(encodeFrame("hi", { mask: MASK })) },
  "continuation of nothing": {
    script: says(encodeFrame("hi", { opcode: OPCODE.continuation })),
  },
  "message within a message": {
    script: says(encodeFrame("a", { fin: false }), encodeFrame("b")),
  },
  "text that is no UTF-8": { script: says(encodeFrame(Uint8Array.of(0xff))) },
  "fragmented ping": {
    script: says(encodeFrame("", { opcode: OPCODE.ping, fin: false })),
  },
  "long ping": {
    script: says(encodeFrame("x".repeat(126), { opcode: OPCODE.ping })),
  },
  "close frame of one byte": {
    script: says(encodeFrame("x", { opcode: OPCODE.close })),
  },
  "fragments and a ping between": {
    script: says(
      encodeFrame("frag", { fin: false }),
      encodeFrame("", { opcode: OPCODE.ping }),
      encodeFrame("ment", { opcode: OPCODE.continuation }),
      encodeClose(1000),
    ),
  },
  "texts and binaries as Blobs": {
    script: says(
      encodeFrame(""),
      encodeFrame("ü€😀"),
      encodeFrame("", BINARY),
      encodeFrame("bin", BINARY),
      encodeClose(1000),
    ),
  },
  "binaries as ArrayBuffers": {
    steps: { start: { type: "binaryType", format: "arraybuffer" } },
    script: says(
      encodeFrame("", BINARY),
      encodeFrame("bin", BINARY),
      encodeClose(1000),
    ),
  },
  "binaryType changed in between": {
    steps: { message: { type: "binaryType", format: "arraybuffer" } },
    script: says(
      encodeFrame("first", BINARY),
      encodeFrame("second", BINARY),
      encodeClose(1000),
    ),
  },
  "close() while CONNECTING": {
    steps: { start: { type: "close" } },
    script: async (peer) => {
      await peer.readRequest();
    },
  },
  "close(3000) while CONNECTING": {
    steps: { start: { type: "close", code: 3000, reason: "bye" } },
    script: answersClose(),
  },
  "close() in open": {
    steps: { open: { type: "close" } },
    script: answersClose(encodeFrame("late"), encodeFrame("later")),
  },
  "close(1000) in open": {
    steps: { open: { type: "close", code: 1000 } },
    script: answersClose(),
  },
  "close(3000, reason) in message": {
    steps: { message: { type: "close", code: 3000, reason: "bye" } },
    script: answersClose(encodeFrame("1"), encodeFrame("2"), encodeFrame("3")),
  },
  "close() in error": {
    steps: { error: { type: "close" } },
    script: says(encodeFrame("", { opcode: 3 })),
  },
  "close() in close": {
    steps: { close: { type: "close" } },
    script: says(encodeClose(1000)),
  },
  "close answered with another code": {
    steps: { open: { type: "close", code: 3000 } },
    script: async (peer) => {
      await peer.accept();
      await peer.readFrame();
      await peer.write(encodeClose(4000, "other"));
      peer.end();
    },
  },
  "close answered by FIN": {
    steps: { open: { type: "close", code: 3000 } },
    script: async (peer) => {
      await peer.accept();
      await peer.readFrame();
      peer.destroy();
    },
  },
  "close answered by RST": {
    steps: { open: { type: "close" } },
    script: async (peer) => {
      await peer.accept();
      await peer.readFrame();
      peer.reset();
    },
  },
  "send in open": {
    steps: {
      open: {
        type: "send",
        payloads: ["text", "umlaut", "empty", "buffer", "view", "blob", "text"],
      },
    },
    script: echoes(7),
  },
  "send in close": {
    steps: { close: { type: "send", payloads: ["text", "blob", "buffer"] } },
    script: says(encodeClose(1000)),
  },
};

function says(...frames: readonly Uint8Array[]): Script {
  return async (peer) => {
    await peer.accept();
    await peer.write(concat(frames));
    await finish(peer);
  };
}

function accepts(headers: Readonly<Record<string, string>>): Script {
  return async (peer) => {
    await peer.accept({ headers });
    await finish(peer);
  };
}

function ends(end: (peer: TcpPeer) => void): Script {
  return async (peer) => {
    await peer.accept();
    // The page has seen the handshake when its answer to a ping is here.
    await peer.write(encodeFrame("", { opcode: OPCODE.ping }));
    await peer.readFrame();
    end(peer);
  };
}

function answersClose(...frames: readonly Uint8Array[]): Script {
  return async (peer) => {
    await peer.accept();
    await peer.write(concat(frames));
    const frame = await peer.readFrame();
    if (frame !== undefined) {
      await peer.write(encodeFrame(frame.payload, { opcode: OPCODE.close }));
    }
    peer.end();
  };
}

function echoes(count: number): Script {
  return async (peer) => {
    await peer.accept();
    for (let number = 0; number < count; number += 1) {
      const frame = await peer.readFrame();
      if (frame === undefined) return;
      await peer.write(encodeFrame(frame.payload, { opcode: frame.opcode }));
    }
    await peer.write(encodeClose(1000));
    await finish(peer);
  };
}

/** The server ends TCP when it has the client's close frame or end. */
async function finish(peer: TcpPeer): Promise<void> {
  await peer.readFrame();
  peer.end();
}
