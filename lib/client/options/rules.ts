/**
 * The rules for values that are more than a number or a switch: messages,
 * patterns, headers, and where a connection lives.
 *
 * @module
 */

import { isArrayBuffer } from "../../queue/binary.ts";
import { isCloseCode } from "../../rfc6455/close.ts";
import { TOKEN } from "./arguments.ts";
import type { HookMarker, MessageBody } from "./options.ts";
import { checkValue, type Fit, isObject, type Range } from "./validate.ts";

/** Headers that belong to the handshake (RFC 6455, 4.1), or frame the request. */
const FORBIDDEN =
  /^(host|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer)$/i;
/** A header's value: no control character but the tab (RFC 9110, 5.5). */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A delay that a timer can wait, in milliseconds. */
export const DELAY: Range = {
  wanted: "a finite number of milliseconds from 0",
  within: (value) => value >= 0 && value < Infinity,
};
/** A bound, in messages or bytes. */
export const WHOLE_FROM_1: Range = {
  wanted: "a whole number from 1, or Infinity",
  within: (value) => value > 0 && isCount(value),
};
/** A bound that crosses the network. */
export const COUNT: Range = {
  wanted: "a whole number from 1",
  within: (value) => value > 0 && Number.isSafeInteger(value),
};
/** A number of attempts. */
export const WHOLE_FROM_0: Range = {
  wanted: "a whole number from 0, or Infinity",
  within: isCount,
};
/** What a delay is multiplied by. */
export const FACTOR: Range = {
  wanted: "a finite number from 1",
  within: (value) => value >= 1 && value < Infinity,
};
/** A string. */
export const TEXT: Fit = { wanted: "a string", holds: isText };
/** A part of a header's value, such as a scheme. */
export const HEADER_TEXT: Fit = {
  wanted: "a string without control characters",
  holds: (value) => isText(value) && HEADER_VALUE.test(value),
};
/** The beginning of a subprotocol. */
export const PROTOCOL_PREFIX: Fit = {
  wanted: "a string that can begin a subprotocol",
  holds: (value) => isText(value) && TOKEN.test(`${value}x`),
};
/** A string, or a function that gives one. */
export const SOURCE: Fit = {
  wanted: "a string or a function",
  holds: isSource,
};
/** A text, or an object that becomes one as JSON. */
export const TEMPLATE: Fit = {
  wanted: "a string or an object",
  holds: (value) => isText(value) || isObject(value),
};
const BODY_WANTED = "a string, an ArrayBuffer or a view";
/** The data of a message. */
export const BODY: Fit = { wanted: BODY_WANTED, holds: isBody };
/** The data of a message, or the mark of a hook that gives it. */
export const BODY_OR_HOOK: Fit = {
  wanted: BODY_WANTED,
  holds: (value) => isHook(value) || isBody(value),
};
/** What an object without a class of the platform is called, in any realm. */
const PLAIN = "[object Object]";
const PATTERN_WANTED = "a string, an ArrayBuffer, a view or an object";
/** What a message is compared with. */
export const PATTERN: Fit = { wanted: PATTERN_WANTED, holds: isPattern };
/** One pattern, or several. */
export const PATTERNS: Fit = {
  wanted: PATTERN_WANTED,
  holds: (value) =>
    Array.isArray(value) ? value.every(isPattern) : isPattern(value),
};
/** Close codes that can be received. */
export const CODES: Fit = {
  wanted: "an array of close codes from 1000 to 4999",
  holds: (value) => Array.isArray(value) && value.every(isCloseCode),
};
/** The URL of a module. */
export const MODULE: Fit = {
  wanted: "a string or a URL",
  holds: (value) => isText(value) || value instanceof URL,
};
/** Where a connection can live. */
export const WORKER: Fit = {
  wanted: '"shared" or "dedicated" or "tabs" or "none"',
  holds: (value) =>
    // A host of another copy of the package has an error of its own.
    isObject(value) && Symbol.asyncDispose in value ||
    ["shared", "dedicated", "tabs", "none"].some((each) => each === value),
};
/** What takes log records. */
export const LOGGER: Fit = {
  wanted: "an object with debug, info, warn and error",
  holds: (value) =>
    isObject(value) &&
    ["debug", "info", "warn", "error"].every((level) =>
      typeof value[level] === "function"
    ),
};
/** What ends a socket. */
export const SIGNAL: Fit = {
  wanted: "an AbortSignal",
  holds: (value) => value instanceof AbortSignal,
};

/** Certificates of authorities. */
export const CERTIFICATES: Fit = {
  wanted: "an array of certificates in PEM",
  holds: (value) => Array.isArray(value) && value.every(isCertificate),
};
/** A certificate, and those that signed it. */
export const CERTIFICATE: Fit = {
  wanted: "a certificate in PEM",
  holds: isCertificate,
};
/** A private key. */
export const PRIVATE_KEY: Fit = {
  wanted: "a private key in PEM",
  holds: (value) =>
    isText(value) && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value),
};
/** An HTTP proxy, or none. */
export const PROXY: Fit = {
  wanted: "false, or a URL with http: or https:",
  holds: (value) =>
    value === false ||
    isText(value) && /^https?:$/.test(URL.parse(value)?.protocol ?? ""),
};
/** A window of deflate (RFC 7692, 7.1.2.2). */
export const WINDOW_BITS: Range = {
  wanted: "a whole number from 8 to 15",
  within: (value) => Number.isInteger(value) && value >= 8 && value <= 15,
};

/**
 * Checks the headers of a handshake: none that ends its line and begins
 * another one, and none that the handshake itself sets.
 *
 * @throws {TypeError} One cannot be sent, or the platform sets no headers.
 */
export function checkHeaders(value: unknown, name: string): void {
  checkValue(value, name, { wanted: "a plain object", holds: isPlain });
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
    checkValue(content, `${name}.${header}`, HEADER_TEXT);
  }
}

/** Returns whether a value can be the data of a message. */
export function isBody(value: unknown): value is MessageBody {
  return isText(value) || isArrayBuffer(value) ||
    ArrayBuffer.isView(value);
}

/** Returns whether a value stands for a function of the hooks module. */
export function isHook(value: unknown): value is HookMarker {
  return isObject(value) && value.hook === true;
}

/** Returns whether a value is a string, or may give one when it is called. */
export function isSource(value: unknown): boolean {
  return isText(value) || typeof value === "function";
}

function isCertificate(value: unknown): boolean {
  return isText(value) && value.includes("-----BEGIN CERTIFICATE-----");
}

/** A Blob or a shared buffer would become `{}`, which matches each JSON object. */
function isPattern(value: unknown): boolean {
  return isBody(value) || isPlain(value);
}

/** Others keep what they have elsewhere: `Headers`, a `Map`, a `Blob`. */
function isPlain(value: unknown): boolean {
  return Object.prototype.toString.call(value) === PLAIN;
}

function isCount(value: number): boolean {
  return value === Infinity || (Number.isInteger(value) && value >= 0);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
