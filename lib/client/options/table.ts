/**
 * The one table of options: the rule, the default and the resolver of each
 * stand in its row. What the option means is documented in `options.ts`.
 *
 * A field of `Config` or `NetworkConfig`, or a member of a group, takes its
 * documented type, its row, and the field of the record that it ends up in, such
 * as `HeartbeatConfig`. Some options take more; CONTRIBUTING.md has the list. The
 * compiler reports a row that is missing, also that of a member.
 *
 * @module
 */

import type { Config } from "../../connection/config/config.ts";
import type {
  CompressionConfig,
  NetworkConfig,
} from "../../connection/config/network.ts";
import type { Json } from "../../connection/config/pattern.ts";
import { TRANSPORT_CHOICES } from "../../connection/config/transports.ts";
import type { TokenPlacement } from "../../identity/token.ts";
import { FATAL_CLOSE_CODES } from "../../connection/retry_policy.ts";
import { baseUrl } from "./arguments.ts";
import type {
  BackoffOptions,
  Defaults,
  GreetingOptions,
  HeartbeatOptions,
  InboxOptions,
  OutboxOptions,
  ReconnectingWebSocketOptions,
  SessionOptions,
  TlsOptions,
  TokenOptions,
  TokenPlacementOptions,
  WorkerWebSocketOptions,
} from "./options.ts";
import {
  toData,
  toDataOrHook,
  toPattern,
  toPatternOrHook,
  toPatterns,
} from "./resolve_rows.ts";
import {
  BODY,
  BODY_OR_HOOK,
  CERTIFICATE,
  CERTIFICATES,
  checkHeaders,
  CODES,
  COUNT,
  DELAY,
  FACTOR,
  HEADER_TEXT,
  isSource,
  LOGGER,
  MODULE,
  PATTERN,
  PATTERNS,
  PRIVATE_KEY,
  PROTOCOL_PREFIX,
  PROXY,
  SIGNAL,
  SOURCE,
  TEMPLATE,
  TEXT,
  WHOLE_FROM_0,
  WHOLE_FROM_1,
  WINDOW_BITS,
  WORKER,
} from "./rules.ts";
import {
  DURATION,
  isObject,
  type Members,
  type Row,
  type RowValues,
  SWITCH,
  type ValueRule,
  WAIT,
} from "./validate.ts";

type Options = ReconnectingWebSocketOptions;

const BEARER = { header: "Authorization", scheme: "Bearer" };

/** A row for each of these options; `Used` has what they become. */
type Rows<Names extends keyof Options, Used = Options> = {
  readonly [Name in Names]-?: Row<
    Exclude<Options[Name], undefined>,
    Name extends keyof Used ? Used[Name] | undefined : unknown
  >;
};

/** A row for each member of a group of options. */
type MemberRows<Group> = {
  readonly [Name in Group extends Group ? keyof Group : never]-?: Row;
};

/** The options that are fields of `Config`. */
type ConfigOption = Exclude<keyof Config, "renewableToken">;

type PlatformOption = keyof WorkerWebSocketOptions;

/** The options that `Config` has a field for. */
export const CONFIG_ROWS: Rows<ConfigOption, Config> = {
  openTimeout: { rule: DURATION, default: 10_000 },
  closeTimeout: { rule: WAIT, default: 5_000 },
  stableAfter: { rule: WAIT, default: 5_000 },
  backoff: {
    default: {},
    members: {
      strategy: { oneOf: ["spread", "exponential"], default: "spread" },
      fleet: { rule: FACTOR, assumed: 10_000 },
      first: { rule: DELAY, assumed: 3_000 },
      cap: { rule: DELAY, assumed: 15_000 },
      initialDelay: { rule: DELAY },
      factor: { rule: FACTOR },
      maxDelay: { rule: WAIT },
      jitter: { oneOf: ["full", "equal", "none"] },
      maxAttempts: { rule: WHOLE_FROM_0, default: Infinity },
      maxElapsed: { rule: WAIT, default: Infinity },
    } satisfies MemberRows<BackoffOptions>,
  },
  heartbeat: {
    default: {},
    unless: (value) => value === false,
    members: {
      interval: { rule: DURATION, default: 20_000 },
      timeout: { rule: DURATION, default: 10_000 },
      message: { rule: BODY_OR_HOOK, resolve: toDataOrHook },
      expect: { rule: PATTERN, resolve: toPatternOrHook },
      deliver: { rule: SWITCH, default: false },
      reply: {
        members: {
          to: { rule: PATTERN, resolve: toPattern },
          with: { rule: BODY, resolve: toData },
        },
      },
    } satisfies MemberRows<HeartbeatOptions>,
  },
  probeTimeout: { rule: DURATION, default: 3_500 },
  idleTimeout: { rule: DURATION, default: Infinity },
  fatalCloseCodes: {
    rule: CODES,
    default: FATAL_CLOSE_CODES,
    resolve: (codes) => [...codes],
  },
  inbox: {
    default: {},
    members: {
      maxMessages: { rule: WHOLE_FROM_1, default: 100_000 },
      maxBytes: { rule: WHOLE_FROM_1, default: 67_108_864 },
      overflow: {
        oneOf: ["pause", "close", "drop-oldest", "drop-newest"],
        default: "pause",
      },
    } satisfies MemberRows<InboxOptions>,
  },
  maxMessageSize: { rule: WHOLE_FROM_1, default: 16_777_216 },
  greeting: {
    members: {
      send: { rule: BODY, resolve: toData },
      expect: { rule: PATTERN, resolve: toPattern },
      reject: { rule: PATTERNS, default: [], resolve: toPatterns },
      timeout: { rule: DURATION, default: Infinity },
      hook: { rule: SWITCH, default: false },
    } satisfies MemberRows<GreetingOptions>,
  },
};

/** The members of `compression`, which may be a switch instead. */
const COMPRESSION_ROWS: {
  readonly [Name in keyof CompressionConfig]: Row<CompressionConfig[Name]>;
} = {
  clientNoContextTakeover: { rule: SWITCH, default: false },
  serverNoContextTakeover: { rule: SWITCH, default: false },
  clientMaxWindowBits: { rule: WINDOW_BITS, default: 15 },
  threshold: { rule: WHOLE_FROM_0, default: 256 },
};

/** The options that `NetworkConfig` has a field for. */
export const NETWORK_ROWS: Rows<keyof NetworkConfig, NetworkConfig> = {
  tls: {
    members: {
      caCerts: { rule: CERTIFICATES, default: [] },
      cert: { rule: CERTIFICATE },
      key: { rule: PRIVATE_KEY },
    } satisfies MemberRows<TlsOptions>,
  },
  proxy: { rule: PROXY },
  compression: {
    default: false,
    unless: isSwitch,
    members: COMPRESSION_ROWS,
  },
};

/** The options of a `WorkerWebSocket`: none of them has members. */
export const PLATFORM_ROWS: {
  readonly [Name in PlatformOption]-?:
    & ValueRule
    & RowValues<
      Exclude<Options[Name], undefined>,
      Options[Name]
    >;
} = {
  headers: { check: checkHeaders, default: {} },
  transport: { oneOf: TRANSPORT_CHOICES, default: "auto" },
  worker: { rule: WORKER, default: "shared" },
};

/** The members of `token`, which may be a string or a function instead. */
export const TOKEN_ROWS: { readonly [Name in keyof TokenOptions]-?: Row } = {
  token: { rule: SOURCE },
  placement: {
    default: BEARER,
    unless: (value) => value === "session",
    members: {
      query: { rule: TEXT },
      header: { rule: TEXT },
      scheme: { rule: HEADER_TEXT },
      protocol: { rule: PROTOCOL_PREFIX },
      message: { rule: TEMPLATE },
    },
    resolve: toPlacement,
  },
  renewal: { rule: TEMPLATE, resolve: toText },
  leeway: { rule: WAIT, default: 30_000 },
};

/** The members of `session`, which may be a switch instead. */
const SESSION_ROWS: { readonly [Name in keyof SessionOptions]-?: Row } = {
  window: {
    default: {},
    members: {
      messages: { rule: COUNT, default: 4_096 },
      bytes: { rule: COUNT, default: 1_048_576 },
    },
  },
  required: { rule: SWITCH, default: true },
  ack: { oneOf: ["consumed", "received", "manual"], default: "consumed" },
  onLost: { oneOf: ["continue", "close"], default: "continue" },
  onUnknown: { oneOf: ["drop", "resend"], default: "drop" },
};

/** All other options. */
export const OTHER_ROWS: Rows<
  Exclude<keyof Options, ConfigOption | PlatformOption | keyof NetworkConfig>
> = {
  outbox: {
    default: {},
    members: {
      maxMessages: { rule: WHOLE_FROM_1, default: 10_000 },
      maxBytes: { rule: WHOLE_FROM_1, default: 16_777_216 },
      overflow: {
        oneOf: ["reject", "drop-oldest", "drop-newest"],
        default: "reject",
      },
      ttl: { rule: WAIT, default: Infinity },
    } satisfies MemberRows<OutboxOptions>,
  },
  autoConnect: { rule: SWITCH, default: true },
  token: {
    unless: isSource,
    members: TOKEN_ROWS,
  },
  session: {
    default: false,
    unless: isSwitch,
    members: SESSION_ROWS,
  },
  allowInsecure: { rule: SWITCH, default: false },
  hooks: { rule: MODULE, resolve: toModule },
  logger: { rule: LOGGER },
  signal: { rule: SIGNAL },
};

/** All options by name. */
export const OPTIONS: Members = /* @__PURE__ */ makeOptions();

/**
 * The defaults of {@linkcode ReconnectingWebSocketOptions}, frozen.
 *
 * @example Doubling a default
 * ```ts
 * import { DEFAULTS } from "@holdfast/websocket";
 *
 * console.log(2 * DEFAULTS.openTimeout);
 * ```
 */
export const DEFAULTS: Defaults = /* @__PURE__ */ makeDefaults();

/** A function, since bundlers keep other calls at the top of a module. */
function makeOptions(): Members {
  return {
    members: {
      ...CONFIG_ROWS,
      ...NETWORK_ROWS,
      ...PLATFORM_ROWS,
      ...OTHER_ROWS,
    },
  };
}

function makeDefaults(): Defaults {
  return defaultsOf(OPTIONS.members) as Defaults;
}

function defaultsOf(rows: Members["members"]): object {
  const defaults = Object.entries(rows).flatMap(([name, row]) => {
    const { default: value = row.assumed } = row;
    if (value === undefined) return [];
    const isGroup = "members" in row && isObject(value);
    const shown = isGroup ? defaultsOf(row.members) : value;
    return [[name, Object.freeze(shown)]];
  });
  return Object.freeze(Object.fromEntries(defaults));
}

function isSwitch(value: unknown): boolean {
  return typeof value === "boolean";
}

function toPlacement(placement: TokenPlacementOptions): TokenPlacement {
  if (placement === "session") return { kind: "session" };
  if ("query" in placement) return { kind: "query", name: placement.query };
  if ("protocol" in placement) {
    return { kind: "protocol", prefix: placement.protocol };
  }
  if ("message" in placement) {
    return { kind: "message", text: toText(placement.message) };
  }
  const { header, scheme = BEARER.scheme } = placement;
  checkHeaders({ [header]: "" }, "token.placement.header");
  return { kind: "header", name: header, scheme };
}

function toText(text: string | { readonly [key: string]: Json }): string {
  return typeof text === "string" ? text : JSON.stringify(text);
}

function toModule(module: string | URL): string {
  const url = URL.parse(module, baseUrl());
  if (url !== null) return url.href;
  throw new TypeError(
    `Option "hooks" must be an absolute URL, such as import.meta.resolve gives, not "${module}"`,
  );
}
