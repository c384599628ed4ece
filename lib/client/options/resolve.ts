/**
 * Validates the arguments of the constructor, and resolves them into what the
 * worker and this thread need.
 *
 * @module
 */

import type { Setup, TokenSetup } from "../../boundary/protocol.ts";
import type { SessionSetup } from "../../boundary/session.ts";
import type { Config } from "../../connection/config/config.ts";
import { checkToken, type TokenPlacement } from "../../identity/token.ts";
import type { OutboxLimits } from "../../queue/outbox.ts";
import { resolveProtocols, resolveUrl, withoutSecrets } from "./arguments.ts";
import { levelOf } from "./logger.ts";
import { networkOf } from "./network.ts";
import type {
  OutboxOptions,
  ReconnectingWebSocketOptions,
  TokenProvider,
  UrlProvider,
  UrlSource,
} from "./options.ts";
import { resolveRows } from "./resolve_rows.ts";
import { isHook } from "./rules.ts";
import { isInsecure } from "../../rfc6455/insecure_url.ts";
import {
  CONFIG_ROWS,
  NETWORK_ROWS,
  OPTIONS,
  OTHER_ROWS,
  PLATFORM_ROWS,
  TOKEN_ROWS,
} from "./table.ts";
import { check } from "./validate.ts";

/** The arguments of a constructor, resolved. */
export interface Resolved {
  /** What is sent to the worker. */
  readonly setup: Setup;
  /** The bounds of the outbox. */
  readonly outbox: OutboxLimits;
  /** How long a message may wait, in milliseconds. */
  readonly ttl: number;
  /** Returns the URL, unless it is fixed. */
  readonly urlProvider?: UrlProvider;
  /** Returns the token, unless it is fixed or a hook returns it. */
  readonly tokenProvider?: TokenProvider;
  /** What no message may show. */
  readonly secrets: readonly string[];
}

type Options = ReconnectingWebSocketOptions;

/** The resolved values of `OTHER_ROWS`, as far as they are used here. */
interface OwnValues {
  readonly allowInsecure: boolean;
  readonly autoConnect: boolean;
  readonly hooks?: string;
  readonly outbox: Required<OutboxOptions>;
  readonly session?: SessionSetup;
}

/** The resolved members of the option `token`. */
interface TokenValues extends Pick<TokenSetup, "leeway" | "renewal"> {
  readonly placement: TokenPlacement;
  /** Without it, the hooks module gives the token. */
  readonly token?: string | TokenProvider;
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
  options: Options,
): Resolved {
  check(options, "options", OPTIONS);
  // The place of a token depends on other options.
  const others = { ...options, token: undefined };
  const own = resolveRows<OwnValues>(OTHER_ROWS, others);
  const { headers, transport } = resolveRows<
    Pick<Setup, "headers" | "transport">
  >(PLATFORM_ROWS, options);
  const network = networkOf(resolveRows(NETWORK_ROWS, options), transport);
  const { ttl, ...outbox } = own.outbox;
  const { session } = own;
  checkSession(options, session);
  const values = tokenValuesOf(options);
  const token = values && setupOf(values, own, options);
  const target = typeof url === "function" ? undefined : resolveUrl(url);
  if (target !== undefined && token?.insecure === "loopback") {
    refuseInsecure(target);
  }
  checkHooks(options, token);
  const renewableToken = token !== undefined && token.source.kind !== "static";
  return {
    setup: {
      config: configOf(options, renewableToken),
      ...target !== undefined && { url: target },
      protocols: resolveProtocols(protocols),
      // A copy: what the caller changes later would not be checked.
      headers: { ...headers },
      transport,
      ...network && { network },
      ...token !== undefined && { token },
      ...session && { session },
      ...own.hooks !== undefined && { hooks: own.hooks },
      autoConnect: own.autoConnect && options.signal?.aborted !== true,
      log: levelOf(options.logger),
    },
    outbox,
    ttl,
    ...typeof url === "function" && { urlProvider: url },
    ...typeof values?.token === "function" && { tokenProvider: values.token },
    secrets: [
      ...Object.values(headers),
      ...token?.source.kind === "static" ? [token.source.token] : [],
    ],
  };
}

/**
 * One record for all sockets whose options say nothing of it: this saves memory
 * with 1,000 of them.
 */
function configOf(options: Options, renewableToken: boolean): Config {
  const isDefault = !renewableToken &&
    Object.keys(CONFIG_ROWS).every((name) =>
      Reflect.get(options, name) === undefined
    );
  return isDefault
    ? DEFAULT_CONFIG
    : { ...resolveConfig(options), renewableToken };
}

function resolveConfig(options: Options): Config {
  const values = resolveRows<Omit<Config, "renewableToken">>(
    CONFIG_ROWS,
    options,
  );
  return { ...values, renewableToken: false };
}

function tokenValuesOf(
  { token, session }: Options,
): TokenValues | undefined {
  if (token === undefined) return undefined;
  const given = typeof token === "object" ? token : { token };
  const { placement = session ? "session" : undefined } = given;
  const values = resolveRows<TokenValues>(TOKEN_ROWS, { ...given, placement });
  // With this placement, a new token goes into the session, not a message.
  return placement === "session" ? { ...values, renewal: "" } : values;
}

function setupOf(
  { token, ...rest }: TokenValues,
  { allowInsecure }: OwnValues,
  options: Options,
): TokenSetup {
  const name = typeof options.token === "string" ? "token" : "token.token";
  return {
    source: typeof token === "string"
      ? { kind: "static", token: sendable(token, rest.placement, name) }
      : { kind: token === undefined ? "hook" : "client" },
    insecure: allowInsecure ? "allowed" : "loopback",
    ...rest,
  };
}

function sendable(
  token: string,
  placement: TokenPlacement,
  name: string,
): string {
  const checked = checkToken(token, placement);
  if (checked.kind === "usable") return checked.token;
  throw new TypeError(`Option "${name}" cannot be sent: ${checked.detail}`);
}

function refuseInsecure(url: string): void {
  if (!isInsecure(url)) return;
  throw new TypeError(
    `Option "token" needs wss: or the option "allowInsecure": ${
      withoutSecrets(url)
    } would receive the token unencrypted`,
  );
}

function checkHooks(
  { hooks, heartbeat, greeting }: Options,
  token: TokenSetup | undefined,
): void {
  const asked = token?.source.kind === "hook" || greeting?.hook === true ||
    (typeof heartbeat === "object" &&
      (isHook(heartbeat.message) || isHook(heartbeat.expect)));
  if (hooks === undefined && asked) {
    throw new TypeError(
      'Option "hooks" is needed: another option names a function of the hooks module',
    );
  }
}

/** Refuses options that cannot go with a session, and options that need one. */
function checkSession(
  { greeting, heartbeat, inbox, token }: Options,
  session: SessionSetup | undefined,
): void {
  const { message, expect, reply } = heartbeat || {};
  const { overflow = "pause" } = inbox ?? {};
  const { placement = {} } = typeof token === "object" ? token : {};
  const wrong = session === undefined
    ? { "token.placement": placement === "session" }
    : {
      greeting,
      "heartbeat.message": message !== undefined,
      "heartbeat.expect": expect !== undefined,
      "heartbeat.reply": reply !== undefined,
      "inbox.overflow": overflow !== "pause",
      "token.placement": typeof placement === "object" &&
        ("message" in placement || "protocol" in placement),
    };
  for (const [name, isWrong] of Object.entries(wrong)) {
    if (!isWrong) continue;
    const advice = session
      ? "cannot go with a session: remove it, or do without session"
      : "needs a session: set the option session";
    throw new TypeError(`Option "${name}" ${advice}`);
  }
}

const DEFAULT_CONFIG = /* @__PURE__ */ resolveConfig({});
