/**
 * Which options there are and which values they take.
 *
 * @module
 */

import { TOKEN } from "./arguments.ts";
import type { HookMarker, MessageBody } from "./options.ts";
import {
  fit,
  isObject,
  number,
  oneOf,
  record,
  type Rule,
  unless,
  wait,
} from "./validate.ts";
import { WorkerHost } from "./worker_host.ts";

/** Headers that are the handshake's own (RFC 6455, 4.1), or frame the request. */
const FORBIDDEN =
  /^(host|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer)$/i;
/** A header's value: no control character but the tab (RFC 9110, 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const duration = number(
  "a positive number of milliseconds",
  (value) => value > 0,
);
const delay = number(
  "a finite number of milliseconds from 0",
  (value) => value >= 0 && value < Infinity,
);
const count = number(
  "a whole number from 1, or Infinity",
  (value) => value > 0 && isCount(value),
);
const bool = fit("true or false", (value) => typeof value === "boolean");
const text = fit("a string", (value) => typeof value === "string");
const func = (value: unknown): boolean => typeof value === "function";
const secret = fit(
  "a string or a function",
  (value) => typeof value === "string" || func(value),
);
const body = fit("a string, an ArrayBuffer or a view", isBody);
const pattern = fit(
  "a string, an ArrayBuffer, a view or an object",
  isPattern,
);
const template = fit(
  "a string or an object",
  (value) => typeof value === "string" || isObject(value),
);
const address = fit(
  "a string or a URL",
  (value) => typeof value === "string" || value instanceof URL,
);

/** Browsers let a page set no headers of a handshake. */
const CAN_SET_HEADERS = "Deno" in globalThis || "process" in globalThis;

/** The headers of a handshake: nothing injected, none of its own. */
export const checkHeaders: Rule = (value, name) => {
  fit("an object", isObject)(value, name);
  if (!CAN_SET_HEADERS) {
    throw new TypeError(
      `Option "${name}" cannot be used here: browsers set no headers`,
    );
  }
  for (const [header, content] of Object.entries(value ?? {})) {
    if (!TOKEN.test(header) || FORBIDDEN.test(header)) {
      throw new TypeError(
        `Option "${name}" must not have the header ${JSON.stringify(header)}`,
      );
    }
    fit(
      "a string without control characters",
      () => typeof content === "string" && HEADER_VALUE.test(content),
    )(content, `${name}.${header}`);
  }
};

/** All options by name; throws for what is not one, or has a wrong value. */
export const checkOptions: Rule = record({
  openTimeout: duration,
  closeTimeout: wait,
  stableAfter: wait,
  backoff: record({
    strategy: oneOf("spread", "exponential"),
    first: delay,
    cap: delay,
    initialDelay: delay,
    factor: number(
      "a finite number from 1",
      (value) => value >= 1 && value < Infinity,
    ),
    maxDelay: wait,
    jitter: oneOf("full", "equal", "none"),
    maxAttempts: number("a whole number from 0, or Infinity", isCount),
    maxElapsed: wait,
  }),
  heartbeat: unless(
    (value) => value === false,
    record({
      interval: duration,
      timeout: duration,
      message: unless(isHook, body),
      expect: pattern,
      deliver: bool,
      reply: record({ to: pattern, with: body }),
    }),
  ),
  probeTimeout: duration,
  idleTimeout: duration,
  fatalCloseCodes: fit(
    "an array of close codes from 1000 to 4999",
    (value) =>
      Array.isArray(value) &&
      value.every((code) =>
        Number.isInteger(code) && code >= 1000 && code <= 4999
      ),
  ),
  outbox: record({
    maxMessages: count,
    maxBytes: count,
    overflow: oneOf("reject", "drop-oldest", "drop-newest"),
    ttl: wait,
  }),
  inbox: record({
    maxMessages: count,
    maxBytes: count,
    overflow: oneOf("pause", "close", "drop-oldest", "drop-newest"),
  }),
  maxMessageSize: count,
  autoConnect: bool,
  token: unless(
    (value) => typeof value === "string" || func(value),
    record({
      token: secret,
      placement: record({
        query: text,
        header: text,
        scheme: text,
        protocol: text,
        message: template,
      }),
      renewal: template,
      leeway: wait,
    }),
  ),
  allowInsecure: bool,
  greeting: record({
    send: body,
    expect: pattern,
    reject: unless(
      (value) => Array.isArray(value) && value.every(isPattern),
      pattern,
    ),
    timeout: duration,
    hook: bool,
  }),
  headers: checkHeaders,
  transport: oneOf("auto", "ws", "native"),
  hooks: address,
  worker: unless(
    (value) => value instanceof WorkerHost,
    oneOf("shared", "dedicated", "none"),
  ),
  logger: fit("an object with debug, info, warn and error", isLogger),
  signal: fit("an AbortSignal", (value) => value instanceof AbortSignal),
});

/** Tells whether a value can be the data of a message. */
export function isBody(value: unknown): value is MessageBody {
  return typeof value === "string" || value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value);
}

/** Tells whether a value stands for a function of the hooks module. */
export function isHook(value: unknown): value is HookMarker {
  return isObject(value) && value.hook === true;
}

function isPattern(value: unknown): boolean {
  return isBody(value) || isObject(value);
}

function isCount(value: number): boolean {
  return value === Infinity || (Number.isInteger(value) && value >= 0);
}

function isLogger(value: unknown): boolean {
  return isObject(value) &&
    ["debug", "info", "warn", "error"].every((level) =>
      typeof value[level] === "function"
    );
}
