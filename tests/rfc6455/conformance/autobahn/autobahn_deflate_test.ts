/**
 * Sections 12 and 13 of the Autobahn test suite: messages that `ws` compresses
 * and we receive, and the other way round, in both roles.
 */

import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import type { Role } from "../../../../lib/rfc6455/frame.ts";
import {
  answerDeflateOffers,
  type DeflateAgreement,
  readDeflateResponse,
} from "../../../../lib/rfc6455/handshake/deflate_negotiation.ts";
import { parseExtensions } from "../../../../lib/rfc6455/handshake/extensions.ts";
import { Protocol } from "../../../../lib/rfc6455/protocol.ts";
import { pakoCompression } from "../../../../lib/transport/tcp/pako_codec.ts";
import { bytesOf, chunks, concat, frame } from "../../frames.ts";
import {
  DEFLATE_CASES,
  type DeflateCase,
  messagesOf,
  type Negotiation,
} from "./autobahn_deflate.ts";
import { pieces } from "./autobahn_case.ts";
import {
  ourReceive,
  type WsDeflate,
  wsDeflate,
  wsInflate,
} from "../ws_reference.ts";

const OPTIONS = { maxMessageSize: 2 ** 20 };
const KEY = [0x37, 0xfa, 0x21, 0x3d];

/** What we make of a negotiation, and the side of `ws`. */
interface Sides {
  readonly agreement: DeflateAgreement;
  readonly ws: WsDeflate;
}

/** Negotiates; `ws` is the other side of ours. */
function negotiate({ offers, answer }: Negotiation, role: Role): Sides {
  if (role === "client") {
    const agreement = readDeflateResponse(parseExtensions([answer])![0]!, {});
    if (typeof agreement === "string") throw new Error(agreement);
    return { agreement, ws: ws("server", answer) };
  }
  const answered = answerDeflateOffers(parseExtensions([offers])!, {})!;
  return { ...answered, ws: ws("client", answered.header) };
}

function ws(role: Role, header: string): WsDeflate {
  const deflate = wsDeflate({ isServer: role === "server", threshold: 0 });
  const { params } = parseExtensions([header])![0]!;
  // As `ws` parses the header: a list of values for each parameter.
  deflate.accept([
    Object.fromEntries(params.map(([name, value]) => [name, [value ?? true]])),
  ]);
  return deflate;
}

function compress(deflate: WsDeflate, data: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflate.compress(data, true, (error, compressed) => {
      if (error) reject(error);
      else resolve(Uint8Array.from(compressed));
    });
  });
}

/** What a message is, as in a verdict. */
function eventsOf(each: DeflateCase): readonly string[] {
  return messagesOf(each).map((data) =>
    `${each.kind} ${Buffer.from(data).toString("latin1")}`
  );
}

/** The frames of a compressed message, in fragments. */
function framesOf(
  { kind, fragment }: Pick<DeflateCase, "kind" | "fragment">,
  compressed: Uint8Array,
  role: Role,
): readonly Uint8Array[] {
  const parts = pieces(compressed, Math.min(fragment, compressed.length));
  const opcode = kind === "text" ? 1 : 2;
  return parts.map((part, index) => {
    const first = index === 0 ? 0x40 | opcode : 0;
    const fin = index === parts.length - 1 ? 0x80 : 0;
    return frame(fin | first, part, role === "server" ? { key: KEY } : {});
  });
}

async function receives(each: DeflateCase, role: Role): Promise<void> {
  const { agreement, ws } = negotiate(each.negotiation, role);
  const { takeover, windowBits } = each.negotiation;
  const direction = { takeover, windowBits };
  assertEquals(agreement, { client: direction, server: direction }, each.name);
  const frames: Uint8Array[] = [];
  for (const data of messagesOf(each)) {
    frames.push(...framesOf(each, await compress(ws, data), role));
  }
  ws.cleanup();
  const stream = Buffer.concat(frames);
  for (const size of [Infinity, 97]) {
    const { inflater } = pakoCompression({ agreement, role, threshold: 0 });
    const verdict = ourReceive(chunks(stream, size), {
      ...OPTIONS,
      role,
      inflater,
    });
    assertVerdict(verdict, each, `chunks of ${size} to a ${role}`);
  }
}

async function sends(each: DeflateCase, role: Role): Promise<void> {
  const { agreement, ws } = negotiate(each.negotiation, role);
  const protocol = new Protocol({
    role,
    ...OPTIONS,
    nextKey: role === "client" ? () => 0x12345678 : undefined,
    deflate: pakoCompression({ agreement, role, threshold: 0 }),
    listener: { message() {}, pong() {}, close() {}, fault() {} },
  });
  for (const data of messagesOf(each)) {
    if (each.kind === "binary") protocol.sendBinary(data);
    else protocol.sendText(new TextDecoder().decode(data));
  }
  const verdict = await wsInflate(protocol.takeOutput(), ws, {
    ...OPTIONS,
    role: role === "client" ? "server" : "client",
  });
  ws.cleanup();
  assertVerdict(verdict, each, `from a ${role}`);
}

/** Large payloads would make a failure unreadable. */
function assertVerdict(
  { events, failure }: {
    readonly events: readonly string[];
    readonly failure: number | undefined;
  },
  each: DeflateCase,
  which: string,
): void {
  const expected = eventsOf(each);
  const message = `case ${each.name}, ${which}`;
  assertEquals(failure, undefined, message);
  assertEquals(events.length, expected.length, message);
  const isSame = events.every((event, index) => event === expected[index]);
  assertEquals(isSame, true, message);
}

const SECTIONS = Map.groupBy(
  DEFLATE_CASES,
  ({ name }) => name.split(".", 2).join("."),
);

for (const [section, cases] of SECTIONS) {
  for (const role of ["client", "server"] as const) {
    Deno.test(`Receiver inflates what ws compresses, cases ${section}, as a ${role}`, async () => {
      for (const each of cases) await receives(each, role);
    });

    Deno.test(`Protocol compresses what ws inflates, cases ${section}, as a ${role}`, async () => {
      for (const each of cases) await sends(each, role);
    });
  }
}

Deno.test("Receiver inflates fragments of a compressed message, with pings between them", async () => {
  const [{ negotiation }] = DEFLATE_CASES as [DeflateCase];
  const { agreement, ws } = negotiate(negotiation, "client");
  const text = "né fragmented ".repeat(1_000);
  const compressed = await compress(ws, bytesOf(text));
  ws.cleanup();
  const frames = framesOf({ kind: "text", fragment: 20 }, compressed, "client");
  const stream = concat(...frames.flatMap((each) => [frame(0x89), each]));
  const role = "client";
  const { inflater } = pakoCompression({ agreement, role, threshold: 0 });
  const { events } = ourReceive([stream], { ...OPTIONS, role, inflater });
  assertEquals(
    events.filter((event) => event !== "ping "),
    [`text ${Buffer.from(text).toString("latin1")}`],
  );
});
