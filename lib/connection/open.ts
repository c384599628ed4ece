/**
 * An open connection: is the peer alive, and what if not.
 *
 * @module
 */

import { LOST } from "../rfc6455/close.ts";
import { notify, probed, refuseProbes } from "./effects.ts";
import { lose } from "./loss.ts";
import {
  answered,
  heard,
  joinProbe,
  judge,
  type Judgement,
  type Liveness,
  paused,
  probe,
  resumed,
  settling,
} from "./heartbeat.ts";
import type {
  Closed,
  Context,
  Occurrence,
  Open,
  State,
  Step,
} from "./state.ts";

/** What an event does to an open connection. */
export function whileOpen(
  state: Open,
  event: Occurrence,
  context: Context,
): Step {
  const { now } = context;
  switch (event.type) {
    case "failed":
      return lose(state, {
        info: LOST,
        failure: event.failure,
        socket: "alive",
      }, context);
    case "ended":
      return lose(state, { ...event, socket: "gone" }, context);
    case "heard":
      // What is told of the future would excuse a silence to come.
      return alive(
        state,
        heard(state.liveness, Math.min(event.at, now.monotonic)),
      );
    case "answered":
      return onAnswered(state, event.beat, context);
    case "paused":
      return {
        state: { ...state, liveness: paused(state.liveness) },
        effects: refuseProbes(state.liveness, { kind: "paused" }),
      };
    case "resumed":
      return alive(state, resumed(state.liveness, now.monotonic));
    case "woke":
      return onWoke(state, context);
    case "due":
      return onBeatDue(state, context);
    case "connect":
    case "resolved":
    case "opened":
    case "greeted":
    case "drained":
      return { state, effects: [] };
  }
}

/** Asks an open connection for a sign of life; of any other there is none. */
export function onProbe(
  state: Exclude<State, Closed>,
  request: number,
  context: Context,
): Step {
  if (state.kind !== "open") {
    return { state, effects: [probed(request, { kind: "not-open" })] };
  }
  const { liveness } = state;
  if (liveness.means === "silence") {
    return { state, effects: [probed(request, { kind: "unsupported" })] };
  }
  if (liveness.trust.kind === "paused") {
    return { state, effects: [probed(request, { kind: "paused" })] };
  }
  if (liveness.probe !== undefined) {
    return alive(state, joinProbe(liveness, liveness.probe, request));
  }
  const { config, now } = context;
  return withBeat(
    state,
    probe(liveness, now.monotonic, { config, requests: [request] }),
  );
}

function onAnswered(
  state: Open,
  beat: number | undefined,
  { now }: Context,
): Step {
  const answer = answered(state.liveness, now.monotonic, beat);
  if (answer === undefined) return { state, effects: [] };
  const { liveness, latency, requests } = answer;
  return {
    state: { ...state, liveness },
    effects: [
      notify({ type: "heartbeat", latency }),
      ...requests.map((request) =>
        probed(request, { kind: "latency", latency })
      ),
    ],
  };
}

function onBeatDue(state: Open, context: Context): Step {
  const { config, now } = context;
  const judgement = judge(state.liveness, now.monotonic, config);
  switch (judgement.kind) {
    case "alive":
      return alive(state, judgement.liveness);
    case "excused":
      return excuse(state, judgement);
    case "beat":
      return withBeat(state, judgement.liveness);
    case "dead":
      return lose(state, {
        info: LOST,
        failure: judgement.failure,
        socket: "alive",
      }, context);
  }
}

function excuse(
  state: Open,
  judgement: Extract<Judgement, { kind: "excused" }>,
): Step {
  const { liveness, probe } = judgement;
  const latency = liveness.heardAt - probe.sentAt;
  return {
    state: { ...state, liveness },
    effects: probe.requests.map((request) =>
      probed(request, { kind: "latency", latency })
    ),
  };
}

/** Judges nothing until what has arrived meanwhile had time to be read. */
export function onWoke(state: Open, { now }: Context): Step {
  return alive(state, settling(state.liveness, now.monotonic));
}

function alive(state: Open, liveness: Liveness): Step {
  return liveness === state.liveness
    ? { state, effects: [] }
    : { state: { ...state, liveness }, effects: [] };
}

function withBeat(state: Open, liveness: Liveness): Step {
  const { socket } = state;
  return {
    state: { ...state, liveness },
    effects: [{ type: "beat", socket, beat: liveness.lastBeat }],
  };
}
