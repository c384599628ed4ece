/**
 * The worker side as a `SharedWorker`, one for all tabs of an origin.
 *
 * A page cannot end such a worker. It leaves it instead: it gives up the Web Lock
 * that the worker knows it by, and the worker closes its connections as soon as it
 * sees that, which may be late if it hangs. After a failure this tab starts its own
 * worker, so no tab waits twice for the same worker, and a connection that makes
 * workers crash disturbs no other tab.
 *
 * @module
 */

import type {
  Command,
  LogLevel,
  Notice,
  PROTOCOL_VERSION,
} from "../../boundary/protocol.ts";
import type { SharedWorkerHello, TabHello } from "../../boundary/tabs.ts";
import {
  type Locks,
  newLockName,
  webLocks,
  whenFree,
} from "../../platform/locks.ts";
import type { TabsOptions } from "./tabs_port.ts";
import type {
  StartWorkerPort,
  WorkerPort,
  WorkerPortListener,
} from "./worker_port.ts";

/** The part of the web's `SharedWorker` that is used; Deno's libraries lack it. */
interface SharedWorker {
  readonly port: MessagePort;
  onerror: ((event: Event) => void) | null;
}

declare const SharedWorker: new (
  script: string | URL,
  options: {
    readonly type: "module";
    readonly name: `holdfast-${typeof PROTOCOL_VERSION}`;
  },
) => SharedWorker;

const ENDED = "The worker of all tabs has ended";

/** Starts a worker that all tabs share, or else, by `startOwn`, one of this tab. */
export function startSharedWorker(
  { url, tabs }: TabsOptions,
  startOwn: StartWorkerPort,
): StartWorkerPort {
  let lastEnd: "unknown" | "by itself" = "unknown";
  return (listener, failures) => {
    // The browser ends it, for example with the tab whose process it lived in.
    const isFit = failures === 0 || failures === 1 && lastEnd === "by itself";
    lastEnd = "unknown";
    const locks = webLocks();
    const obstacle = isFit ? obstacleTo(tabs) : "The worker of all tabs failed";
    const own = (reason: string) =>
      withReason(startOwn, { reason, listener, failures });
    if (obstacle !== undefined || locks === undefined) {
      return own(obstacle ?? INSECURE);
    }
    let worker: SharedWorker;
    try {
      worker = makeSharedWorker(url);
    } catch (error) {
      return own(`${error}`);
    }
    let port = joinWorker(worker, locks, {
      post: (data) => listener.post(data),
      failed: (detail) => {
        if (detail === ENDED) lastEnd = "by itself";
        listener.failed(detail);
      },
    });
    // Browsers do not say why. A worker of this tab may do better, or say it.
    worker.onerror = () => {
      port.end();
      port = own("Its script could not be loaded");
    };
    return {
      post: (records, transfer) => port.post(records, transfer),
      end: () => {
        worker.onerror = null;
        port.end();
      },
    };
  };
}

const INSECURE = "Web Locks need a secure context, https: or localhost";

/** Says why tabs share no worker here. */
function obstacleTo(tabs: TabsOptions["tabs"]): string | undefined {
  if (!("SharedWorker" in globalThis)) return "There is no SharedWorker here";
  if (webLocks() === undefined) return INSECURE;
  // Only engines whose sockets of workers bypass the pages have this member.
  if (tabs === "always") return undefined;
  if (Reflect.get(navigator, "userAgentData") !== undefined) return undefined;
  return "In this browser one blocked tab would silence all others";
}

/** Name and URL identify the worker, so the name has the protocol's version. */
function makeSharedWorker(url: string | URL | undefined): SharedWorker {
  if (url !== undefined) {
    return new SharedWorker(url, { type: "module", name: "holdfast-4" });
  }
  // Bundlers know this very form, with the URL and the options in place.
  return new SharedWorker(new URL("../../../worker.ts", import.meta.url), {
    type: "module",
    name: "holdfast-4",
  });
}

function joinWorker(
  worker: SharedWorker,
  locks: Locks,
  listener: WorkerPortListener,
): WorkerPort {
  const { port1: near, port2: far } = new MessageChannel();
  const leaving = new AbortController();
  const { signal } = leaving;
  const hasLeft = new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
  });
  near.onmessage = ({ data }) => listener.post(data);
  near.onmessageerror = () =>
    listener.failed("A message from it could not be read");
  const lock = newLockName();
  locks.request(lock, { signal }, () => {
    const hello: TabHello = { lock, port: far };
    worker.port.postMessage(hello, [far]);
    return hasLeft;
  }).catch(() => {});
  worker.port.onmessage = ({ data }: MessageEvent<SharedWorkerHello>) =>
    whenFree(locks, {
      name: data.lock,
      signal,
      onFree: () => listener.failed(ENDED),
    });
  return {
    post: (records, transfer) => near.postMessage(records, [...transfer]),
    end: () => {
      leaving.abort();
      near.close();
      // Unless the worker has it.
      far.close();
      worker.port.close();
    },
  };
}

/** Starts a worker of this tab, and says why in the log of each connection. */
function withReason(
  startOwn: StartWorkerPort,
  { reason, listener, failures }: {
    readonly reason: string;
    readonly listener: WorkerPortListener;
    readonly failures: number;
  },
): WorkerPort {
  /** Connections whose log does not have the reason yet. */
  let unlogged: number[] = [];
  let lastId = 0;
  const note = (record: Command) => {
    // A `connect` crosses twice when it was early.
    if (record.type !== "connect" || record.id <= lastId) return;
    lastId = record.id;
    if (LEVELS.has(record.setup.log)) unlogged.push(record.id);
  };
  const port = startOwn({
    post: (data) => {
      if (!canCarryLogs(data)) return listener.post(data);
      const logs = unlogged.map((id) => logOf(id, reason));
      unlogged = [];
      listener.post([...data, ...logs]);
    },
    failed: (detail) => listener.failed(detail),
  }, failures);
  return {
    post: (records, transfer) => {
      for (const record of records) note(record);
      port.post(records, transfer);
    },
    end: () => port.end(),
  };
}

/** Those that want a warning. */
const LEVELS: ReadonlySet<LogLevel | "silent"> = new Set([
  "debug",
  "info",
  "warn",
]);

/** Whether it is a post that is acknowledged anyway: one comes at each start of a connection. */
function canCarryLogs(data: unknown): data is readonly Notice[] {
  return Array.isArray(data) &&
    data.some((notice) => notice?.type === "status");
}

function logOf(id: number, reason: string): Notice {
  return {
    type: "log",
    id,
    level: "warn",
    message: "This tab has a worker of its own",
    fields: { attempt: 0, reason },
  };
}
