/**
 * Where our receiver and that of `ws` differ, and the section of the RFC that
 * says who is right.
 *
 * @module
 */

import type { ProtocolFault } from "../../../lib/rfc6455/fault.ts";
import type { Verdict } from "./ws_reference.ts";

/** A difference that was found to be right. */
export type Difference =
  /** RFC 6455, 5.2: a length in more bytes than it needs. `ws` takes it. */
  | "length-not-minimal"
  /** RFC 6455, 5.2: the highest bit of 64 is 0. `ws` says 1009, not 1002. */
  | "length-64-bits"
  /** RFC 6455, 8.1: text fails as soon as it is wrong; `ws` waits for its end. */
  | "utf8-early";

/**
 * Explains why two verdicts on a stream are not the same.
 *
 * @returns What is right about ours; `undefined` when nothing is.
 */
export function explain(
  stream: Uint8Array,
  ours: Verdict,
  ws: Verdict,
): Difference | undefined {
  const { fault } = ours;
  if (fault === undefined || !isPrefix(ours.events, ws.events)) {
    return undefined;
  }
  if (fault.detail.includes("fewest bytes")) {
    return isLengthMinimal(stream, fault) ? undefined : "length-not-minimal";
  }
  if (fault.detail.includes("63 bits")) {
    const isHigh = stream[fault.offset + 2]! >= 0x80;
    return isHigh && ws.failure === 1009 ? "length-64-bits" : undefined;
  }
  if (fault.detail.includes("not UTF-8 (RFC 6455, 8.1)")) {
    return isEarlyText(stream, fault) ? "utf8-early" : undefined;
  }
  return undefined;
}

function isPrefix(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((event, index) => event === whole[index]);
}

/** Whether the length of the header at the fault's byte takes the fewest bytes. */
export function isLengthMinimal(
  stream: Uint8Array,
  { offset }: ProtocolFault,
): boolean {
  const { length, form } = lengthAt(stream, offset);
  return form === 126 ? length >= 126 : form === 127 && length >= 65_536;
}

/** The text until the fault's byte is wrong, and without that byte it is not. */
export function isEarlyText(
  stream: Uint8Array,
  { offset }: ProtocolFault,
): boolean {
  const text = textUntil(stream, offset);
  return isStart(text.subarray(0, -1)) && !isStart(text);
}

/** Whether bytes may be the start of a text. */
function isStart(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function lengthAt(stream: Uint8Array, at: number) {
  const view = new DataView(stream.buffer, stream.byteOffset);
  const form = stream[at + 1]! & 0x7f;
  if (form === 126) return { form, length: view.getUint16(at + 2), size: 4 };
  if (form < 126) return { form, length: form, size: 2 };
  return { form, length: Number(view.getBigUint64(at + 2)), size: 10 };
}

/** The payload of the message that has a byte, from its start to that byte. */
function textUntil(stream: Uint8Array, offset: number): Uint8Array {
  let text: number[] = [];
  for (let at = 0; at <= offset;) {
    const { length, size } = lengthAt(stream, at);
    const opcode = stream[at]! & 15;
    const isMasked = stream[at + 1]! >= 0x80;
    const start = at + size + (isMasked ? 4 : 0);
    const end = Math.min(start + length, offset + 1);
    if (opcode === 1 || opcode === 2) text = [];
    for (let index = start; opcode < 8 && index < end; index += 1) {
      const key = isMasked ? stream[start - 4 + (index - start) % 4]! : 0;
      text.push(stream[index]! ^ key);
    }
    at = start + length;
  }
  return Uint8Array.from(text);
}
