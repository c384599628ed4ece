/**
 * Random and mutated streams of frames, reproducible by a seed.
 *
 * @module
 */

import type { Role } from "../../../lib/rfc6455/frame.ts";
import { bytesOf } from "../frames.ts";

/** Gives numbers in [0, 1). */
export type Random = () => number;

/** A small generator with a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from 0, below a limit. */
export function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[below(values.length, random)]!;
}

const TEXTS: readonly Uint8Array[] = [
  "",
  "a",
  "plain text",
  "é€😀",
  "\ufeff",
  "漢字仮名交じり文".repeat(3),
  "x".repeat(125),
  "y".repeat(126),
  "z".repeat(300),
  "w".repeat(520),
].map(bytesOf);

const BAD_TEXTS: readonly (readonly number[])[] = [
  [0xc3],
  [0x61, 0xff],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
  [0xf4, 0x90, 0x80, 0x80],
  [0xc0, 0xaf],
  [0xf0, 0x9f],
];

const CODES: readonly number[] = [1000, 1001, 1011, 3000, 4999, 1005, 0, 1016];

/** One frame, written into a list of bytes. */
interface Frame {
  readonly first: number;
  readonly payload: ArrayLike<number>;
}

function text(random: Random): ArrayLike<number> {
  return random() < 0.06 ? pick(BAD_TEXTS, random) : pick(TEXTS, random);
}

function noise(random: Random, limit: number): ArrayLike<number> {
  return Uint8Array.from(
    { length: below(limit, random) },
    () => below(256, random),
  );
}

/** The frames of a message, with control frames between them. */
function message(random: Random): readonly Frame[] {
  const isText = random() < 0.6;
  const data = isText ? text(random) : noise(random, 200);
  const opcode = isText ? 1 : 2;
  if (random() < 0.6) return [{ first: 0x80 | opcode, payload: data }];
  const frames: Frame[] = [];
  const bytes = Uint8Array.from(data);
  let first = opcode;
  for (let at = 0;; first = 0) {
    const size = below(bytes.length + 2 - at, random);
    const isLast = at + size >= bytes.length && random() < 0.7;
    const payload = bytes.subarray(at, at + size);
    frames.push({ first: first | (isLast ? 0x80 : 0), payload });
    at = Math.min(at + size, bytes.length);
    if (isLast) return frames;
    if (random() < 0.2) frames.push(control(random));
  }
}

function control(random: Random): Frame {
  return { first: pick([0x89, 0x8a], random), payload: noise(random, 20) };
}

function close(random: Random): Frame {
  const code = pick(CODES, random);
  const reason = random() < 0.1 ? pick(BAD_TEXTS, random) : bytesOf("bye é");
  const payload = pick(
    [[], [3], [code >> 8, code & 255], [
      code >> 8,
      code & 255,
      ...Array.from(reason),
    ]],
    random,
  );
  return { first: 0x88, payload };
}

/** What comes next on a connection, mostly valid. */
function step(random: Random): readonly Frame[] {
  const chance = random();
  if (chance < 0.7) return message(random);
  if (chance < 0.9) return [control(random)];
  if (chance < 0.94) return [close(random)];
  if (chance < 0.97) {
    return [{ first: below(256, random), payload: noise(random, 10) }];
  }
  return [{ first: pick([0x00, 0x80, 0x01], random), payload: text(random) }];
}

function write(
  { first, payload }: Frame,
  bytes: number[],
  random: Random,
  role: Role,
): void {
  const { length } = payload;
  const isWide = random() < 0.01;
  const masked = (role === "server") !== (random() < 0.005) ? 0x80 : 0;
  bytes.push(first);
  if (length < 126 && !isWide) bytes.push(masked | length);
  else bytes.push(masked | 126, length >> 8, length & 255);
  const key = [1, 2, 3, 4].map(() => below(256, random));
  if (masked !== 0) bytes.push(...key);
  for (let at = 0; at < length; at += 1) {
    bytes.push(payload[at]! ^ (masked === 0 ? 0 : key[at % 4]!));
  }
}

/** Lengths of 64 bits, which no random byte makes likely. */
const WIDE: readonly (readonly number[])[] = [
  [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 5],
  [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0],
  [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 1],
  [0x82, 127, 0, 0x20, 0, 0, 0, 0, 0, 0],
  [0x81, 126, 1, 244],
  [0x81, 126, 1, 245],
];

function wide(random: Random, role: Role): readonly number[] {
  const header = pick(WIDE, random);
  if (role === "client") return header;
  return header.with(1, header[1]! | 0x80).concat(1, 2, 3, 4);
}

function mutate(bytes: number[], random: Random, role: Role): void {
  const at = below(bytes.length + 1, random);
  switch (below(5, random)) {
    case 0:
      bytes.splice(at, 1);
      break;
    case 1:
      bytes.splice(at, 0, below(256, random));
      break;
    case 2:
      bytes.length = at;
      break;
    case 3:
      bytes.splice(random() < 0.5 ? at : Infinity, 0, ...wide(random, role));
      break;
    default:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
  }
}

/** Makes a stream as a peer may send it, good or bad. */
export function randomStream(random: Random, role: Role): Uint8Array {
  const bytes: number[] = [];
  if (random() < 0.02) return Uint8Array.from(noise(random, 60));
  for (let steps = 1 + below(6, random); steps > 0; steps -= 1) {
    for (const frame of step(random)) write(frame, bytes, random, role);
  }
  if (random() < 0.4) mutate(bytes, random, role);
  if (random() < 0.1) mutate(bytes, random, role);
  return Uint8Array.from(bytes);
}

/** How a stream comes in: the sizes of its chunks, or byte by byte. */
export type Cut = readonly number[] | "bytes";

/** Makes random cuts. */
export function randomCut(stream: Uint8Array, random: Random): Cut {
  const sizes: number[] = [];
  for (let at = 0; at < stream.length;) {
    const size = 1 + below(random() < 0.5 ? 4 : 100, random);
    sizes.push(size);
    at += size;
  }
  return sizes;
}

/** Cuts a stream. */
export function chunksOf(
  stream: Uint8Array,
  cut: Cut,
): readonly Uint8Array[] {
  if (cut === "bytes") return Array.from(stream, (byte) => Uint8Array.of(byte));
  let at = 0;
  return cut.map((size) => stream.subarray(at, at += size));
}

/**
 * How each stream comes in, one way after the other: at random points, and byte
 * by byte where it is not too long for that.
 *
 * @param maxBytes The longest stream that comes byte by byte.
 */
export function cutsOf(
  stream: Uint8Array,
  random: Random,
  maxBytes: number,
): readonly Cut[] {
  const cut = randomCut(stream, random);
  return stream.length > maxBytes ? [cut] : [cut, "bytes"];
}
