/**
 * Where our receiver and the engine of python3-websockets 10.4 differ, and the
 * section of the RFC that says who is right.
 *
 * @module
 */

import type { ProtocolFault } from "../../../lib/rfc6455/fault.ts";
import type { PythonVerdict } from "./python_reference.ts";
import { isEarlyText, isLengthMinimal } from "./differences.ts";
import type { Verdict } from "./ws_reference.ts";

/** A difference that was found to be right. */
export type PythonDifference =
  /** RFC 6455, 5.2: a length in more bytes than it needs. Python takes it. */
  | "length-not-minimal"
  /** RFC 6455, 5.2: the highest bit of 64 is 0. Python says 1009, not 1002. */
  | "length-64-bits"
  /** RFC 6455, 8.1: text fails as soon as it is wrong; Python waits for its end. */
  | "utf8-early"
  /**
   * RFC 6455, 5.2, 5.4 and 5.5: a header is wrong by itself. Python reads the
   * payload first, which may never come, or be too large, or be wrong itself.
   */
  | "header-early"
  /** RFC 6455, 5.4: control frames may come between fragments. Python takes no close. */
  | "close-between-fragments"
  /**
   * RFC 6455, 5.4: control frames are no part of the message around them. Python
   * counts them to it, and says 1009.
   */
  | "control-frame-counted"
  /** RFC 6455, 7.4: code and reason are both wrong. Python looks at the reason first. */
  | "reason-first";

/**
 * Explains why two verdicts on a stream are not the same.
 *
 * @returns What is right about ours; `undefined` when nothing is.
 */
export function explainPython(
  stream: Uint8Array,
  ours: Verdict,
  python: PythonVerdict,
): PythonDifference | undefined {
  const { fault } = ours;
  if (isControlCounted(ours, python)) return "control-frame-counted";
  if (fault === undefined) {
    return ours.events.at(-1)?.startsWith("close ") &&
        python.why === "incomplete fragmented message"
      ? "close-between-fragments"
      : undefined;
  }
  const isSameStart = ours.events.every((event, index) =>
    event === python.events[index]
  );
  if (!isSameStart) return undefined;
  if (isOfLength(fault) && hasLength(stream, fault)) {
    if (!isLengthMinimal(stream, fault)) return "length-not-minimal";
  }
  if (fault.detail.includes("63 bits")) {
    return python.failure === 1009 ? "length-64-bits" : undefined;
  }
  if (fault.detail.includes("not UTF-8 (RFC 6455, 8.1)")) {
    return isEarlyText(stream, fault) ? "utf8-early" : undefined;
  }
  if (fault.detail.startsWith("The close code")) {
    return python.failure === 1007 ? "reason-first" : undefined;
  }
  const isOfHeader = fault.closeCode === 1002;
  const hasNotLooked = python.failure !== 1002;
  return isOfHeader && hasNotLooked ? "header-early" : undefined;
}

/** Whether Python found a message too large for a control frame within it. */
export function isControlCounted(
  ours: Verdict,
  python: PythonVerdict,
): boolean {
  const { events, why } = python;
  const next = ours.events[events.length] ?? "";
  return why.startsWith("over size limit") &&
    /^(ping|pong|close) /.test(next) &&
    events.every((event, index) => event === ours.events[index]);
}

function isOfLength({ detail }: ProtocolFault): boolean {
  return /fewest bytes|A control frame is longer/.test(detail);
}

/** Whether the longest form of a length is there, which may end the stream. */
function hasLength(stream: Uint8Array, { offset }: ProtocolFault): boolean {
  return offset + 10 <= stream.length || stream[offset + 1]! % 128 < 127 &&
      offset + 4 <= stream.length;
}
