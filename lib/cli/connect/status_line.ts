/**
 * The status line: what a socket is doing.
 *
 * @module
 */

import type { Metrics, Status } from "../../client/socket/status.ts";
import type { Tone } from "../terminal/screen.ts";

/** What the line shows. */
export interface StatusFacts {
  readonly status: Status;
  readonly metrics: Pick<Metrics, "sent" | "received" | "outbox">;
  /** The last round trip, in milliseconds. */
  readonly latency: number | undefined;
  /** The URL without secrets. */
  readonly url: string;
  /** The current time, in milliseconds since the epoch. */
  readonly now: number;
}

const TONES: Readonly<Record<Status["kind"], Tone>> = {
  idle: "quiet",
  connecting: "quiet",
  open: "good",
  waiting: "bad",
  closing: "quiet",
  closed: "quiet",
};

/** Gives the colour for a state. */
export function toneOf({ kind }: Status): Tone {
  return TONES[kind];
}

/** Gives the line: state, latency, queue, counts, URL. */
export function statusLine(facts: StatusFacts): string {
  const { metrics, latency, url } = facts;
  const { outbox, sent, received } = metrics;
  return [
    `[${stateText(facts)}]`,
    latency === undefined ? "" : `${latency.toFixed(1)} ms`,
    outbox.messages === 0 ? "" : `${outbox.messages} queued`,
    `${sent.messages} sent`,
    `${received.messages} received`,
    url,
  ].filter((part) => part !== "").join(" · ");
}

function stateText({ status, now }: StatusFacts): string {
  const { kind, attempt, retryAt } = status;
  switch (kind) {
    case "connecting":
      return attempt > 1 ? `connecting, attempt ${attempt}` : kind;
    case "waiting":
      return `waiting, ${waitText(retryAt, now)}`;
    case "idle":
    case "open":
    case "closing":
    case "closed":
      return kind;
  }
}

function waitText(retryAt: number | undefined, now: number): string {
  if (retryAt === undefined || retryAt === Infinity) return "offline";
  const seconds = Math.max(0, retryAt - now) / 1_000;
  return `next attempt in ${seconds.toFixed(1)} s`;
}
