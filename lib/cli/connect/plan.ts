/**
 * Reads the flags of `connect`.
 *
 * @module
 */

import type { ReconnectingWebSocketOptions } from "../../client/options/options.ts";
import { TRANSPORT_CHOICES } from "../../connection/config/transports.ts";
import { parseDuration } from "../duration.ts";
import { EXIT_CODE_HELP } from "../exit_code.ts";
import { alternatives, type FlagNames, type Flags } from "../flags.ts";
import {
  HANDSHAKE_FLAGS,
  HANDSHAKE_HELP,
  type HandshakePlan,
  readHandshake,
} from "../handshake_flags.ts";
import {
  NETWORK_FLAGS,
  NETWORK_HELP,
  type NetworkFlags,
  readNetwork,
} from "../network_flags.ts";
import type { ProcessIo } from "../terminal/command_io.ts";
import { UsageError } from "../usage_error.ts";
import { LOG_LEVELS, type LogLevelWord } from "./rotating_log.ts";

/** Without the flag the library chooses, which is `tcp` in Deno. */
const TRANSPORTS = TRANSPORT_CHOICES.filter((choice) => choice !== "auto");

/** The help of `connect`. */
export const CONNECT_HELP = `Talk to a WebSocket server, and stay connected

Usage: connect <url> [options]     a line typed or piped in is a message

${HANDSHAKE_HELP}${NETWORK_HELP}\
      --session, --transport NAME   lose no message; ${
  alternatives(TRANSPORTS)
} (tcp)
      --greeting TEXT         send this first on each new connection
      --ping-interval TIME    time between pings (20s), like 250ms, 5m; 0: none
      --max-attempts N        give up after N failed attempts in a row (never)
      --json, --binary        a line of JSON per event; raw bytes both ways
  -x, --execute TEXT          send this, not stdin; can be repeated
  -w, --wait TIME             stay after the last input (1s, or 'forever')
      --log-file FILE         log JSON lines, 1 MiB in a file, 5 older files
      --log-level LEVEL       debug (shows frames), info, warn or error (info)
${EXIT_CODE_HELP}`;

/** The flags of `connect`. */
export const CONNECT_FLAGS: FlagNames = {
  switches: [
    ...HANDSHAKE_FLAGS.switches,
    ...NETWORK_FLAGS.switches,
    "session",
    "json",
    "binary",
  ],
  values: [
    ...HANDSHAKE_FLAGS.values,
    ...NETWORK_FLAGS.values,
    "transport",
    "greeting",
    "ping-interval",
    "max-attempts",
    "execute",
    "wait",
    "log-file",
    "log-level",
  ],
  alias: { ...HANDSHAKE_FLAGS.alias, execute: "x", wait: "w" },
};

/** What `connect` has to do. */
export interface ConnectPlan {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly options: ReconnectingWebSocketOptions;
  /** How messages look on stdout, and what one message of stdin is. */
  readonly format: "text" | "json" | "binary";
  /** What to send instead of stdin. */
  readonly execute: readonly string[];
  /** How long to stay after the last input, in milliseconds. */
  readonly wait: number;
  readonly log:
    | { readonly file: string; readonly level: LogLevelWord }
    | undefined;
}

type NetworkOptions =
  & NetworkFlags
  & Pick<ReconnectingWebSocketOptions, "transport">;

const DEFAULT_WAIT = 1_000;

/**
 * Reads the arguments of `connect`.
 *
 * @throws {UsageError} A wrong flag, value or URL.
 */
export function readConnectPlan(
  flags: Flags,
  io: Pick<ProcessIo, "environment" | "isInteractive">,
): ConnectPlan {
  const { url, protocols, ...handshake } = readHandshake(flags, io);
  const execute = flags.texts("execute");
  return {
    url,
    protocols,
    options: {
      ...handshakeOptionsOf(handshake),
      ...networkOptionsOf(flags),
      ...greetingOf(flags),
      ...sessionOf(flags),
      ...heartbeatOf(flags),
      ...backoffOf(flags),
    },
    format: formatOf(flags),
    execute,
    wait: waitOf(flags, io.isInteractive && execute.length === 0),
    log: logOf(flags),
  };
}

function handshakeOptionsOf(
  { headers, token, allowInsecure }: Omit<HandshakePlan, "url" | "protocols">,
): Pick<ReconnectingWebSocketOptions, "headers" | "token" | "allowInsecure"> {
  return {
    headers,
    ...token !== undefined && { token, allowInsecure },
  };
}

/** TLS, proxy and compression are a matter of `tcp`. */
function networkOptionsOf(flags: Flags): NetworkOptions {
  const network = readNetwork(flags);
  const transport = flags.oneOf("transport", TRANSPORTS);
  if (transport === undefined) return network;
  const used = [...NETWORK_FLAGS.switches, ...NETWORK_FLAGS.values]
    .find((name) => flags.has(name) || flags.text(name) !== undefined);
  if (transport === "tcp" || used === undefined) {
    return { ...network, transport };
  }
  throw new UsageError(
    `--${used} needs the transport tcp: do without --transport ${transport}`,
  );
}

function greetingOf(
  flags: Flags,
): Pick<ReconnectingWebSocketOptions, "greeting"> {
  const send = flags.text("greeting");
  return send === undefined ? {} : { greeting: { send } };
}

function sessionOf(
  flags: Flags,
): Pick<ReconnectingWebSocketOptions, "session"> {
  if (!flags.has("session")) return {};
  if (flags.text("greeting") === undefined) return { session: true };
  throw new UsageError("--session and --greeting exclude each other");
}

function heartbeatOf(
  flags: Flags,
): Pick<ReconnectingWebSocketOptions, "heartbeat"> {
  const interval = flags.time("ping-interval");
  if (interval === undefined) return {};
  return { heartbeat: interval === 0 ? false : { interval } };
}

function backoffOf(
  flags: Flags,
): Pick<ReconnectingWebSocketOptions, "backoff"> {
  const maxAttempts = flags.count("max-attempts", { min: 1, max: Infinity });
  return maxAttempts === undefined ? {} : { backoff: { maxAttempts } };
}

function formatOf(flags: Flags): ConnectPlan["format"] {
  if (flags.has("json") && flags.has("binary")) {
    throw new UsageError("--json and --binary exclude each other");
  }
  if (flags.has("json")) return "json";
  return flags.has("binary") ? "binary" : "text";
}

function waitOf(flags: Flags, typed: boolean): number {
  const text = flags.text("wait");
  if (text === undefined) return typed ? 0 : DEFAULT_WAIT;
  return text === "forever" ? Infinity : parseDuration(text, "--wait");
}

function logOf(flags: Flags): ConnectPlan["log"] {
  const file = flags.text("log-file");
  const level = flags.oneOf("log-level", LOG_LEVELS);
  if (file !== undefined) return { file, level: level ?? "info" };
  if (level === undefined) return undefined;
  throw new UsageError("--log-level needs --log-file");
}
