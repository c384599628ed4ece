/**
 * Which options there are and which values they take.
 *
 * @module
 */

import { isCloseCode } from "../../rfc6455/close.ts";
import { TRANSPORT_CHOICES } from "../../connection/transports.ts";
import { TOKEN } from "./arguments.ts";
import type { HookMarker, MessageBody } from "./options.ts";
import {
  check,
  DURATION,
  type Fit,
  isObject,
  type Range,
  type Rule,
  SWITCH,
  WAIT,
} from "./validate.ts";
import { WorkerHost } from "../workers/worker_host.ts";

/** Headers that are the handshake's own (RFC 6455, 4.1), or frame the request. */
const FORBIDDEN =
  /^(host|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer)$/i;
/** A header's value: no control character but the tab (RFC 9110, 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const DELAY: Range = {
  wanted: "a finite number of milliseconds from 0",
  within: (value) => value >= 0 && value < Infinity,
};
const COUNT: Range = {
  wanted: "a whole number from 1, or Infinity",
  within: (value) => value > 0 && isCount(value),
};
const TEXT: Fit = { wanted: "a string", holds: isText };
const BODY_WANTED = "a string, an ArrayBuffer or a view";
const BODY: Fit = { wanted: BODY_WANTED, holds: isBody };
const PATTERN_WANTED = "a string, an ArrayBuffer, a view or an object";
const PATTERN: Fit = { wanted: PATTERN_WANTED, holds: isPattern };
const TEMPLATE: Fit = {
  wanted: "a string or an object",
  holds: (value) => isText(value) || isObject(value),
};
const HEADERS: Rule = { check: checkHeaders };
const TRANSPORT: Rule = { oneOf: TRANSPORT_CHOICES };
const WORKER: Fit = {
  wanted: '"shared" or "dedicated" or "none"',
  holds: (value) =>
    value === "shared" || value === "dedicated" || value === "none" ||
    value instanceof WorkerHost,
};

/** All options by name. */
export const OPTIONS: Rule = {
  members: {
    openTimeout: DURATION,
    closeTimeout: WAIT,
    stableAfter: WAIT,
    backoff: {
      members: {
        strategy: { oneOf: ["spread", "exponential"] },
        first: DELAY,
        cap: DELAY,
        initialDelay: DELAY,
        factor: {
          wanted: "a finite number from 1",
          within: (value) => value >= 1 && value < Infinity,
        },
        maxDelay: WAIT,
        jitter: { oneOf: ["full", "equal", "none"] },
        maxAttempts: {
          wanted: "a whole number from 0, or Infinity",
          within: isCount,
        },
        maxElapsed: WAIT,
      },
    },
    heartbeat: {
      unless: (value) => value === false,
      members: {
        interval: DURATION,
        timeout: DURATION,
        message: {
          wanted: BODY_WANTED,
          holds: (value) => isHook(value) || isBody(value),
        },
        expect: PATTERN,
        deliver: SWITCH,
        reply: { members: { to: PATTERN, with: BODY } },
      },
    },
    probeTimeout: DURATION,
    idleTimeout: DURATION,
    fatalCloseCodes: {
      wanted: "an array of close codes from 1000 to 4999",
      holds: (value) => Array.isArray(value) && value.every(isCloseCode),
    },
    outbox: {
      members: {
        maxMessages: COUNT,
        maxBytes: COUNT,
        overflow: { oneOf: ["reject", "drop-oldest", "drop-newest"] },
        ttl: WAIT,
      },
    },
    inbox: {
      members: {
        maxMessages: COUNT,
        maxBytes: COUNT,
        overflow: { oneOf: ["pause", "close", "drop-oldest", "drop-newest"] },
      },
    },
    maxMessageSize: COUNT,
    autoConnect: SWITCH,
    token: {
      unless: (value) => isText(value) || isFunction(value),
      members: {
        token: {
          wanted: "a string or a function",
          holds: (value) => isText(value) || isFunction(value),
        },
        placement: {
          members: {
            query: TEXT,
            header: TEXT,
            scheme: TEXT,
            protocol: TEXT,
            message: TEMPLATE,
          },
        },
        renewal: TEMPLATE,
        leeway: WAIT,
      },
    },
    allowInsecure: SWITCH,
    greeting: {
      members: {
        send: BODY,
        expect: PATTERN,
        reject: {
          wanted: PATTERN_WANTED,
          holds: (value) =>
            Array.isArray(value) ? value.every(isPattern) : isPattern(value),
        },
        timeout: DURATION,
        hook: SWITCH,
      },
    },
    headers: HEADERS,
    transport: TRANSPORT,
    hooks: {
      wanted: "a string or a URL",
      holds: (value) => isText(value) || value instanceof URL,
    },
    worker: WORKER,
    logger: {
      wanted: "an object with debug, info, warn and error",
      holds: isLogger,
    },
    signal: {
      wanted: "an AbortSignal",
      holds: (value) => value instanceof AbortSignal,
    },
  },
};

/** Those that the platform's interface leaves to the one who implements it. */
export const PLATFORM_OPTIONS: Rule = {
  members: { headers: HEADERS, transport: TRANSPORT, worker: WORKER },
};

/** The headers of a handshake: nothing injected, none of its own. */
export function checkHeaders(value: unknown, name: string): void {
  check(value, name, { wanted: "an object", holds: isObject });
  // Browsers let a page set no headers of a handshake.
  if (!("Deno" in globalThis || "process" in globalThis)) {
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
    check(content, `${name}.${header}`, {
      wanted: "a string without control characters",
      holds: (text) => isText(text) && HEADER_VALUE.test(text),
    });
  }
}

/** Tells whether a value can be the data of a message. */
export function isBody(value: unknown): value is MessageBody {
  return isText(value) || value instanceof ArrayBuffer ||
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
      isFunction(value[level])
    );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
