/**
 * What the echo servers can be asked for, and what a client can ask of them in a message.
 *
 * @module
 */

/** A command to any of the echo servers. Each is acknowledged with a report. */
export type ServerCommand<Options> =
  /** Listens; the first command. */
  | { readonly type: "start"; readonly options: Options }
  | { readonly type: "report" }
  /** Reports what was received, too. */
  | { readonly type: "history" }
  /** Sends a text to every connection. */
  | { readonly type: "send"; readonly text: string }
  /** Closes every connection with a close frame. */
  | {
    readonly type: "close";
    readonly closeCode: number;
    readonly reason: string;
  }
  /** Drops every TCP connection, without a close frame, and goes on listening. */
  | { readonly type: "drop" }
  /** Drops every TCP connection and listens no more: the server is gone. */
  | { readonly type: "kill" }
  /** Closes every connection with 1001 and listens no more. */
  | { readonly type: "stop" }
  /** Listens again on the same port. */
  | { readonly type: "restart" };

/** What a text message asks of the server itself. */
export type InBandRequest =
  /** `/close 4000 some reason`: close this connection so. */
  | {
    readonly type: "close";
    readonly closeCode: number;
    readonly reason: string;
  }
  /** Anything else: send it back. */
  | { readonly type: "echo" };

/**
 * Reads a client's text message.
 *
 * @param text The message.
 * @returns What it asks for.
 */
export function parseInBand(text: string): InBandRequest {
  const match = /^\/close (\d+) ?(.*)$/s.exec(text);
  if (!match) return { type: "echo" };
  return { type: "close", closeCode: Number(match[1]), reason: match[2]! };
}
