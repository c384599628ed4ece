/**
 * Runs in a page of each browser: compares classes as `traces.ts` does, and keeps a
 * plain socket and one of ours that send a message every 100 ms.
 *
 * @module
 */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
import "./traces.ts";

const INTERVAL = 100;

const worker = new WorkerHost({ url: "/worker.js" });
let ours: ReconnectingWebSocket | undefined;
let far: ReconnectingWebSocket | undefined;

/** Connects both sockets, and gives once they are open. */
async function connect(url: string): Promise<void> {
  ours = new ReconnectingWebSocket(`${url}ours`, [], {
    worker,
    heartbeat: { interval: INTERVAL, message: "ping", expect: "pong" },
    backoff: { first: 1, cap: 1 },
  });
  const plain = new WebSocket(`${url}plain`);
  const opened = new Promise((resolve) => plain.onopen = resolve);
  await Promise.all([ours.opened, opened]);
  setInterval(() => plain.send("ping"), INTERVAL);
}

/** Opens another tab in front of this one, and gives whether this one is hidden. */
async function hide(): Promise<string> {
  const page: EventTarget & { readonly visibilityState: string } = Reflect.get(
    globalThis,
    "document",
  );
  const changed = new Promise<void>((resolve) => {
    page.addEventListener("visibilitychange", () => resolve());
  });
  const open: (url: string) => unknown = Reflect.get(globalThis, "open");
  open("about:blank");
  const limit = new Promise<void>((resolve) => setTimeout(resolve, 2_000));
  await Promise.race([changed, limit]);
  return page.visibilityState;
}

/** What a test sees of a status. */
export interface Seen {
  readonly kind: string;
  readonly attempt: number;
  /** When the next attempt is made. */
  readonly retry: "on time" | "never" | "none";
}

/** Connects to where no packet can go, and gives the status once that has failed. */
async function connectToNothing(): Promise<Seen> {
  far = new ReconnectingWebSocket("ws://0.0.0.1:9/", [], {
    worker,
    openTimeout: 1_000,
    backoff: { first: 600_000, cap: 600_000 },
  });
  await new Promise((resolve) => far?.addEventListener("disconnect", resolve));
  return seen(far);
}

/** Tells the page that the network is gone, or back, as the browser does; gives what follows. */
async function tellNetwork(change: "offline" | "online"): Promise<Seen> {
  Object.defineProperty(navigator, "onLine", {
    value: change === "online",
    configurable: true,
  });
  const changed = new Promise((resolve) => {
    far?.addEventListener("statuschange", resolve, { once: true });
  });
  dispatchEvent(new Event(change));
  await changed;
  const status = seen(far);
  if (change === "online") far?.close();
  return status;
}

function seen(socket: ReconnectingWebSocket | undefined): Seen {
  const { kind = "none", attempt = 0, retryAt } = socket?.status ?? {};
  const retry = retryAt === Infinity ? "never" : "on time";
  return { kind, attempt, retry: retryAt === undefined ? "none" : retry };
}

/** The state of our connection. */
function stateOfOurs(): string {
  return seen(ours).kind;
}

/** Loads the page anew, once this is answered. */
function reload(): void {
  setTimeout(() => location.reload(), 20);
}

Object.assign(globalThis, {
  connect,
  connectToNothing,
  hide,
  reload,
  stateOfOurs,
  tellNetwork,
});
await import("./agent.ts");
