/**
 * Serves all tabs of an origin, in a `SharedWorker`: a hub for each tab. Loaded on
 * demand.
 *
 * @module
 */

import type { SharedWorkerHello, TabHello } from "../boundary/tabs.ts";
import {
  type Locks,
  newLockName,
  webLocks,
  whenFree,
} from "../platform/locks.ts";
import {
  bind,
  crash,
  reportEnd,
  reportRejections,
  type Scope,
} from "./serve.ts";

/** The part of the `SharedWorkerGlobalScope` that is used. */
export type TabsScope = Scope & {
  close(): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
};

/** Serves tabs from now on; the function that it returns takes the port of each. */
export function serveTabs(
  scope: TabsScope,
  // A tab joins only where the platform has Web Locks.
  locks: Locks = webLocks() as Locks,
): (control: MessagePort) => void {
  const tabs = new Set<MessagePort>();
  const report = (detail: string) => {
    for (const tab of tabs) tab.postMessage([crash(detail)]);
  };
  endAfterFailures(scope, report);
  const lock = hold(locks);
  return (control) => {
    control.onmessage = ({ data }: MessageEvent<TabHello>) => {
      const { port } = data;
      tabs.add(port);
      const leave = serveTab(port);
      whenFree(locks, {
        name: data.lock,
        onFree: () => {
          tabs.delete(port);
          leave();
          port.close();
          control.close();
        },
      });
    };
    lock.then((lock) => {
      const hello: SharedWorkerHello = { lock };
      control.postMessage(hello);
    });
  };
}

/** Serves one tab; returns what closes its connections, as it has gone. */
function serveTab(port: MessagePort): () => void {
  const { hub, stop } = bind(port, "shared");
  return () => {
    hub.receive([{ type: "environment", change: "away" }]);
    stop();
  };
}

/**
 * Ends the worker after an error, since it cannot find the tab that caused it. Each
 * tab then starts its own worker.
 */
function endAfterFailures(
  scope: TabsScope,
  report: (detail: string) => void,
): void {
  const close = scope.close.bind(scope);
  const fail = (detail: string) => {
    report(detail);
    close();
  };
  reportRejections(scope, fail);
  reportEnd(scope, report);
  scope.addEventListener("error", ({ message }) => fail(message));
}

/** Takes a lock for as long as the worker lives, and gives its name. */
function hold(locks: Locks): Promise<string> {
  const name = newLockName();
  return new Promise((resolve) => {
    locks.request(name, {}, () => {
      resolve(name);
      return new Promise(() => {});
    });
  });
}
