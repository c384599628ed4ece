/**
 * The clients that are measured, each behind the interface of a WebSocket and
 * loaded only when it is its turn.
 *
 * @module
 */

/** What a measurement needs of a client. */
export interface Client {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(): void;
}

/** How a client is made; libraries take options of their own. */
export interface ClientOptions {
  /** Milliseconds between two pings, where the client has pings. */
  readonly heartbeat?: number;
}

/** Makes a client that is connecting. */
export type Connect = (url: string, options?: ClientOptions) => Client;

/**
 * The names in the table. The first one is the measure of all others; `bare` is
 * the least that a worker has to do, and only with `--all`.
 */
export const SUBJECTS = [
  "native",
  "holdfast",
  "bare",
  "reconnecting-websocket",
  "partysocket",
  "ws",
] as const;

/** One of the clients. */
export type Subject = typeof SUBJECTS[number];

/** Loads a client. */
export async function load(subject: Subject): Promise<Connect> {
  switch (subject) {
    case "native":
      return (url) => adopt(new WebSocket(url));
    case "holdfast": {
      const { ReconnectingWebSocket } = await import("@holdfast/websocket");
      return (url, { heartbeat } = {}) =>
        adopt(
          new ReconnectingWebSocket(url, [], {
            outbox: { maxMessages: Infinity, maxBytes: Infinity },
            ...heartbeat && { heartbeat: { interval: heartbeat } },
          }),
        );
    }
    case "bare":
      return (await import("../bare/client.ts")).connectBare;
    case "reconnecting-websocket": {
      const { default: Socket } = await import("reconnecting-websocket");
      // Its types know `export default` of ES modules only.
      const Class: { new (url: string): unknown } = Reflect.get(
        Socket,
        "default",
      ) ?? Socket;
      return (url) => adopt(new Class(url));
    }
    case "partysocket": {
      const { WebSocket: Socket } = await import("partysocket");
      return (url) => adopt(new Socket(url));
    }
    case "ws": {
      const { default: Socket } = await import("ws");
      return (url) => adopt(new Socket(url));
    }
  }
}

/** Resolves when a client is open. */
export function opened(client: Client): Promise<void> {
  return new Promise((resolve) => client.onopen = () => resolve());
}

/** The clients' types differ in what is of no importance here. */
function adopt(client: unknown): Client {
  return client as Client;
}
