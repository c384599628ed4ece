/**
 * Sections 12 and 13 of the Autobahn test suite, in small: messages of many
 * sizes, compressed by `ws` and received by us, and the other way round, under
 * each combination of parameters.
 */

import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import {
  answerDeflateOffers,
  deflateOffer,
  type DeflateOptions,
} from "../../../lib/rfc6455/handshake/deflate_negotiation.ts";
import { pakoCompression } from "../../../lib/transport/tcp/pako_codec.ts";
import { parseExtensions } from "../../../lib/rfc6455/handshake/extensions.ts";
import { Protocol } from "../../../lib/rfc6455/protocol.ts";
import { bytesOf, chunks, concat, frame } from "../frames.ts";
import {
  ourReceive,
  type WsDeflate,
  wsDeflate,
  wsInflate,
} from "./ws_reference.ts";

const OPTIONS = { maxMessageSize: 2 ** 20 };
const TEXT = 1;
const BINARY = 2;

interface Message {
  readonly opcode: typeof TEXT | typeof BINARY;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** 12.1 to 12.5: JSON, and bytes that hardly compress, of each size, twice. */
const MESSAGES: readonly Message[] = [0, 1, 16, 64, 256, 1_024, 4_096, 32_768]
  .flatMap((size) => {
    const json = JSON.stringify(
      Array.from(
        { length: size / 8 },
        (_, id) => ({ id, name: `né${id % 7}` }),
      ),
    );
    const text = bytesOf(json.slice(0, size));
    const noise = Uint8Array.from(
      { length: size },
      (_, index) => (Math.imul(index + size, 2_654_435_761) >>> 11) & 255,
    );
    const pair: readonly Message[] = [
      { opcode: TEXT, data: text },
      { opcode: BINARY, data: noise },
    ];
    return [...pair, ...pair];
  });

const EXPECTED = MESSAGES.map(({ opcode, data }) =>
  `${opcode === TEXT ? "text" : "binary"} ${
    Buffer.from(data).toString("latin1")
  }`
);

/** 13.1 to 13.7: the parameters of the negotiation. */
const NEGOTIATIONS: readonly (readonly [string, DeflateOptions])[] = [
  ["13.1", {}],
  ["13.2", { clientNoContextTakeover: true, serverNoContextTakeover: true }],
  ["13.3", { clientMaxWindowBits: 9 }],
  ["13.4", { clientMaxWindowBits: 15, serverNoContextTakeover: true }],
  ["13.5", { clientMaxWindowBits: 9, clientNoContextTakeover: true }],
  ["13.6", { clientMaxWindowBits: 12, serverNoContextTakeover: true }],
];

function compress(deflate: WsDeflate, data: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflate.compress(data, true, (error, compressed) => {
      if (error) reject(error);
      else resolve(Uint8Array.from(compressed));
    });
  });
}

function negotiate(options: DeflateOptions) {
  const offers = parseExtensions([deflateOffer(options)])!;
  const { agreement, header } = answerDeflateOffers(offers, options)!;
  const { params } = parseExtensions([header])![0]!;
  // As `ws` parses the header: a list of values for each parameter, which it
  // changes.
  const wsParams = () =>
    Object.fromEntries(
      params.map(([name, value]) => [name, [value ?? true]]),
    );
  return { agreement, wsParams };
}

for (const [name, options] of NEGOTIATIONS) {
  const { agreement, wsParams } = negotiate(options);

  Deno.test(`Receiver inflates what ws compresses, case ${name}`, async () => {
    const server = wsDeflate({ isServer: true, threshold: 0 });
    server.accept([wsParams()]);
    const frames: Uint8Array[] = [];
    for (const { opcode, data } of MESSAGES) {
      frames.push(frame(0xc0 | opcode, await compress(server, data)));
    }
    server.cleanup();
    const stream = Buffer.concat(frames);
    for (const size of [Infinity, 1_000, 7]) {
      const { inflater } = pakoCompression({
        agreement,
        role: "client",
        threshold: 0,
      });
      const verdict = ourReceive(chunks(stream, size), {
        ...OPTIONS,
        role: "client",
        inflater,
      });
      assertEquals(verdict.failure, undefined);
      assertEquals(verdict.events, EXPECTED);
    }
  });

  Deno.test(`Protocol compresses what ws inflates, case ${name}`, async () => {
    const protocol = new Protocol({
      role: "client",
      ...OPTIONS,
      nextKey: () => 0x12345678,
      deflate: pakoCompression({ agreement, role: "client", threshold: 0 }),
      listener: { message() {}, pong() {}, close() {}, fault() {} },
    });
    for (const { opcode, data } of MESSAGES) {
      if (opcode === BINARY) protocol.sendBinary(data);
      else protocol.sendText(new TextDecoder().decode(data));
    }
    const server = wsDeflate({ isServer: true });
    server.accept([wsParams()]);
    const verdict = await wsInflate(protocol.takeOutput(), server, {
      ...OPTIONS,
      role: "server",
    });
    server.cleanup();
    assertEquals(verdict.failure, undefined);
    assertEquals(verdict.events, EXPECTED);
  });
}

Deno.test("Receiver inflates fragments of a compressed message", async () => {
  const { agreement, wsParams } = negotiate({});
  const server = wsDeflate({ isServer: true, threshold: 0 });
  server.accept([wsParams()]);
  const text = "fragmented ".repeat(1_000);
  const compressed = await compress(server, bytesOf(text));
  server.cleanup();
  const parts = chunks(compressed, 20);
  const stream = concat(
    ...parts.flatMap((part, index) => [
      frame(index === 0 ? 0x41 : index === parts.length - 1 ? 0x80 : 0, part),
      frame(0x89),
    ]),
  );
  const { inflater } = pakoCompression({
    agreement,
    role: "client",
    threshold: 0,
  });
  const { events } = ourReceive([stream], {
    ...OPTIONS,
    role: "client",
    inflater,
  });
  assertEquals(events.filter((event) => event !== "ping "), [`text ${text}`]);
});
