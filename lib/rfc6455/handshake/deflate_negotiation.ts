/**
 * The negotiation of `permessage-deflate` (RFC 7692, 5 and 7.1).
 *
 * @module
 */

import type { Extension } from "./extensions.ts";
import type { ContextTakeover } from "../deflate/message_inflater.ts";

/** The name of the extension (RFC 7692, 7). */
export const PERMESSAGE_DEFLATE = "permessage-deflate";

/** What is asked for, or allowed, in a negotiation. */
export interface DeflateOptions {
  /**
   * Whether the client forgets its window after each message, which takes less
   * memory and compresses less (RFC 7692, 7.1.1.2).
   *
   * @default {false}
   */
  readonly clientNoContextTakeover?: boolean;
  /**
   * Whether the server is asked to (RFC 7692, 7.1.1.1).
   *
   * @default {false}
   */
  readonly serverNoContextTakeover?: boolean;
  /**
   * The largest window of the client, as a power of 2: 8 to 15 (RFC 7692,
   * 7.1.2.2).
   *
   * @default {15}
   */
  readonly clientMaxWindowBits?: number;
}

/** How one side compresses. */
export interface DeflateDirection {
  /** Whether its window outlives a message. */
  readonly takeover: ContextTakeover;
  /** The size of its window, as a power of 2: 8 to 15. */
  readonly windowBits: number;
}

/** What both sides agreed on. */
export interface DeflateAgreement {
  /** How the client compresses. */
  readonly client: DeflateDirection;
  /** How the server compresses. */
  readonly server: DeflateDirection;
}

const MAX_WINDOW = 15;

/** Makes the client's offer: the value of `Sec-WebSocket-Extensions`. */
export function deflateOffer(options: DeflateOptions): string {
  const bits = options.clientMaxWindowBits ?? MAX_WINDOW;
  return [
    PERMESSAGE_DEFLATE,
    ...options.serverNoContextTakeover ? ["server_no_context_takeover"] : [],
    ...options.clientNoContextTakeover ? ["client_no_context_takeover"] : [],
    // Without a value it says that the server may choose one.
    bits === MAX_WINDOW
      ? "client_max_window_bits"
      : `client_max_window_bits=${bits}`,
  ].join("; ");
}

/** The parameters of an offer or a response; absent ones are `undefined`. */
interface DeflateParams {
  serverNoTakeover?: "set";
  clientNoTakeover?: "set";
  serverBits?: number;
  clientBits?: number | "any";
}

/**
 * Judges the server's answer to an offer.
 *
 * @returns The agreement, or what is wrong with the answer.
 */
export function readDeflateResponse(
  extension: Extension,
  offered: DeflateOptions,
): DeflateAgreement | string {
  const params = readParams(extension);
  if (typeof params === "string") return params;
  const maxBits = offered.clientMaxWindowBits ?? MAX_WINDOW;
  const { clientBits = maxBits, serverBits = MAX_WINDOW } = params;
  if (clientBits === "any") return "client_max_window_bits has no value";
  if (clientBits > maxBits) {
    return `client_max_window_bits=${clientBits} is more than was offered`;
  }
  if (offered.serverNoContextTakeover && !params.serverNoTakeover) {
    return "server_no_context_takeover was not accepted";
  }
  // The client may forget its window, and use a smaller one, without agreement.
  const forgets = params.clientNoTakeover ?? offered.clientNoContextTakeover;
  return {
    client: {
      takeover: forgets ? "no-takeover" : "takeover",
      windowBits: clientBits,
    },
    server: {
      takeover: params.serverNoTakeover ? "no-takeover" : "takeover",
      windowBits: serverBits,
    },
  };
}

/** A server's answer: what to put into the response, and what it means. */
export interface DeflateAnswer {
  /** The value of `Sec-WebSocket-Extensions`. */
  readonly header: string;
  /** What it means. */
  readonly agreement: DeflateAgreement;
}

/**
 * Answers the first offer of a client that a server can accept (RFC 7692, 5).
 *
 * @returns `undefined` when there is none: the connection is then not compressed.
 */
export function answerDeflateOffers(
  extensions: readonly Extension[],
  options: DeflateOptions,
): DeflateAnswer | undefined {
  const offers = extensions.filter(({ name }) => name === PERMESSAGE_DEFLATE);
  for (const offer of offers) {
    const params = readParams(offer);
    if (typeof params !== "string") return answer(params, options);
  }
  return undefined;
}

function answer(
  params: DeflateParams,
  options: DeflateOptions,
): DeflateAnswer {
  const forgetsServer = params.serverNoTakeover ??
    options.serverNoContextTakeover;
  const forgetsClient = params.clientNoTakeover ??
    options.clientNoContextTakeover;
  const clientBits = answeredBits(params, options);
  const header = [
    PERMESSAGE_DEFLATE,
    ...forgetsServer ? ["server_no_context_takeover"] : [],
    ...forgetsClient ? ["client_no_context_takeover"] : [],
    ...params.serverBits ? [`server_max_window_bits=${params.serverBits}`] : [],
    ...clientBits < MAX_WINDOW ? [`client_max_window_bits=${clientBits}`] : [],
  ].join("; ");
  return {
    header,
    agreement: {
      client: {
        takeover: forgetsClient ? "no-takeover" : "takeover",
        windowBits: clientBits,
      },
      server: {
        takeover: forgetsServer ? "no-takeover" : "takeover",
        windowBits: params.serverBits ?? MAX_WINDOW,
      },
    },
  };
}

/** Without the parameter in the offer the client's window is not limited. */
function answeredBits(params: DeflateParams, options: DeflateOptions): number {
  const { clientBits } = params;
  if (clientBits === undefined) return MAX_WINDOW;
  const offered = clientBits === "any" ? MAX_WINDOW : clientBits;
  return Math.min(offered, options.clientMaxWindowBits ?? MAX_WINDOW);
}

/** RFC 7692, 7.1: what is unknown, doubled or has a bad value is refused. */
function readParams({ params }: Extension): DeflateParams | string {
  const read: DeflateParams = {};
  const names = new Set<string>();
  for (const [name, value] of params) {
    if (names.has(name)) return `${name} comes twice`;
    names.add(name);
    const fault = readParam(read, name, value);
    if (fault !== undefined) return fault;
  }
  return read;
}

function readParam(
  read: DeflateParams,
  name: string,
  value: string | undefined,
): string | undefined {
  switch (name) {
    case "server_no_context_takeover":
      read.serverNoTakeover = "set";
      return value === undefined ? undefined : `${name} has a value`;
    case "client_no_context_takeover":
      read.clientNoTakeover = "set";
      return value === undefined ? undefined : `${name} has a value`;
    case "server_max_window_bits":
      read.serverBits = Number(value);
      return isBits(value) ? undefined : `${name} has no value from 8 to 15`;
    case "client_max_window_bits":
      read.clientBits = value === undefined ? "any" : Number(value);
      return value === undefined || isBits(value)
        ? undefined
        : `${name} has no value from 8 to 15`;
    default:
      return `the parameter ${name} is unknown`;
  }
}

/** RFC 7692, 7.1.2: a decimal integer without leading zeros. */
function isBits(value: string | undefined): boolean {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value);
}
