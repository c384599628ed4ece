/**
 * The cases of the Autobahn test suite, sections 12 and 13, written anew from
 * their descriptions: messages of 18 sizes, some of them in fragments, of five
 * kinds of data under the parameters that both sides take by default, and of one
 * kind under seven negotiations. Sizes are 8 times smaller than in the suite, and
 * there are 4 messages instead of 1,000.
 *
 * @module
 */

import { bytesOf } from "../../frames.ts";

/** What both sides say of `permessage-deflate`, and what it means for each. */
export interface Negotiation {
  /** The client's offers: the value of `Sec-WebSocket-Extensions`. */
  readonly offers: string;
  /** The server's answer. */
  readonly answer: string;
  /** Whether windows outlive a message. */
  readonly takeover: "takeover" | "no-takeover";
  /** Their size, as a power of 2. */
  readonly windowBits: number;
}

/** One case. */
export interface DeflateCase {
  /** Its number in the suite. */
  readonly name: string;
  readonly negotiation: Negotiation;
  readonly kind: "text" | "binary";
  /** The size of each message, in bytes. */
  readonly size: number;
  /** The size of a fragment of what is compressed; `Infinity`: in one frame. */
  readonly fragment: number;
  /** Where the messages are cut from. */
  readonly data: Uint8Array<ArrayBuffer>;
}

const SCALE = 8;
const MESSAGES = 4;
const LENGTH = 131_072 / SCALE * MESSAGES;

/** What the suite sends: the size of a message, and that of its fragments. */
const SIZES: readonly (readonly [size: number, fragment: number])[] = [
  ...[
    16,
    64,
    256,
    1_024,
    4_096,
    8_192,
    16_384,
    32_768,
    65_536,
    131_072,
  ].map((size) => [size, Infinity] as const),
  ...[8_192, 16_384, 32_768, 65_536, 131_072].map((size) =>
    [size, 256] as const
  ),
  ...[1_024, 4_096, 32_768].map((fragment) => [131_072, fragment] as const),
];

/** Makes data from one line after the other. */
function lines(line: (index: number) => string): Uint8Array<ArrayBuffer> {
  let text = "";
  for (let index = 0; text.length < LENGTH; index += 1) text += line(index);
  return bytesOf(text).slice(0, LENGTH);
}

function bytes(byte: (index: number) => number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: LENGTH }, (_, index) => byte(index));
}

/** Mixes a number well enough. */
function hash(index: number): number {
  return Math.imul(index + 1, 2_654_435_761) >>> 11;
}

const WORDS = "Habe nun ach Philosophie Juristerei und Medizin Und leider auch"
  .split(" ");

const JSON_DATA = lines((id) =>
  JSON.stringify({ id, name: `name ${hash(id) % 97}`, tags: ["a", id % 7] })
);

/** In the suite: JSON, a bitmap, a play, a page, and a PDF. */
const DATA: readonly Pick<DeflateCase, "kind" | "data">[] = [
  { kind: "text", data: JSON_DATA },
  {
    kind: "binary",
    data: bytes((at) => at % 512 / 4 + (at >> 9) + hash(at) % 3),
  },
  {
    kind: "binary",
    data: lines((at) => `${WORDS[hash(at) % WORDS.length]} `),
  },
  {
    kind: "text",
    data: lines((at) => `<tr><td class="c${at % 9}">${hash(at)}</td></tr>\n`),
  },
  { kind: "binary", data: bytes((at) => hash(at)) },
];

/** One offer, or an answer, that asks the same of both sides; 0 bits: of no window. */
function params(takeover: Negotiation["takeover"], bits: number): string {
  const forgets = takeover === "no-takeover";
  return [
    "permessage-deflate",
    ...forgets
      ? ["server_no_context_takeover", "client_no_context_takeover"]
      : [],
    ...bits > 0
      ? [`server_max_window_bits=${bits}`, `client_max_window_bits=${bits}`]
      : [],
  ].join("; ");
}

function negotiation(
  takeover: Negotiation["takeover"],
  bits: number,
): Negotiation {
  const answer = params(takeover, bits);
  return { offers: answer, answer, takeover, windowBits: bits || 15 };
}

const KEEPS = negotiation("takeover", 0);
const FORGETS = negotiation("no-takeover", 0);
/** The suite says 8 bits, which zlib does not make; later versions of it say 9. */
const SMALL = negotiation("no-takeover", 9);

/** 13.1 to 13.7. */
const NEGOTIATIONS: readonly Negotiation[] = [
  KEEPS,
  FORGETS,
  negotiation("takeover", 9),
  negotiation("takeover", 15),
  SMALL,
  negotiation("no-takeover", 15),
  // Several offers, of which a server takes the first.
  {
    ...SMALL,
    offers: [SMALL, FORGETS, KEEPS].map(({ offers }) => offers).join(", "),
  },
];

function cases(
  section: string,
  each: Omit<DeflateCase, "name" | "size" | "fragment">,
): readonly DeflateCase[] {
  return SIZES.map(([size, fragment], index) => ({
    ...each,
    name: `${section}.${index + 1}`,
    size: size / SCALE,
    fragment: fragment / SCALE,
  }));
}

/** All cases. */
export const DEFLATE_CASES: readonly DeflateCase[] = [
  ...DATA.flatMap((data, index) =>
    cases(`12.${index + 1}`, { ...data, negotiation: KEEPS })
  ),
  ...NEGOTIATIONS.flatMap((negotiation, index) =>
    cases(`13.${index + 1}`, { kind: "text", data: JSON_DATA, negotiation })
  ),
];

/** The messages of a case. */
export function messagesOf(
  { data, size }: DeflateCase,
): readonly Uint8Array<ArrayBuffer>[] {
  return Array.from(
    { length: MESSAGES },
    (_, index) => data.slice(index * size, (index + 1) * size),
  );
}
