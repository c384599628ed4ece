/**
 * Where our receiver and the engine of python3-websockets 10.4 differ, and the
 * sections of the RFC that say who is right. Each difference is judged by frames
 * that are read without our receiver.
 *
 * @module
 */

import type { ProtocolFault } from "../../../../lib/rfc6455/fault.ts";
import { isControlEvent, isPrefix } from "../differences.ts";
import type { PythonVerdict } from "./python_reference.ts";
import {
  breachesOf,
  framesOf,
  isControl,
  isEarlyText,
  isOnlyNotMinimal,
  isTextStart,
  payloadOf,
  type ReferenceFrame,
  type ReferenceRules,
  wrongFrame,
} from "../reference_frames.ts";
import type { Verdict } from "../ws_reference.ts";

/** A difference that was found to be right, and the sections that say so. */
export const PYTHON_SECTIONS = {
  /** A length in more bytes than it needs; of a control frame as well. Python takes it. */
  "length-not-minimal": ["RFC 6455, 5.2", "RFC 6455, 5.5"],
  /** The highest bit of 64 is 0. Python says 1009, not 1002. */
  "length-64-bits": ["RFC 6455, 5.2"],
  /** Text fails as soon as it is wrong; Python waits for its end. */
  "utf8-early": ["RFC 6455, 8.1"],
  /**
   * A header is wrong by itself or by its place. Python reads the payload first,
   * which has not come, or is too large.
   */
  "header-early": [
    "RFC 6455, 5.1",
    "RFC 6455, 5.2",
    "RFC 6455, 5.4",
    "RFC 6455, 5.5",
    "RFC 6455, 5.5.1",
    "RFC 7692, 6.1",
  ],
  /** Control frames may come between fragments. Python takes no close there. */
  "close-between-fragments": ["RFC 6455, 5.4"],
  /**
   * Control frames are no part of the message around them. Python counts them to
   * it, and says 1009.
   */
  "control-frame-counted": ["RFC 6455, 5.4"],
  /** Code and reason are both wrong. Python looks at the reason first. */
  "reason-first": ["RFC 6455, 7.4"],
} as const;

/** Their names. */
export type PythonDifference = keyof typeof PYTHON_SECTIONS;

/**
 * Explains why two verdicts on a stream are not the same.
 *
 * @returns What is right about ours; `undefined` when nothing is.
 */
export function explainPython(
  stream: Uint8Array,
  ours: Verdict,
  python: PythonVerdict,
  rules: ReferenceRules,
): PythonDifference | undefined {
  const { fault } = ours;
  if (isControlCounted(stream, ours, python, rules)) {
    return "control-frame-counted";
  }
  if (fault === undefined) {
    return isCloseBetween(stream, ours, python)
      ? "close-between-fragments"
      : undefined;
  }
  if (!isPrefix(ours.events, python.events)) return undefined;
  const difference = explainFault(stream, fault, {
    more: python.events.slice(ours.events.length),
    python,
    rules,
  });
  if (difference === undefined) return undefined;
  const sections: readonly string[] = PYTHON_SECTIONS[difference];
  return sections.some((section) => fault.detail.endsWith(`(${section})`))
    ? difference
    : undefined;
}

interface Context {
  /** What Python gave and we did not. */
  readonly more: readonly string[];
  readonly python: PythonVerdict;
  readonly rules: ReferenceRules;
}

function explainFault(
  stream: Uint8Array,
  fault: ProtocolFault,
  { more, python, rules }: Context,
): PythonDifference | undefined {
  if (fault.closeCode === 1007) {
    // Python delivers no message any more.
    return isEarlyText(stream, fault) && more.every(isControlEvent)
      ? "utf8-early"
      : undefined;
  }
  const frame = wrongFrame(stream, fault, rules);
  if (frame !== undefined && isOnlyNotMinimal(frame, rules)) {
    return "length-not-minimal";
  }
  // All others end what Python delivers as well.
  if (more.length > 0) return undefined;
  if (frame === undefined) {
    return python.failure === 1007 && isWrongClose(stream, fault, rules)
      ? "reason-first"
      : undefined;
  }
  const broken = breachesOf(frame, rules).map(({ rule }) => rule);
  const isTooBig = python.failure === 1009 &&
    python.why.startsWith("over size limit");
  if (broken.every((rule) => rule === "63 bits")) {
    return isTooBig ? "length-64-bits" : undefined;
  }
  const isAwaited = python.failure === undefined &&
    !(frame.end <= stream.length);
  return isAwaited || isTooBig ? "header-early" : undefined;
}

/** Whether a close frame between fragments is our last event and Python's fault. */
function isCloseBetween(
  stream: Uint8Array,
  { events }: Verdict,
  python: PythonVerdict,
): boolean {
  const close = framesOf(stream).find(({ first }) => first % 16 === 8);
  return close !== undefined && close.open !== 0 &&
    python.why === "incomplete fragmented message" &&
    (events.at(-1) ?? "").startsWith("close ") &&
    python.events.length === events.length - 1 &&
    isPrefix(python.events, events);
}

/** Whether the close frame at a fault has a code and a reason that are both wrong. */
function isWrongClose(
  stream: Uint8Array,
  { offset, closeCode }: ProtocolFault,
  rules: ReferenceRules,
): boolean {
  const frame = framesOf(stream).find(({ start }) => start === offset);
  if (frame === undefined || closeCode !== 1002) return false;
  if (breachesOf(frame, rules).length > 0) return false;
  const [high = 0, low = 0, ...reason] = payloadOf(stream, frame);
  const code = high * 256 + low;
  const isAllowed = code >= 3000 && code < 5000 ||
    code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  return frame.first % 16 === 8 && !isAllowed &&
    !isText(Uint8Array.from(reason));
}

/** Whether bytes are a whole text: nothing of a character is missing at its end. */
function isText(bytes: Uint8Array): boolean {
  return isTextStart(Uint8Array.from([...bytes, 0x61]));
}

/**
 * Whether Python found a message too large for the control frame that comes
 * next, which it has counted to the message around it.
 */
function isControlCounted(
  stream: Uint8Array,
  ours: Verdict,
  { events, failure, why }: PythonVerdict,
  rules: ReferenceRules,
): boolean {
  const [, length, room] = /^over size limit \((\d+) > (\d+) bytes\)/
    .exec(why) ?? [];
  if (failure !== 1009 || !isPrefix(events, ours.events)) return false;
  const controls = framesOf(stream).filter(isControl);
  const frame = controls[events.filter(isControlEvent).length];
  if (frame === undefined || frame.length !== Number(length)) return false;
  const next = ours.events[events.length];
  const isNext = next !== undefined
    ? isControlEvent(next)
    : ours.fault !== undefined
    // It is wrong itself.
    ? ours.fault.offset === frame.start
    : frame.end > stream.length;
  return isNext && frame.open !== 0 && breachesOf(frame, rules).length === 0 &&
    frame.length > Number(room) && isRoom(Number(room), frame, rules);
}

/** Whether so many bytes are left for a message; of a compressed one, as it inflates. */
function isRoom(
  room: number,
  { open, collected }: ReferenceFrame,
  { maxMessageSize }: ReferenceRules,
): boolean {
  return (open & 0x40) !== 0 || room === maxMessageSize - collected;
}
