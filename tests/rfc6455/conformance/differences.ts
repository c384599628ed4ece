/**
 * Where our receiver and that of `ws` differ, and the section of the RFC that
 * says who is right. Each difference is judged by frames that are read without
 * our receiver.
 *
 * @module
 */

import {
  breachesOf,
  isEarlyText,
  isOnlyNotMinimal,
  type ReferenceRules,
  wrongFrame,
} from "./reference_frames.ts";
import type { Verdict } from "./ws_reference.ts";

/** A difference that was found to be right, and the section that says so. */
export const SECTIONS = {
  /** A length in more bytes than it needs. `ws` takes it. */
  "length-not-minimal": "RFC 6455, 5.2",
  /** The highest bit of 64 is 0. `ws` says 1009, not 1002. */
  "length-64-bits": "RFC 6455, 5.2",
  /** Text fails as soon as it is wrong; `ws` waits for its end. */
  "utf8-early": "RFC 6455, 8.1",
} as const;

/** Their names. */
export type Difference = keyof typeof SECTIONS;

/**
 * Explains why two verdicts on a stream are not the same.
 *
 * @returns What is right about ours; `undefined` when nothing is.
 */
export function explain(
  stream: Uint8Array,
  ours: Verdict,
  ws: Verdict,
  rules: ReferenceRules,
): Difference | undefined {
  const difference = findDifference(stream, ours, ws, rules);
  if (difference === undefined) return undefined;
  return ours.fault!.detail.endsWith(`(${SECTIONS[difference]})`)
    ? difference
    : undefined;
}

function findDifference(
  stream: Uint8Array,
  ours: Verdict,
  ws: Verdict,
  rules: ReferenceRules,
): Difference | undefined {
  const { fault } = ours;
  if (fault === undefined || !isPrefix(ours.events, ws.events)) {
    return undefined;
  }
  const more = ws.events.slice(ours.events.length);
  if (fault.closeCode === 1007) {
    // `ws` delivers no message any more.
    return isEarlyText(stream, fault) && more.every(isControlEvent)
      ? "utf8-early"
      : undefined;
  }
  const frame = wrongFrame(stream, fault, rules);
  if (frame === undefined) return undefined;
  if (isOnlyNotMinimal(frame, rules)) return "length-not-minimal";
  const isWide = breachesOf(frame, rules).some(({ rule }) =>
    rule === "63 bits"
  );
  return isWide && ws.failure === 1009 && more.length === 0
    ? "length-64-bits"
    : undefined;
}

/** Whether all of a list is the beginning of another. */
export function isPrefix(
  part: readonly string[],
  whole: readonly string[],
): boolean {
  return part.every((event, index) => event === whole[index]);
}

/** Whether an event of a verdict is that of a control frame. */
export function isControlEvent(event: string): boolean {
  return /^(ping|pong|close) /.test(event);
}

/** Whether two receivers gave the same messages and the same code. */
export function sameVerdict(a: Verdict, b: Verdict): boolean {
  return a.failure === b.failure && a.events.length === b.events.length &&
    isPrefix(a.events, b.events);
}
