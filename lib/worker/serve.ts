/**
 * Binds a hub to an endpoint: a worker's global scope, or a port.
 *
 * @module
 */

import type { Notice, Setup } from "../boundary/protocol.ts";
import { ResolveError } from "./attempt/failures.ts";
import { describeError } from "./attempt/hooks.ts";
import { Hub } from "./hub.ts";
import { WORKER_CLOCK } from "../platform/clock.ts";
import { isPassing } from "../platform/download_failure.ts";
import { loadTransport } from "../transport/load.ts";
import type { Realm, TransportKind } from "../transport/transport.ts";

/** What serves as the worker's end: its global scope, or a `MessagePort`. */
export interface Endpoint {
  /** Sends to the client. */
  postMessage(message: unknown, transfer: Transferable[]): void;
  /** Called with a post of the client. */
  onmessage: ((event: MessageEvent) => void) | null;
  /** Called when a post of the client could not be read. */
  onmessageerror: ((event: MessageEvent) => void) | null;
  /** Ends the worker. Bun lacks it, and that of a port is not used. */
  close?(): void;
  /** Listens for rejections that nobody handles. */
  addEventListener(
    type: "unhandledrejection",
    listener: (event: PromiseRejectionEvent) => void,
  ): void;
  /** Listens for the end, where the platform has such an event. */
  addEventListener(type: "unload", listener: () => void): void;
}

/** The part of an endpoint that says how its worker ends. */
export type Scope = Pick<Endpoint, "close" | "addEventListener">;

/**
 * Serves connections at an endpoint.
 *
 * @param endpoint The worker's global scope, or a port in the client's thread.
 * @param realm Whether the globals are those of a worker of our own.
 * @returns A function that stops the hub and its listeners.
 */
export function serve(endpoint: Endpoint, realm: Realm): () => void {
  const { stop } = bind(endpoint, realm);
  if (realm === "own") {
    const report = (detail: string) =>
      endpoint.postMessage([crash(detail)], []);
    reportRejections(endpoint, report);
    reportEnd(endpoint, report);
    warmUp();
  }
  return stop;
}

/** Makes a hub at an endpoint; `stop` stops it and its listeners. */
export function bind(
  endpoint: Endpoint,
  realm: Realm,
): { readonly hub: Hub; readonly stop: () => void } {
  const hub = new Hub(
    (notices, transfer) => endpoint.postMessage(notices, transfer),
    { loadTransport: (name) => load(name, realm), clock: WORKER_CLOCK },
  );
  endpoint.onmessage = (event) => hub.receive(event.data);
  endpoint.onmessageerror = () => hub.receive(undefined);
  const stop = () => {
    endpoint.onmessage = null;
    endpoint.onmessageerror = null;
    hub.stop();
  };
  return { hub, stop };
}

/** The notice of a worker that is about to end. */
export function crash(detail: string): Notice {
  return { type: "crashed", detail };
}

/** Deno ends a worker on an unhandled rejection; browsers do not. This makes the worker end in both. */
export function reportRejections(
  scope: Scope,
  report: (detail: string) => void,
): void {
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(`Unhandled rejection: ${describeError(event.reason)}`);
  });
}

/**
 * Reports that code in the worker ended it. The main thread cannot notice this
 * by itself. In the worker Deno fires `unload`; other platforms fire nothing.
 */
export function reportEnd(
  scope: Scope,
  report: (detail: string) => void,
): void {
  // Bun has none.
  const close = scope.close?.bind(scope);
  const reportIt = () => report("Code in it, such as a hook, ended it");
  scope.addEventListener("unload", reportIt);
  if (close === undefined) return;
  scope.close = () => {
    reportIt();
    close();
  };
}

/** Loads what most connections want while the client still answers `ready`. */
function warmUp(): void {
  // A connection that needs it tries again, and reports the failure.
  loadTransport("auto", "own").catch(() => {});
}

async function load(
  name: Setup["transport"],
  realm: Realm,
): Promise<TransportKind> {
  try {
    return await loadTransport(name, realm);
  } catch (error) {
    const detail = `Cannot load the transport: ${describeError(error)}`;
    const retryable = isPassing(detail);
    throw new ResolveError({ type: "worker", detail, retryable });
  }
}
