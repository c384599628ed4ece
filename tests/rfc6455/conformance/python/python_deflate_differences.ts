/**
 * Where our receiver and python3-websockets 10.4 differ on compressed messages,
 * and the sections of the RFC that say who is right. zlib judges, on frames that
 * are read without our receiver.
 *
 * @module
 */

import type { ProtocolFault } from "../../../../lib/rfc6455/fault.ts";
import { concat } from "../../frames.ts";
import {
  inflatedUntil,
  isDeflated,
  messageUntil,
  positionAfter,
} from "../deflate_reference.ts";
import { isControlEvent, isPrefix } from "../differences.ts";
import { explainPython, type PythonDifference } from "./python_differences.ts";
import type { PythonVerdict } from "./python_reference.ts";
import {
  framesOf,
  isControl,
  isTextStart,
  type ReferenceFrame,
  type ReferenceRules,
} from "../reference_frames.ts";
import type { Verdict } from "../ws_reference.ts";

/** A difference that was found to be right, and the section that says so. */
export const DEFLATE_SECTIONS = {
  /** Data that is not what its message says it is has the code 1007. Python says 1002. */
  "inflate-code": "RFC 6455, 7.4.1",
  /** Data fails as soon as it does not inflate. Python reads the frame first. */
  "inflate-early": "RFC 7692, 7.2.2",
  /** A message ends between two blocks. Python takes what there is. */
  "within-block": "RFC 7692, 7.2.2",
  /** Text fails as soon as it is wrong; Python waits for its end. */
  "inflated-utf8-early": "RFC 6455, 8.1",
  /** A final block ends no message, and the window stays. Python takes nothing after it. */
  "final-block": "RFC 7692, 7.2.3.4",
  /** The limit is for what a message inflates to. Python counts what is compressed too. */
  "compressed-size": "RFC 6455, 10.4",
  /** A limit counts at once. Python finds out by what it has not read, at the next frame. */
  "limit-early": "RFC 6455, 10.4",
} as const;

/** Their names. */
export type DeflateDifference =
  | PythonDifference
  | keyof typeof DEFLATE_SECTIONS;

/**
 * Explains why two verdicts on a stream are not the same.
 *
 * @returns What is right about ours; `undefined` when nothing is.
 */
export function explainDeflate(
  stream: Uint8Array,
  ours: Verdict,
  python: PythonVerdict,
  rules: ReferenceRules,
): DeflateDifference | undefined {
  const plain = explainPython(stream, ours, python, rules);
  if (plain !== undefined) return plain;
  if (isCompressedSize(stream, ours, python)) return "compressed-size";
  const difference = explainFault(stream, ours, python, rules);
  if (difference !== undefined) return difference;
  return isAfterFinal(stream, ours, python) ? "final-block" : undefined;
}

function explainFault(
  stream: Uint8Array,
  { events, fault }: Verdict,
  python: PythonVerdict,
  { maxMessageSize }: ReferenceRules,
): DeflateDifference | undefined {
  if (fault === undefined || !isPrefix(events, python.events)) return undefined;
  const more = python.events.slice(events.length);
  if (fault.detail.startsWith("A message inflates to more")) {
    const size = inflatedUntil(stream, fault.offset)?.length ?? 0;
    return size > maxMessageSize ? "limit-early" : undefined;
  }
  if (fault.closeCode !== 1007) return undefined;
  if (isWrongText(stream, fault)) {
    // Python delivers no message any more.
    return more.every(isControlEvent) ? "inflated-utf8-early" : undefined;
  }
  return explainInflate(stream, fault, python, more);
}

/** Whether zlib's text until a fault cannot be the start of one. */
function isWrongText(stream: Uint8Array, { offset }: ProtocolFault): boolean {
  const message = messageUntil(stream, offset);
  const text = inflatedUntil(stream, offset);
  return message !== undefined && message.first % 16 === 1 &&
    text !== undefined && !isTextStart(text);
}

function explainInflate(
  stream: Uint8Array,
  { offset, detail }: ProtocolFault,
  python: PythonVerdict,
  more: readonly string[],
): DeflateDifference | undefined {
  const message = messageUntil(stream, offset);
  if (!isDeflated(message) || !detail.endsWith("(RFC 7692, 7.2.2)")) {
    return undefined;
  }
  const position = positionAfter(concat(message.window, message.data));
  if (position === "within") return "within-block";
  if (position !== "invalid" || more.length > 0) return undefined;
  if (python.why === "decompression failed") return "inflate-code";
  const frame = framesOf(stream).find(({ end }) => !(end < offset));
  const isAwaited = python.failure === undefined &&
    frame !== undefined && !(frame.end <= stream.length);
  const isTooBig = python.failure === 1009 &&
    python.why.startsWith("over size limit");
  return isAwaited || isTooBig ? "inflate-early" : undefined;
}

/** Whether the two agree until the message with a final block, and not from there on. */
function isAfterFinal(
  stream: Uint8Array,
  ours: Verdict,
  python: PythonVerdict,
): boolean {
  const same = ours.events.findIndex((event, index) =>
    event !== python.events[index]
  );
  const events = same < 0 ? ours.events : ours.events.slice(0, same);
  const messages = events.filter((event) => !isControlEvent(event)).length;
  for (const { end } of framesOf(stream)) {
    const message = messageUntil(stream, end <= stream.length ? end : Infinity);
    if (!isDeflated(message)) continue;
    const position = positionAfter(concat(message.window, message.data));
    if (position === "invalid") return false;
    if (position === "final") return messages >= message.index;
  }
  return false;
}

/** Whether Python refused the compressed size of a frame, where we had gone on. */
function isCompressedSize(
  stream: Uint8Array,
  ours: Verdict,
  { events, failure, why }: PythonVerdict,
): boolean {
  const [, length, room] = /^over size limit \((\d+) > (\d+) bytes\)/
    .exec(why) ?? [];
  if (failure !== 1009 || !isPrefix(events, ours.events)) return false;
  const frames = framesOf(stream);
  const index = frames.findIndex((frame) =>
    !isControl(frame) && frame.length === Number(length) &&
    frame.length > Number(room) && isOfDeflated(frame)
  );
  const frame = frames[index];
  if (frame === undefined) return false;
  const before = frames.slice(0, index).filter(isEvent).length;
  return before === events.length &&
    (ours.fault?.offset ?? Infinity) > frame.at;
}

function isOfDeflated({ open, first }: ReferenceFrame): boolean {
  return isDeflated({ first: open || first });
}

/** Whether a frame completes what a receiver notifies of. */
function isEvent(frame: ReferenceFrame): boolean {
  return isControl(frame) || frame.first >= 128;
}
