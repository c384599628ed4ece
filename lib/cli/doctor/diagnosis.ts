/**
 * Judges what the steps of `doctor` measured, and advises what to do.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { HandshakeAcceptance } from "../../rfc6455/handshake/client_handshake.ts";
import { combineFields } from "../../rfc6455/handshake/fields.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { withFlags } from "../flag_text.ts";
import type { Traffic } from "./live_connection.ts";

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

/** What to do where no HTTP is spoken. */
const NO_HTTP_ADVICE =
  "Check that the port speaks HTTP: if it speaks TLS, use a URL that begins with wss://";
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

/** Advice for a failed step that gives none itself. */
export const STEP_ADVICE = {
  DNS: "Check the name of the host, and the network",
  TCP:
    "Check host and port, that the server runs, and that no firewall is on the way",
  proxy: "Check the proxy's URL: the port must be that of an HTTP proxy; " +
    "--no-proxy goes without it",
  TLS:
    "Check that the port speaks TLS: if not, use a URL that begins with ws://",
  handshake: NO_HTTP_ADVICE,
  pings: "The server or a proxy does not answer pings, or is overloaded",
} as const;

/** Judges a connection that did not come about. */
export function judgeConnectFailure(
  step: keyof typeof STEP_ADVICE,
  failure: Failure,
): Finding {
  const summary = withFlags(
    "detail" in failure ? failure.detail ?? "" : failure.type,
  );
  return {
    outcome: "bad",
    summary,
    advice: failure.type === "invalid"
      ? "Correct the flags that it names"
      : step === "proxy"
      ? proxyAdvice(summary)
      : STEP_ADVICE[step],
    exitCode: step === "handshake"
      ? EXIT_CODES.refused
      : EXIT_CODES.unreachable,
  };
}

/** By the status that the proxy answered with (RFC 9110, 15). */
function proxyAdvice(detail: string): string {
  const status = /refused to connect to \S+ (\d{3})/.exec(detail)?.[1];
  switch (status) {
    case undefined:
      return STEP_ADVICE.proxy;
    case "401":
    case "407":
      return "Give user and password in the proxy's URL, percent-encoded: " +
        "http://user:password@host:port";
    case "403":
    case "405":
      return "The proxy forbids this host or port: ask who runs it, or try " +
        "--no-proxy";
    default:
      return "The proxy does not reach the server: check its host and port, and " +
        "the proxy's log";
  }
}

/** Judges what a server said to accept the handshake. */
export function judgeAcceptance({ fields }: HandshakeAcceptance): Finding {
  return {
    outcome: "good",
    summary: "101, the connection is open",
    details: shownHeaders(combineFields(fields)),
  };
}

/** Judges a handshake that was refused. */
export function judgeRefusal(
  { status, headers, detail }: Extract<Failure, { type: "handshake" }>,
): Finding {
  return {
    outcome: "bad",
    summary: detail,
    details: shownHeaders(headers),
    advice: /certificate/i.test(detail)
      ? "The server wants a certificate of the client: --cert and --key"
      : statusAdvice(status, headers),
    exitCode: status === 401 || status === 403
      ? EXIT_CODES.unauthorized
      : EXIT_CODES.refused,
  };
}

/** Judges an answer to the handshake that breaks the protocol. */
export function judgeViolation(
  { detail }: Extract<Failure, { type: "protocol" }>,
): Finding {
  const isHttp = !detail.startsWith("The answer is not HTTP");
  return {
    outcome: "bad",
    summary: detail,
    advice: isHttp
      ? "The answer is not from a WebSocket server, or a proxy changed the headers"
      : NO_HTTP_ADVICE,
    exitCode: isHttp ? EXIT_CODES.protocol : EXIT_CODES.refused,
  };
}

function shownHeaders(
  headers: Readonly<Record<string, string>>,
): readonly string[] {
  return SHOWN_HEADERS.filter((name) => headers[name] !== undefined)
    .map((name) => `${name}: ${headers[name]}`);
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

/** Judges the answers to messages. */
export function judgeMessages(
  { sent, arrived, time }: {
    readonly sent: number;
    readonly arrived: number;
    /** How long they were waited for, in milliseconds. */
    readonly time: number;
  },
): Finding {
  const summary = `${sent} sent, ${arrived} arrived`;
  return arrived >= sent ? { outcome: "good", summary } : {
    outcome: "notable",
    summary: `${summary} in ${(time / 1_000).toFixed(1)} s`,
    advice: "The server did not answer each message: compare what is sent " +
      "with what it expects",
  };
}

/** Below this part compression is not worth its memory and time. */
const WORTH_IT = 0.1;
/** Fewer bytes of messages are too few to judge by. */
const ENOUGH = 1_000;
const MORE_ADVICE =
  "To see what compression saves, send more that the server " +
  "answers (-x TEXT), or wait longer for its messages (--idle TIME)";

/** Judges what compression saved. */
export function judgeCompression(
  { agreed, sent, received }: {
    readonly agreed: "accepted" | "declined";
    readonly sent: Traffic;
    readonly received: Traffic;
  },
): Finding {
  if (agreed === "declined") {
    return {
      outcome: "notable",
      summary: "the server does not accept it",
      advice:
        "Switch permessage-deflate on in the server, and in each proxy on " +
        "the way, or do without --compress",
    };
  }
  const plain = sent.plain + received.plain;
  if (plain === 0) {
    return {
      outcome: "good",
      summary: "accepted, but there was no message to measure",
      advice: MORE_ADVICE,
    };
  }
  const saved = 1 - (sent.wire + received.wire) / plain;
  const details = [
    ...trafficLines("received", received),
    ...trafficLines("sent", sent),
  ];
  const percent = Math.round(Math.abs(saved) * 100);
  const summary = `${saved < 0 ? "adds" : "saves"} ${percent} %`;
  const finding = { outcome: "good", summary, details } as const;
  if (saved >= WORTH_IT) return finding;
  if (plain < ENOUGH) return { ...finding, advice: MORE_ADVICE };
  return {
    ...finding,
    outcome: "notable",
    advice: "Compression is not worth its memory and time for such messages",
  };
}

function trafficLines(
  name: string,
  { messages, plain, wire }: Traffic,
): readonly string[] {
  if (messages === 0) return [];
  const noun = messages === 1 ? "message" : "messages";
  const [shown, whole] = [wire, plain].map((bytes) =>
    bytes.toLocaleString("en")
  );
  return [`${name}: ${messages} ${noun}, ${shown} bytes instead of ${whole}`];
}

/** In tenths of a second. */
function halfOf(after: number): string {
  return `${Math.max(0.1, Math.floor(after / 200) / 10)}s`;
}

function statusAdvice(
  status: number,
  headers: Readonly<Record<string, string>>,
): string {
  const { location } = headers;
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
