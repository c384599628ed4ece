/**
 * An open connection: heartbeats, probes, and its loss.
 *
 * @module
 */

import { notify, probed, refuseProbes, unchanged } from "../effects.ts";
import { giveUp, lose } from "../loss.ts";
import {
  answered,
  heard,
  type Heartbeat,
  joinProbe,
  paused,
  probe,
  resumed,
  settling,
} from "../heartbeat.ts";
import { judge, type Judgement, judgeStalled } from "../judgement.ts";
import type {
  Closed,
  Context,
  Occurrence,
  Open,
  Output,
  State,
  Step,
} from "../state.ts";

/** What an event does to an open connection. */
export function whileOpen(
  state: Open,
  event: Occurrence,
  context: Context,
): Step {
  const { now } = context;
  switch (event.type) {
    case "failed":
      return giveUp(state, event.failure, context);
    case "ended":
      return lose(state, { ...event, socket: "gone" }, context);
    case "heard":
      // An instant in the future would excuse a silence that is still to come.
      return withHeartbeat(
        state,
        heard(state.heartbeat, Math.min(event.at, now.monotonic)),
      );
    case "answered":
      return onAnswered(state, event.ping, context);
    case "paused":
      return {
        state: { ...state, heartbeat: paused(state.heartbeat) },
        effects: refuseProbes(state.heartbeat, { kind: "paused" }),
      };
    case "resumed":
      return withHeartbeat(state, resumed(state.heartbeat, now.monotonic));
    case "woke":
      return onWoke(state, context);
    case "due":
      return onHeartbeatDue(state, event.output, context);
    case "connect":
    case "resolved":
    case "opened":
    case "greeted":
    case "drained":
      return unchanged(state);
  }
}

/** Sends a probe on an open connection; reports why if there is none to send. */
export function onProbe(
  state: Exclude<State, Closed>,
  request: number,
  context: Context,
): Step {
  if (state.kind !== "open") {
    return { state, effects: [probed(request, { kind: "not-open" })] };
  }
  const { heartbeat } = state;
  if (heartbeat.probeMethod === "silence") {
    return { state, effects: [probed(request, { kind: "unsupported" })] };
  }
  if (heartbeat.mode.kind === "paused") {
    return { state, effects: [probed(request, { kind: "paused" })] };
  }
  if (heartbeat.probe !== undefined) {
    return withHeartbeat(state, joinProbe(heartbeat, heartbeat.probe, request));
  }
  const { config, now } = context;
  return withPing(
    state,
    probe(heartbeat, now.monotonic, { config, requests: [request] }),
  );
}

function onAnswered(
  state: Open,
  ping: number | undefined,
  { now }: Context,
): Step {
  const answer = answered(state.heartbeat, now.monotonic, ping);
  if (answer === undefined) return unchanged(state);
  const { heartbeat, latency, requests } = answer;
  return {
    state: { ...state, heartbeat },
    effects: [
      notify({ type: "heartbeat", latency }),
      ...requests.map((request) =>
        probed(request, { kind: "latency", latency })
      ),
    ],
  };
}

function onHeartbeatDue(
  state: Open,
  output: Output | undefined,
  context: Context,
): Step {
  const { config, now } = context;
  const decide = output === "stalled" ? judgeStalled : judge;
  const judgement = decide(state.heartbeat, now.monotonic, config);
  switch (judgement.kind) {
    case "alive":
      return withHeartbeat(state, judgement.heartbeat);
    case "excused":
      return excuse(state, judgement);
    case "ping":
      return withPing(state, judgement.heartbeat);
    case "dead":
      return giveUp(state, judgement.failure, context);
  }
}

function excuse(
  state: Open,
  judgement: Extract<Judgement, { kind: "excused" }>,
): Step {
  const { heartbeat, probe } = judgement;
  const latency = heartbeat.heardAt - probe.sentAt;
  return {
    state: { ...state, heartbeat },
    effects: probe.requests.map((request) =>
      probed(request, { kind: "latency", latency })
    ),
  };
}

/** Postpones judgements until what arrived during the sleep can be read. */
export function onWoke(state: Open, { now }: Context): Step {
  return withHeartbeat(state, settling(state.heartbeat, now.monotonic));
}

function withHeartbeat(state: Open, heartbeat: Heartbeat): Step {
  return heartbeat === state.heartbeat
    ? unchanged(state)
    : { state: { ...state, heartbeat }, effects: [] };
}

function withPing(state: Open, heartbeat: Heartbeat): Step {
  const { socket } = state;
  return {
    state: { ...state, heartbeat },
    effects: [{ type: "ping", socket, ping: heartbeat.lastPing }],
  };
}
