/**
 * Reports the counters of a server of sessions.
 *
 * @module
 */

import type { SessionMetrics } from "../../server/api/metrics.ts";
import type { Attributes } from "../telemetry.ts";
import {
  type CollectSessions,
  createSessionInstruments,
  MESSAGE_OUTCOMES,
  SESSION_EVENTS,
  type SessionMeter,
} from "./instruments.ts";

/** The part of a `SessionServer` that is observed. */
export interface InstrumentedSessions {
  /** The counters of this moment. */
  metrics(): SessionMetrics;
}

/** Reports the counters before each export, until it is disposed. */
export function observeSessions(
  sessions: InstrumentedSessions,
  { meter, attributes }: {
    readonly meter: SessionMeter;
    readonly attributes: Attributes;
  },
): Disposable {
  const instruments = createSessionInstruments(meter);
  const collect: CollectSessions = ({ observe }) => {
    const metrics = sessions.metrics();
    const report = (instrument: object, value: number, more = {}) =>
      observe(instrument, value, { ...attributes, ...more });
    report(instruments.connections, metrics.connections);
    const { sessions: known, detached } = metrics;
    report(instruments.known, known - detached, stateOf("attached"));
    report(instruments.known, detached, stateOf("detached"));
    report(instruments.terminations, metrics.terminated);
    report(instruments.storeFailures, metrics.storeFailures);
    for (const [counter, event] of SESSION_EVENTS) {
      const more = { "holdfast.session.event": event };
      report(instruments.sessions, metrics[counter], more);
    }
    for (const outcome of MESSAGE_OUTCOMES) {
      const more = { "holdfast.session.outcome": outcome };
      report(instruments.messages, metrics[outcome], more);
    }
    for (const [closeCode, count] of Object.entries(metrics.closed)) {
      const more = { "holdfast.close.code": Number(closeCode) };
      report(instruments.closes, count, more);
    }
  };
  const all = Object.values(instruments);
  meter.addBatchObservableCallback(collect, all);
  return {
    [Symbol.dispose]: () => meter.removeBatchObservableCallback(collect, all),
  };
}

function stateOf(state: "attached" | "detached"): Attributes {
  return { "holdfast.session.state": state };
}
