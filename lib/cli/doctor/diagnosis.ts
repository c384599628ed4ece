/**
 * Judges what the steps of `doctor` measured, and advises what to do.
 *
 * @module
 */

import { EXIT_CODES } from "../exit_code.ts";
import type { CertificateFacts, HandshakeReply } from "./network_steps.ts";

/** The result of a step. */
export interface Finding {
  readonly outcome: "good" | "notable" | "bad";
  /** In a few words. */
  readonly summary: string;
  /** Lines below it. */
  readonly details?: readonly string[];
  /** What to do about it: a sentence without its final period. */
  readonly advice?: string;
  /** The exit code, if the outcome is bad. */
  readonly exitCode?: number;
}

const DAY = 86_400_000;
/** A certificate should be renewed before it is this close to its end. */
const SOON = 14 * DAY;
/** Response headers that show which server or proxy answered, and why. */
const SHOWN_HEADERS: readonly string[] = [
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "server",
  "via",
  "location",
  "www-authenticate",
  "retry-after",
];

/** Judges a trusted certificate. */
export function judgeCertificate(
  certificate: CertificateFacts,
  now: number,
): Finding {
  const left = certificate.to - now;
  const details = certificateLines(certificate);
  const days = Math.floor(left / DAY);
  const summary = `certificate valid for ${days} days`;
  return left > SOON ? { outcome: "good", summary, details } : {
    outcome: "notable",
    summary,
    details,
    advice: `Renew the certificate: it ends on ${dateOf(certificate.to)}`,
  };
}

/** Judges a certificate that was refused. */
export function judgeRefusedCertificate(
  { certificate, why, now }: {
    /** `undefined` if there was no way to see it. */
    readonly certificate: CertificateFacts | undefined;
    readonly why: string;
    readonly now: number;
  },
): Finding {
  return {
    outcome: "bad",
    summary: why,
    details: certificate === undefined ? [] : certificateLines(certificate),
    advice: certificateAdvice(certificate, now),
    exitCode: EXIT_CODES.unreachable,
  };
}

/** Judges the answer to a handshake. */
export function judgeHandshake(reply: HandshakeReply): Finding {
  const { status, statusLine, headers, accepted } = reply;
  const details = SHOWN_HEADERS.filter((name) => headers.has(name))
    .map((name) => `${name}: ${headers.get(name)}`);
  if (status !== 101) {
    return {
      outcome: "bad",
      summary: statusLine,
      details,
      advice: statusAdvice(status, headers),
      exitCode: status === 401 || status === 403
        ? EXIT_CODES.unauthorized
        : EXIT_CODES.refused,
    };
  }
  return accepted ? { outcome: "good", summary: statusLine, details } : {
    outcome: "bad",
    summary: `${statusLine}, with a wrong Sec-WebSocket-Accept`,
    details,
    advice:
      "The answer is not from a WebSocket server, or a proxy changed the headers",
    exitCode: EXIT_CODES.protocol,
  };
}

/** Judges round trips, in milliseconds. */
export function judgePings(latencies: readonly number[]): Finding {
  const sorted = [...latencies].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const [least = NaN] = sorted;
  const most = sorted.at(-1) ?? NaN;
  const [low, mid, high] = [least, middle, most].map((ms) => ms.toFixed(1));
  return {
    outcome: "good",
    summary: `${sorted.length} answered: least ${low}, median ${mid}, ` +
      `most ${high} ms`,
  };
}

/**
 * Judges a connection that was lost while no message was sent.
 *
 * @param after How long the connection had been silent, in milliseconds.
 * @param why The reason for the end, as far as it is known.
 */
export function judgeIdleCut(after: number, why: string): Finding {
  const seconds = after / 1_000;
  return {
    outcome: "notable",
    summary: `cut after ${seconds.toFixed(1)} s of silence`,
    details: [why],
    advice: "Something on the way closes idle connections: set " +
      `heartbeat.interval (--ping-interval) to ${halfOf(after)} or less`,
  };
}

/** In tenths of a second. */
function halfOf(after: number): string {
  return `${Math.max(0.1, Math.floor(after / 200) / 10)}s`;
}

function certificateLines(
  { subject, issuer, names, from, to }: CertificateFacts,
): readonly string[] {
  return [
    `for ${names === "" ? subject : names}, by ${issuer}`,
    `from ${dateOf(from)} to ${dateOf(to)}`,
  ];
}

function certificateAdvice(
  certificate: CertificateFacts | undefined,
  now: number,
): string {
  if (certificate === undefined) {
    return "Check that the port speaks TLS: if not, use a URL that begins with ws://";
  }
  const { from, to, issuer, subject } = certificate;
  if (to < now) return `The certificate ended on ${dateOf(to)}: renew it`;
  if (from > now) {
    return "The certificate is not valid yet: check the clocks of both machines";
  }
  return issuer === subject
    ? "The certificate is self-signed: trust it with DENO_CERT=FILE, or get " +
      "one from a public authority"
    : "Check that the certificate names this host, that the server sends the " +
      "whole chain, and that its authority is trusted";
}

function statusAdvice(
  status: number,
  headers: ReadonlyMap<string, string>,
): string {
  const location = headers.get("location");
  if (status === 0) return "This port does not speak HTTP: check it";
  if (status < 300) {
    return "A web page answered: check the path, and that each proxy on the way " +
      "passes Upgrade and Connection on";
  }
  if (status < 400) {
    return `Redirects are not followed: use ${
      location ?? "the URL that it leads to"
    }`;
  }
  switch (status) {
    case 400:
      return "The server did not accept the handshake: often a proxy does not pass " +
        "Upgrade and Connection on, or a subprotocol (-p) is missing";
    case 401:
    case 403:
      return "Check the token (--token-env), its rights, and the Origin header (-H)";
    case 404:
      return "Check the path of the URL";
    case 426:
      return "The server does not speak WebSocket at this path: check the path";
    case 429:
    case 503:
      return "The server is busy: try again later";
    case 502:
    case 504:
      return "The proxy does not reach the server behind it: check that server";
    default:
      return status < 500
        ? "Look up what the server expects of a client"
        : "Look into the server's log";
  }
}

function dateOf(time: number): string {
  return Number.isNaN(time)
    ? "unknown"
    : new Date(time).toISOString().slice(0, 10);
}
