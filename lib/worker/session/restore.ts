/**
 * From what the main thread knows to the state of a session in a new worker.
 *
 * @module
 */

import type { SessionMark, SessionRemains } from "../../boundary/session.ts";
import {
  type ClientDetached,
  newClient,
  restoreClient,
} from "../../session/client/state.ts";
import { advance, type Positions } from "../../session/flow/positions.ts";
import { payloadBytes } from "../../session/wire/payload.ts";
import { toPayload } from "./payloads.ts";

/**
 * The boundary's number of the message before the first delivery that the
 * session counts. What came before it over a connection without a session has
 * no number in it.
 */
export function baseOf({ consumed, marks }: SessionRemains): number {
  return Math.max(consumed, marks[0]?.after ?? 0);
}

/** The state of a session that nobody has connected in this worker. */
export function restoreSession(remains: SessionRemains): ClientDetached {
  const { instance, kept, marks, arrived, consumed } = remains;
  if (kept === undefined) return newClient(instance);
  const base = baseOf(remains);
  return restoreClient({
    ...kept,
    instance,
    positions: positionsAt(marks, arrived),
    unaccepted: remains.unaccepted.map((message, index) => {
      const data = toPayload(message);
      return { id: index + 1, data, bytes: payloadBytes(data) };
    }),
    unconsumed: remains.sizes.slice(base - consumed).map((bytes, index) => ({
      seq: sequenceAt(marks, base + index + 1),
      bytes,
    })),
  });
}

/** What has arrived on the main thread; the worker before may have had more. */
function positionsAt(
  marks: readonly SessionMark[],
  arrived: number,
): Positions {
  const mark = marks.findLast(({ after }) => after <= arrived);
  if (mark === undefined) return [];
  const { after, seq, generation, positions } = mark;
  const to = seq + arrived - after;
  return to === seq
    ? positions
    : advance(positions, generation, { from: seq + 1, to });
}

/** The number in the session of a message that has arrived. */
function sequenceAt(marks: readonly SessionMark[], number: number): number {
  const mark = marks.findLast(({ after }) => after < number) as SessionMark;
  return mark.seq + number - mark.after;
}
