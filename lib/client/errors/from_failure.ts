/**
 * The errors of a connection, built on the main thread from data, since class,
 * name and fields of an error do not survive a structured clone.
 *
 * @module
 */

import { describeClose } from "../../rfc6455/close.ts";
import type { Failure } from "../../connection/failure.ts";
import { redactText, redactUrl } from "../../identity/redact.ts";
import {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  HandshakeError,
  HeartbeatTimeoutError,
  InboxOverflowError,
  OpenTimeoutError,
  ProtocolError,
  ProviderError,
  ReconnectError,
  type SocketError,
  WorkerError,
} from "./mod.ts";

/** In which attempt something failed, and whether there will be another. */
export interface FailureContext {
  /** From 1. */
  readonly attempt: number;
  /** Where to. */
  readonly url: string;
  /** Milliseconds until the next attempt; not every failure decides on one. */
  readonly delay: number | "none" | "undecided";
  /** What may appear in no message. */
  readonly secrets: readonly string[];
  /** Tells what a function of the user's threw. */
  readonly thrown?: { thrown(name: string): unknown };
}

const CONNECT = {
  refused: "Connection refused",
  dns: "Host not found",
  tls: "TLS handshake failed",
  unknown: "Connection failed",
};

const ADVICE = {
  refused: "Check host and port, and that the server runs",
  dns: "Check the host's name and the network",
  tls:
    "Check the certificate, the clock of both sides, and that the port speaks TLS",
  unknown: "Check URL, server and network; the platform tells no more",
  invalid: "Correct the URL, subprotocols or headers",
  resolving: "The url or token function takes too long",
  opening: "Check host and firewall, or raise openTimeout",
  greeting: "Check what greeting.expect waits for",
  lost:
    "Look for a network change, a crash, or a proxy that cuts idle connections: heartbeat.interval has to be below its limit",
  ping:
    "The network is gone or the server hangs; on a slow link raise heartbeat.timeout",
  probe:
    "The connection did not outlive a sleep or a change of networks; on a slow link raise probeTimeout",
  idle:
    "The network is gone or the server hangs; if it has nothing to say for so long, raise idleTimeout",
  protocol: "Look for a proxy in between, or report it to who runs the server",
  text: "Let the server send it as binary",
  tooBig: "Split messages, or raise maxMessageSize",
  inbox: "Read faster, or change the inbox option",
  authentication: "Check the token and its rights",
  provider: "See its cause, and what the function depends on",
  exhausted:
    "Make a new socket, or raise backoff.maxAttempts or backoff.maxElapsed",
};

/**
 * Makes the error that stands for a failure.
 *
 * @param failure What happened.
 * @param context In which attempt, and what comes next.
 */
export function errorFromFailure(
  failure: Failure,
  context: FailureContext,
): SocketError {
  const retryable = context.delay !== "none";
  const init = { retryable };
  const message = messageOf(failure, context);
  switch (failure.type) {
    case "connect":
      return new ConnectError(message, { ...init, kind: failure.kind });
    case "invalid":
      return new ConnectError(message, { ...init, kind: "invalid" });
    case "handshake":
      return new HandshakeError(message, { ...failure, ...init });
    case "open-timeout":
      return new OpenTimeoutError(message, init);
    case "lost":
    case "close-timeout":
      return new ConnectionLostError(message, init);
    case "closed":
      return new ConnectionClosedError(message, { ...failure, ...init });
    case "heartbeat":
      return new HeartbeatTimeoutError(message, init);
    case "protocol":
      return new ProtocolError(message, {
        ...init,
        closeCode: failure.closeCode,
      });
    case "too-big":
      return new ProtocolError(message, { ...init, closeCode: 1009 });
    case "provider":
      return new ProviderError(message, {
        ...init,
        provider: failure.name,
        cause: context.thrown?.thrown(failure.name),
      });
    case "inbox-overflow":
      return new InboxOverflowError(message, init);
    case "worker":
      return new WorkerError(message, {
        ...init,
        retryable: failure.retryable,
      });
    case "authentication":
      return new AuthenticationError(message, {
        ...init,
        ...causeOf(failure, context),
      });
    case "exhausted":
      return new ReconnectError(message, {
        ...failure,
        ...causeOf(failure, context),
        retryable: true,
      });
  }
}

function causeOf(
  { cause }: { readonly cause?: Failure },
  context: FailureContext,
): { readonly cause?: SocketError } {
  return cause === undefined ? {} : { cause: errorFromFailure(cause, context) };
}

function messageOf(
  failure: Failure,
  { attempt, delay, url, secrets }: FailureContext,
): string {
  const [what, advice] = describeFailure(failure);
  const where = url === "" ? "" : `${redactText(redactUrl(url), secrets)}, `;
  // Where nothing could be started, there was no attempt.
  const which = attempt === 0 ? "" : `attempt ${attempt}; `;
  const when = `(${where}${which}${outlook(delay)})`;
  return `${redactText(what, secrets)} ${when}${advice && `. ${advice}`}`;
}

function outlook(delay: FailureContext["delay"]): string {
  if (delay === "none") return "not tried again";
  if (delay === "undecided") return "the connection is given up";
  if (delay === Infinity) return "tried again when the network is back";
  return `tried again in ${seconds(delay)}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** What happened, and what to do about it. */
function describeFailure(
  failure: Failure,
): readonly [what: string, advice: string] {
  switch (failure.type) {
    case "connect":
      return [
        withDetail(CONNECT[failure.kind], failure.detail),
        ADVICE[failure.kind],
      ];
    case "invalid":
      return [
        withDetail("The platform refused the target", failure.detail),
        ADVICE.invalid,
      ];
    case "handshake":
      return [
        `Handshake refused with HTTP status ${statusOf(failure)}`,
        adviceForStatus(failure.status),
      ];
    case "open-timeout":
      return [
        `Not open after ${seconds(failure.timeout)} while ${failure.phase}`,
        ADVICE[failure.phase],
      ];
    case "lost":
      return [
        withDetail("Connection lost without a close frame", failure.detail),
        ADVICE.lost,
      ];
    case "close-timeout":
      return [
        `No answer to close() within ${seconds(failure.timeout)}`,
        ADVICE.lost,
      ];
    case "closed":
      return [
        withDetail(
          `Closed by the server with code ${failure.closeCode}`,
          failure.reason,
        ),
        describeClose(failure.closeCode),
      ];
    case "heartbeat":
      return [
        `${failure.kind === "idle" ? "Silence" : "No answer to a ping"} for ${
          seconds(failure.timeout)
        }`,
        ADVICE[failure.kind],
      ];
    case "protocol":
      return failure.closeCode === 1007
        ? [
          withDetail("The server sent text that is not UTF-8", failure.detail),
          ADVICE.text,
        ]
        : [
          withDetail("The server broke RFC 6455", failure.detail),
          ADVICE.protocol,
        ];
    case "too-big":
      return [
        `A message was larger than ${failure.limit} bytes`,
        ADVICE.tooBig,
      ];
    case "provider":
      return [
        withDetail(`The function "${failure.name}" failed`, failure.detail),
        ADVICE.provider,
      ];
    case "inbox-overflow":
      return [
        `Inbox full with ${countOf(failure.messages, "message")}, ${
          countOf(failure.bytes, "byte")
        }`,
        ADVICE.inbox,
      ];
    case "worker":
      return [withDetail("The worker failed", failure.detail), ""];
    case "authentication":
      return [
        withDetail("Authentication failed", failure.detail),
        ADVICE.authentication,
      ];
    case "exhausted":
      return [
        `Gave up after ${countOf(failure.attempts, "attempt")} in ${
          seconds(failure.elapsed)
        }: ${describeFailure(failure.cause)[0]}`,
        ADVICE.exhausted,
      ];
  }
}

/** With the reason phrase, where the platform tells it. */
function statusOf(
  { status, detail }: Extract<Failure, { type: "handshake" }>,
): string {
  return detail.startsWith(`${status} `) ? detail : `${status}`;
}

function adviceForStatus(status: number): string {
  if (status < 300) return "Check the URL: there is no WebSocket";
  if (status < 400) return "Use the URL that it leads to: none is followed";
  if (status === 401 || status === 403) return ADVICE.authentication;
  if (status === 404) return "Check the path of the URL";
  if (status === 429) return "Connect less often";
  return status < 500
    ? "See what the server expects"
    : "The server or a proxy is in trouble";
}

function withDetail(what: string, detail: string): string {
  return detail === "" ? what : `${what}: ${detail}`;
}
