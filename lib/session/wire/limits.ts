/**
 * The numbers of the protocol `holdfast.session.v1`.
 *
 * This folder knows no clock, no randomness and no I/O, imports nothing of the
 * rest of the library, and must stay so: the same code runs in the client's
 * worker and in servers.
 *
 * @module
 */

/** The WebSocket subprotocol. An incompatible change gets a new name. */
export const SUBPROTOCOL = "holdfast.session.v1";

/** The longest header of a data frame or an acknowledgement, in characters. */
export const MAX_HEADER = 64;

/** The largest control message, in bytes of UTF-8, header included. */
export const MAX_CONTROL = 8_192;

/** The longest resume token that is read, in characters. */
export const MAX_TOKEN = 512;

/** The longest name of a generation, an instance or a session, in characters. */
export const MAX_NAME = 64;

/** How many application subprotocols a client may offer. */
export const MAX_PROTOCOLS = 32;

/** How many generations a client reports when it resumes. */
export const MAX_POSITIONS = 4;

/** How many generations a server remembers of a session. */
export const MAX_LINEAGE = 8;

/** An acknowledgement goes alone after this many messages. */
export const ACK_AFTER_MESSAGES = 32;

/** An acknowledgement goes alone this long after the first message, in milliseconds. */
export const ACK_DELAY = 100;

/** Credit is renewed when this part of the window is free again. */
export const CREDIT_PART = 4;

/** How many messages a server reads from its store at a time. */
export const READ_LIMIT = 256;

/** The first message must come within this time, in milliseconds. */
export const HANDSHAKE_TIMEOUT = 10_000;

/**
 * How much a new worker adds to the last attempt that is known, since the
 * notice of a later attempt may have been lost with the worker before.
 */
export const ATTEMPT_MARGIN = 1_000;

/** The largest window, in messages and in bytes. */
const MAX_WINDOW = 2 ** 48;

/** A window that may be meant as none: all that it ever grants is a safe integer. */
export function boundedWindow(
  { messages, bytes }: { readonly messages: number; readonly bytes: number },
): { readonly messages: number; readonly bytes: number } {
  return {
    messages: Math.min(messages, MAX_WINDOW),
    bytes: Math.min(bytes, MAX_WINDOW),
  };
}
