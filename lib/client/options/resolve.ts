/**
 * From the public options to what a connection needs; the one place where
 * arguments are validated.
 *
 * @module
 */

import type {
  Config,
  GreetingConfig,
  HeartbeatConfig,
} from "../../connection/config.ts";
import type { Data } from "../../queue/data.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import type { Pattern } from "../../connection/pattern.ts";
import { redactUrl } from "../../identity/redact.ts";
import { intern } from "../../boundary/intern.ts";
import { isInsecure } from "../../rfc6455/url.ts";
import type { TokenPlacement } from "../../identity/token.ts";
import type { Setup, TokenSetup } from "../../boundary/protocol.ts";
import {
  DEFAULTS,
  type GreetingOptions,
  type HeartbeatOptions,
  type HookMarker,
  type MessageBody,
  type MessagePattern,
  type ReconnectingWebSocketOptions,
  type TokenOptions,
  type TokenPlacementOptions,
  type TokenProvider,
  type UrlProvider,
  type UrlSource,
} from "./options.ts";
import { baseUrl, resolveProtocols, resolveUrl } from "./arguments.ts";
import { levelOf } from "./logger.ts";
import { checkHeaders, isBody, isHook, OPTIONS } from "./rules.ts";
import { check } from "./validate.ts";

/** What a facade needs to know. */
export interface Resolved {
  /** What crosses to the worker. */
  readonly setup: Setup;
  /** The bounds of the outbox. */
  readonly outbox: OutboxLimits;
  /** How long a message may wait, in milliseconds. */
  readonly ttl: number;
  /** Gives the URL, unless it is fixed. */
  readonly urlProvider?: UrlProvider;
  /** Gives the token, unless it is fixed or the hooks module does. */
  readonly tokenProvider?: TokenProvider;
  /** What may appear in no message. */
  readonly secrets: readonly string[];
}

/**
 * Checks the arguments of a constructor and resolves them.
 *
 * @throws {DOMException} `SyntaxError`: invalid URL or subprotocols.
 * @throws {TypeError} An unknown option, or a value of a wrong type.
 * @throws {RangeError} A number out of range.
 */
export function resolveOptions(
  url: UrlSource,
  protocols: string | readonly string[],
  options: ReconnectingWebSocketOptions,
): Resolved {
  check(options, "options", OPTIONS);
  const {
    autoConnect = DEFAULTS.autoConnect,
    hooks,
    headers = {},
    transport = DEFAULTS.transport,
  } = options;
  const token = resolveToken(options);
  const { ttl, ...outbox } = { ...DEFAULTS.outbox, ...defined(options.outbox) };
  const target = typeof url === "function" ? undefined : resolveUrl(url);
  if (target !== undefined && token?.insecure === "loopback") {
    refuseInsecure(target);
  }
  checkHooks(options, token);
  return {
    setup: {
      config: intern(DEFAULT_CONFIG, resolveConfig(options, token)),
      ...target !== undefined && { url: target },
      protocols: resolveProtocols(protocols),
      headers,
      transport,
      ...token !== undefined && { token },
      ...hooks !== undefined && { hooks: resolveModule(hooks) },
      autoConnect: autoConnect && options.signal?.aborted !== true,
      log: levelOf(options.logger),
    },
    outbox,
    ttl,
    ...typeof url === "function" && { urlProvider: url },
    ...tokenProviderOf(options.token),
    secrets: [
      ...Object.values(headers),
      ...token?.source.kind === "static" ? [token.source.token] : [],
    ],
  };
}

function resolveConfig(
  options: ReconnectingWebSocketOptions,
  token: TokenSetup | undefined,
): Config {
  const { backoff, heartbeat, greeting } = options;
  const given = { ...DEFAULTS, ...defined(options) };
  const { maxAttempts, maxElapsed } = DEFAULTS.backoff;
  return {
    openTimeout: given.openTimeout,
    closeTimeout: given.closeTimeout,
    stableAfter: given.stableAfter,
    backoff: {
      strategy: "spread",
      maxAttempts,
      maxElapsed,
      ...defined(backoff),
    },
    ...heartbeat !== false && { heartbeat: resolveHeartbeat(heartbeat) },
    probeTimeout: given.probeTimeout,
    idleTimeout: given.idleTimeout,
    fatalCloseCodes: [...given.fatalCloseCodes],
    inbox: { ...DEFAULTS.inbox, ...defined(options.inbox) },
    maxMessageSize: given.maxMessageSize,
    ...greeting !== undefined && { greeting: resolveGreeting(greeting) },
    renewableToken: token !== undefined && token.source.kind !== "static",
  };
}

function resolveHeartbeat(options: HeartbeatOptions = {}): HeartbeatConfig {
  const { message, expect, reply, ...rest } = options;
  return {
    ...DEFAULTS.heartbeat,
    ...defined(rest),
    ...message !== undefined &&
      { message: isHook(message) ? HOOK : resolveBody(message) },
    ...expect !== undefined &&
      { expect: isHook(expect) ? HOOK : resolvePattern(expect) },
    ...reply !== undefined && {
      reply: { to: resolvePattern(reply.to), with: resolveBody(reply.with) },
    },
  };
}

function resolveGreeting(options: GreetingOptions): GreetingConfig {
  const { send, expect, reject = [], timeout = Infinity, hook = false } =
    options;
  const patterns: readonly MessagePattern[] = Array.isArray(reject)
    ? reject
    : [reject];
  return {
    ...send !== undefined && { send: resolveBody(send) },
    ...expect !== undefined && { expect: resolvePattern(expect) },
    reject: patterns.map(resolvePattern),
    timeout,
    hook,
  };
}

function resolveToken(
  { token, allowInsecure }: ReconnectingWebSocketOptions,
): TokenSetup | undefined {
  if (token === undefined) return undefined;
  const { token: source, placement, renewal, leeway = 30_000 }: TokenOptions =
    typeof token === "object" ? token : { token };
  return {
    source: typeof source === "string"
      ? { kind: "static", token: source }
      : { kind: source === undefined ? "hook" : "ask" },
    placement: resolvePlacement(placement),
    insecure: allowInsecure ?? DEFAULTS.allowInsecure ? "allowed" : "loopback",
    leeway,
    ...renewal !== undefined && { renewal: textOf(renewal) },
  };
}

function refuseInsecure(url: string): void {
  if (!isInsecure(url)) return;
  throw new TypeError(
    `Option "token" needs wss: or "allowInsecure": ${
      redactUrl(url)
    } would get it in plain text`,
  );
}

function resolvePlacement(
  placement: TokenPlacementOptions = BEARER,
): TokenPlacement {
  if ("query" in placement) return { kind: "query", name: placement.query };
  if ("protocol" in placement) {
    return { kind: "protocol", prefix: placement.protocol };
  }
  if ("message" in placement) {
    return { kind: "message", text: textOf(placement.message) };
  }
  checkHeaders({ [placement.header]: "" }, "token.placement.header");
  return {
    kind: "header",
    name: placement.header,
    scheme: placement.scheme ?? BEARER.scheme,
  };
}

function checkHooks(
  options: ReconnectingWebSocketOptions,
  token: TokenSetup | undefined,
): void {
  const { hooks, heartbeat, greeting } = options;
  const asked = token?.source.kind === "hook" || greeting?.hook === true ||
    (typeof heartbeat === "object" &&
      (isHook(heartbeat.message) || isHook(heartbeat.expect)));
  if (hooks === undefined && asked) {
    throw new TypeError(
      'The option "hooks" is needed, since others name a function of that module',
    );
  }
}

function resolveModule(hooks: string | URL): string {
  const url = URL.parse(hooks, baseUrl());
  if (url !== null) return url.href;
  throw new TypeError(
    `Option "hooks" must be an absolute URL, such as import.meta.resolve gives, not "${hooks}"`,
  );
}

function tokenProviderOf(
  token: ReconnectingWebSocketOptions["token"],
): { readonly tokenProvider?: TokenProvider } {
  const source = typeof token === "object" ? token.token : token;
  return typeof source === "function" ? { tokenProvider: source } : {};
}

function resolvePattern(pattern: MessagePattern): Pattern {
  if (isBody(pattern)) return { kind: "exact", data: resolveBody(pattern) };
  // What JSON cannot carry could not be matched, nor cloned.
  return { kind: "subset", value: JSON.parse(JSON.stringify(pattern)) };
}

function resolveBody(body: MessageBody): Data {
  if (typeof body === "string") return body;
  const bytes = ArrayBuffer.isView(body)
    ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
    : new Uint8Array(body);
  return new Uint8Array(bytes).buffer;
}

function textOf(text: string | object): string {
  return typeof text === "string" ? text : JSON.stringify(text);
}

/** The members that are there and not `undefined`. */
function defined<T extends object>(value: T | undefined): T {
  const entries = Object.entries(value ?? {}).filter(([, member]) =>
    member !== undefined
  );
  return Object.fromEntries(entries) as T;
}

const BEARER = { header: "Authorization", scheme: "Bearer" };
const HOOK: HookMarker = { hook: true };
const DEFAULT_CONFIG = /* @__PURE__ */ resolveConfig({}, undefined);
