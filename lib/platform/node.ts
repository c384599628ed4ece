/**
 * The modules of Node, in Node and in runtimes like it.
 *
 * @module
 */

/** The part of Node's `process` that is used. */
interface NodeProcess {
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** The part of `node:worker_threads` that is used. */
export interface WorkerThreads {
  /** A thread with a script. */
  readonly Worker: new (
    script: string | URL,
    options: { readonly name: string },
  ) => NodeWorker;
  /** In a thread: the port to the thread that made it. */
  readonly parentPort: unknown;
}

/** A thread, as the one that made it sees it. */
export interface NodeWorker {
  /** Listens for one of its events. */
  on(
    event: "message" | "messageerror" | "error" | "exit",
    listener: (value: unknown) => void,
  ): void;
  /** Sends to it. */
  postMessage(value: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Ends it. */
  terminate(): Promise<number>;
}

/**
 * Says whether Node's modules are available here. A page may have a `process` that
 * a bundler put there, but not this member of it.
 */
export function isLikeNode(): boolean {
  return builtinModules() !== undefined;
}

/** `node:worker_threads`, where there is one. Bundlers do not see it. */
export function workerThreads(): WorkerThreads | undefined {
  return builtinModules()?.("node:worker_threads") as WorkerThreads | undefined;
}

/** Deno has them too, and better ways of its own. */
function builtinModules(): NodeProcess["getBuiltinModule"] {
  const process: NodeProcess | undefined = "Deno" in globalThis
    ? undefined
    : Reflect.get(globalThis, "process");
  return process?.getBuiltinModule;
}
