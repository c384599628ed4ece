/**
 * Frames read by the letter of RFC 6455, without the code that the tests judge:
 * where they are in a stream, and which sections their headers break.
 *
 * @module
 */

import type { Role } from "../../../lib/rfc6455/frame.ts";
import type { ProtocolFault } from "../../../lib/rfc6455/fault.ts";

/** One frame of a stream. */
export interface ReferenceFrame {
  /** Where its header starts. */
  readonly at: number;
  /** Its first byte: FIN, RSV1 to RSV3, opcode. */
  readonly first: number;
  /** Its second byte: the mask bit, and the length or its form. */
  readonly second: number;
  /** The length of its payload; `NaN` where that has not arrived. */
  readonly length: number;
  /** Where its payload starts. */
  readonly start: number;
  /** Where its payload ends, perhaps beyond the stream; `NaN` as above. */
  readonly end: number;
  /** The first byte of the message that it comes within; 0 for none. */
  readonly open: number;
  /** How many payload bytes of that message came before it. */
  readonly collected: number;
}

/** What a stream is read by. */
export interface ReferenceRules {
  /** Who receives it. */
  readonly role: Role;
  /** The largest message, in bytes. */
  readonly maxMessageSize: number;
  /** Whether `permessage-deflate` was negotiated. */
  readonly isDeflated?: boolean;
}

/** What a header does that it must not. */
export interface Breach {
  readonly rule:
    | "reserved bit"
    | "masking"
    | "reserved opcode"
    | "fragmented control"
    | "long control"
    | "short close"
    | "compressed bit"
    | "order"
    | "fewest bytes"
    | "63 bits";
  /** Who says so. */
  readonly section: string;
}

/** The frames of a stream, the last of which may be cut behind its second byte. */
export function framesOf(stream: Uint8Array): readonly ReferenceFrame[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const frames: ReferenceFrame[] = [];
  let open = 0;
  let collected = 0;
  for (let at = 0; at + 2 <= stream.length;) {
    const [first, second] = [stream[at]!, stream[at + 1]!];
    const form = second % 128;
    const more = form === 126 ? 2 : form === 127 ? 8 : 0;
    const start = at + 2 + more + (second < 128 ? 0 : 4);
    let length = form;
    if (at + 2 + more > stream.length) length = NaN;
    else if (more === 2) length = view.getUint16(at + 2);
    else if (more === 8) length = Number(view.getBigUint64(at + 2));
    const end = start + length;
    frames.push({ at, first, second, length, start, end, open, collected });
    if (!(end <= stream.length)) break;
    at = end;
    if (isControl({ first })) continue;
    if (first % 16 !== 0) [open, collected] = [first, 0];
    collected += length;
    if (first >= 128) [open, collected] = [0, 0];
  }
  return frames;
}

/** Whether a frame is a control frame (5.5). */
export function isControl({ first }: Pick<ReferenceFrame, "first">): boolean {
  return first % 16 >= 8;
}

/** The payload of a frame, as far as it is there and before a byte of the stream. */
export function payloadOf(
  stream: Uint8Array,
  { second, start, end }: ReferenceFrame,
  before = Infinity,
): Uint8Array {
  const key = stream.subarray(start - 4, start);
  const payload = stream.slice(start, Math.min(end, before, stream.length));
  return second < 128
    ? payload
    : payload.map((byte, index) => byte ^ key[index % 4]!);
}

/** All that is wrong with a header, by itself and by its place. */
export function breachesOf(
  { first, second, length, open }: ReferenceFrame,
  { role, isDeflated = false }: ReferenceRules,
): readonly Breach[] {
  const opcode = first % 16;
  const form = second % 128;
  const hasRsv1 = (first & 0x40) !== 0;
  const control = opcode >= 8;
  const breaches: readonly (readonly [Breach["rule"], string, boolean])[] = [
    ["reserved bit", "RFC 6455, 5.2", (first & 0x30) !== 0],
    ["reserved bit", "RFC 6455, 5.2", hasRsv1 && !isDeflated],
    ["masking", "RFC 6455, 5.1", (second >= 128) !== (role === "server")],
    ["reserved opcode", "RFC 6455, 5.2", opcode % 8 > 2],
    ["fragmented control", "RFC 6455, 5.5", control && first < 128],
    // With a form of 126 or 127 it is longer, or its length is not minimal.
    ["long control", "RFC 6455, 5.5", control && form > 125],
    ["short close", "RFC 6455, 5.5.1", opcode === 8 && form === 1],
    ["compressed bit", "RFC 7692, 6.1", hasRsv1 && (control || opcode === 0)],
    ["order", "RFC 6455, 5.4", opcode === 0 && open === 0],
    ["order", "RFC 6455, 5.4", opcode > 0 && !control && open !== 0],
    ["fewest bytes", "RFC 6455, 5.2", form === 126 && length < 126],
    ["fewest bytes", "RFC 6455, 5.2", form === 127 && length < 2 ** 16],
    ["63 bits", "RFC 6455, 5.2", form === 127 && length >= 2 ** 63],
  ];
  return breaches.flatMap(([rule, section, isBroken]) =>
    isBroken ? [{ rule, section }] : []
  );
}

/**
 * The frame that a fault of 1002 is about: the first whose header is wrong. Its
 * place and the section that the fault names must be right.
 */
export function wrongFrame(
  stream: Uint8Array,
  { closeCode, offset, detail }: ProtocolFault,
  rules: ReferenceRules,
): ReferenceFrame | undefined {
  const frame = framesOf(stream).find((each) =>
    breachesOf(each, rules).length > 0
  );
  if (frame === undefined || frame.at !== offset || closeCode !== 1002) {
    return undefined;
  }
  const isNamed = breachesOf(frame, rules).some(({ section }) =>
    detail.endsWith(`(${section})`)
  );
  return isNamed ? frame : undefined;
}

/** Whether a frame's only breach is a length that takes more bytes than it needs. */
export function isOnlyNotMinimal(
  frame: ReferenceFrame,
  rules: ReferenceRules,
): boolean {
  const broken = breachesOf(frame, rules).map(({ rule }) => rule);
  return broken.includes("fewest bytes") &&
    broken.every((rule) => rule === "fewest bytes" || rule === "long control");
}

/**
 * Whether the text until the fault's byte is wrong, and without that byte it is
 * not (RFC 6455, 8.1).
 */
export function isEarlyText(
  stream: Uint8Array,
  { offset }: ProtocolFault,
): boolean {
  const text: number[] = [];
  let first = 0;
  for (const frame of framesOf(stream)) {
    if (isControl(frame) || frame.at > offset) continue;
    if (frame.open === 0) {
      text.length = 0;
      first = frame.first;
    }
    text.push(...payloadOf(stream, frame, offset + 1));
  }
  const bytes = Uint8Array.from(text);
  // Text that is not compressed.
  return (first & 0x4f) === 1 && isTextStart(bytes.subarray(0, -1)) &&
    !isTextStart(bytes);
}

/** Whether bytes may be the start of a text. */
export function isTextStart(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
