/**
 * Runs in a tab that shares its worker with others: connects as the options behind
 * `#` say, and gives the test what it needs to see and to do.
 *
 * @module
 */

import { ReconnectingWebSocket } from "@holdfast/websocket";

const { url, hooks } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const reasons: unknown[] = [];
const ignore = () => {};
const warn = (_message: string, { reason }: { readonly reason?: unknown }) => {
  if (reason !== undefined) reasons.push(reason);
};

const socket = new ReconnectingWebSocket(url, [], {
  worker: "tabs",
  ...hooks && { hooks },
  backoff: { first: 1, cap: 1 },
  heartbeat: {
    interval: 50,
    message: hooks ? { hook: true } : "ping",
    expect: "pong",
  },
  logger: { debug: ignore, info: ignore, warn, error: warn },
});

/** What the test calls. */
export interface Tab {
  /** Why the tab has a worker of its own. */
  readonly reasons: readonly unknown[];
  /** Waits for the first connection, and gives where it lives. */
  opened(): Promise<string>;
  /** Waits for a connection, and gives the answer to a message. */
  echo(text: string): Promise<unknown>;
  /** Keeps the page busy for so many milliseconds. */
  block(duration: number): void;
}

const tab: Tab = {
  reasons,
  opened: () => socket.opened.then(() => socket.status.worker),
  echo: (text) => {
    socket.send(text);
    return socket.receive();
  },
  block: (duration) => {
    const end = performance.now() + duration;
    while (performance.now() < end);
  },
};
Object.assign(globalThis, { tab });
