/**
 * The messages of errors: what happened, where, whether the socket tries again,
 * and what to do. `from_failure.ts` loads them apart from the classes: sending
 * and receiving do not need them.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import { redactText, redactUrl } from "../../identity/redact.ts";

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
  /** Returns what the user's function threw. */
  readonly thrown?: { thrown(name: string): unknown };
}

const CONNECT = {
  refused: "Connection refused",
  dns: "Host not found",
  tls: "TLS handshake failed",
  proxy: "Proxy failed",
  unknown: "Connection failed",
};

/** What Deno, and the transport tcp, say where a permission is missing. */
const NO_PERMISSION = /requires net access|no permission to connect/i;

const ADVICE = {
  refused: "Check host and port, and that the server runs",
  dns: "Check the host's name and the network",
  tls:
    "Check the certificate, the clock of both sides, and that the port speaks TLS; the option tls.caCerts names more authorities",
  proxy:
    "Check the proxy and its credentials: the option proxy, or the variables",
  unknown: "Check URL, server and network; the platform gives no more details",
  invalid: "Correct the URL, subprotocols, headers or the option tls",
  resolving: "The url or token function takes too long",
  opening: "Check host and firewall, or raise openTimeout",
  greeting: "Check what greeting.expect waits for",
  attaching:
    "The server has not answered the session's first message: look at its authenticate and its store, or raise openTimeout",
  lost:
    "Look for a network change, a crash, or a proxy that closes idle connections: heartbeat.interval must be below its limit",
  ping:
    "The network is gone or the server hangs; on a slow network raise heartbeat.timeout",
  probe:
    "The connection did not survive a sleep or a change of network; on a slow network raise probeTimeout",
  idle:
    "The network is gone or the server hangs; if it normally sends nothing for so long, raise idleTimeout",
  protocol:
    "Look for a proxy in between, or report it to the operator of the server",
  text: "Make the server send it as binary",
  tooBig: "Split messages, or raise maxMessageSize",
  inbox: "Read faster, or change the inbox option",
  authentication: "Check the token and its rights",
  unusable: "Correct it: another attempt would end in the same way",
  provider: "See its cause, and what the function depends on",
  version: "Serve the worker of the same release, and none from a cache",
  thread:
    "Run Node with --allow-worker, besides --permission and --allow-fs-read",
  permission:
    "Grant --allow-read for the folder of the package, or import it from JSR",
  script: "Check that the script can be loaded (404, content security policy " +
    "`worker-src`, bundler), or name another with `new WorkerHost({ url })`",
  exhausted:
    "Make a new socket, or raise backoff.maxAttempts or backoff.maxElapsed",
};

/**
 * Writes the message of an error.
 *
 * @param failure What happened.
 * @param context In which attempt, and what comes next.
 */
export function messageOf(
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
        NO_PERMISSION.test(failure.detail)
          ? "Grant --allow-net, for this host and port alone if you like"
          : ADVICE.invalid,
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
          failure.detail ?? failure.reason,
        ),
        adviceForClose(failure.closeCode),
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
        `A message was larger than ${failure.limit} bytes${sizeOf(failure)}`,
        ADVICE.tooBig,
      ];
    case "provider":
      return [
        withDetail(
          `The ${
            failure.name === "hooks" ? "module" : "function"
          } "${failure.name}" failed`,
          failure.detail,
        ),
        failure.retryable === false ? ADVICE.unusable : ADVICE.provider,
      ];
    case "inbox-overflow":
      return [
        `Inbox full with ${countOf(failure.messages, "message")}, ${
          countOf(failure.bytes, "byte")
        }`,
        ADVICE.inbox,
      ];
    case "worker":
      return [
        withDetail("The worker failed", failure.detail),
        adviceForWorker(failure),
      ];
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

/** How large the message is, and where, as far as the transport knows. */
function sizeOf(
  { size, offset }: Extract<Failure, { type: "too-big" }>,
): string {
  if (offset === undefined) return "";
  const announced = size === undefined ? "" : `: ${size} or more`;
  return `${announced}, at byte ${offset} after the handshake`;
}

/** With the reason phrase and the beginning of the body, where they are known. */
function statusOf(
  { status, detail }: Extract<Failure, { type: "handshake" }>,
): string {
  return detail.startsWith(`${status}`) ? detail : `${status}`;
}

function adviceForStatus(status: number): string {
  if (status < 300) return "Check the URL: no WebSocket server answers there";
  if (status < 400) {
    return "Use the URL of the redirect: redirects are not followed";
  }
  if (status === 401 || status === 403) return ADVICE.authentication;
  if (status === 404) return "Check the path of the URL";
  if (status === 429) return "Connect less often";
  return status < 500
    ? "Check what the server expects"
    : "The server or a proxy is in trouble; check its log";
}

function adviceForWorker(
  { advice, detail }: Extract<Failure, { type: "worker" }>,
): string {
  // The detail says what to do.
  if (advice === undefined || detail.includes("/in-thread")) return "";
  if (advice === "version") return ADVICE.version;
  if (detail.includes("--allow-worker")) return ADVICE.thread;
  return /requires? read access|notcapable|permission/i.test(detail)
    ? ADVICE.permission
    : ADVICE.script;
}

/** In one sentence; `describeClose()` has more, which pages load if they call it. */
function adviceForClose(closeCode: number): string {
  switch (closeCode) {
    case 1000:
      return "Add 1000 to fatalCloseCodes if it means that clients must not return";
    case 1001:
    case 1012:
    case 4012:
      return "The server stops or restarts: there is nothing to do";
    case 1002:
    case 4002:
      return ADVICE.protocol;
    case 1003:
    case 1007:
      return "Check whether the server takes text or binary, and what is sent";
    case 1005:
      return "Make the server send a code and a reason";
    case 1008:
      return "Check token, Origin header and rate limit; the server's log says which";
    case 1009:
    case 4413:
      return "Send smaller messages, or raise the limit of the server";
    case 1011:
    case 4500:
      return "Look for an exception or a keepalive timeout in the server's log";
    case 1013:
    case 4429:
    case 4503:
      return "The server is overloaded: connect less often, or give it more capacity";
    case 3000:
    case 3003:
    case 4401:
    case 4403:
      return ADVICE.authentication;
    case 4408:
      return "The server waited too long: look at what is sent first (greeting, session), and at its authentication";
    case 4409:
      return "Another tab or client has taken the session or the name: go on there, or make a new socket";
    case 4404:
      return "Check the path of the URL, and what is subscribed to";
    default:
      return `describeClose(${closeCode}) says what it usually means`;
  }
}

function withDetail(what: string, detail: string): string {
  if (detail === "") return what;
  // A platform may say the same, and more.
  return detail.startsWith(what) ? detail : `${what}: ${detail}`;
}
