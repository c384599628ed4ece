/**
 * Puts a fake in the place of `Worker`, so that sockets can be made by their
 * public constructors and still be driven by hand.
 */

import { WorkerHost } from "../../../lib/client/workers/worker_host.ts";
import type { Command } from "../../../lib/boundary/protocol.ts";
import { replace } from "../../globals.ts";
import { FakeWorker, settle } from "../fake_worker.ts";

/** A host whose worker a test drives. */
export interface Stage extends AsyncDisposable {
  readonly host: WorkerHost;
  /** The worker, which starts with the first socket. */
  readonly worker: FakeWorker;
}

/** Makes a host with a fake worker. Whatever is left open is closed at the end. */
export function makeStage(): Stage {
  const host = new WorkerHost();
  let started: FakeWorker | undefined;
  class GlobalWorker extends EventTarget {
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    onmessageerror: (() => void) | null = null;
    onerror: ((event: Event) => void) | null = null;
    readonly #far: FakeWorker = new FakeWorker({
      post: (data) => this.onmessage?.({ data }),
      failed: () => this.onerror?.(new Event("error")),
    });

    constructor() {
      super();
      started = this.#far;
    }

    postMessage(
      records: readonly Command[],
      transfer: readonly ArrayBuffer[],
    ): void {
      this.#far.post(records, transfer);
    }

    terminate(): void {
      this.#far.end();
    }
  }
  const original = replace(globalThis, "Worker", GlobalWorker);
  return {
    host,
    get worker(): FakeWorker {
      if (started === undefined) throw new Error("No worker has been started");
      return started;
    },
    async [Symbol.asyncDispose]() {
      original[Symbol.dispose]();
      const disposed = host[Symbol.asyncDispose]();
      await settle();
      for (const { id } of started?.all("connect") ?? []) started?.close(id);
      await disposed;
    },
  };
}
