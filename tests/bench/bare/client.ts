/**
 * The least that any WebSocket in a worker has to do, to tell what isolation
 * costs from what we make of it: a worker, `Deno.connect()`, a parser, a post for
 * what each read has brought, one for what a turn has sent, and an event for each
 * message. No queues with limits, no heartbeat, no reconnecting, no errors.
 *
 * @module
 */

import type { Data } from "../../../lib/queue/data.ts";
import { isPack } from "../../../lib/queue/pack.ts";
import { PackReader } from "../../../lib/queue/pack_reader.ts";
import type { Client } from "../harness/subjects.ts";
import type { FromWorker, Items, ToWorker } from "./protocol.ts";

let worker: Worker | undefined;
const clients = new Map<number, BareClient>();

/** Connects in the one worker of this process, which starts with the first client. */
export function connectBare(url: string): Client {
  worker ??= startWorker();
  return new BareClient(url, worker);
}

function startWorker(): Worker {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const client = clients.get(data.id);
    if (data.type === "open") client?.onopen?.(data as never);
    else if (data.type === "written") client?.written(data.size);
    else client?.deliver(data.items);
  };
  return worker;
}

class BareClient extends EventTarget implements Client {
  binaryType = "arraybuffer";
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  /** Falls when the worker has written a part. */
  bufferedAmount = 0;
  readonly #id = clients.size + 1;
  readonly #worker: Worker;
  #unsent: string[] = [];

  constructor(url: string, worker: Worker) {
    super();
    this.addEventListener("message", (event) => {
      if (event instanceof MessageEvent) this.onmessage?.(event);
    });
    this.#worker = worker;
    clients.set(this.#id, this);
    this.#post({ type: "connect", id: this.#id, url });
  }

  send(data: string): void {
    this.bufferedAmount += data.length;
    this.#unsent.push(data);
    if (this.#unsent.length === 1) queueMicrotask(() => this.#flush());
  }

  written(size: number): void {
    this.bufferedAmount -= size;
  }

  close(): void {
    this.#post({ type: "close", id: this.#id });
  }

  deliver(items: Items): void {
    for (const item of items) {
      if (!isPack(item)) {
        this.#fire(item);
        continue;
      }
      const reader = new PackReader(item);
      for (let run = reader.read(); run.length > 0; run = reader.read()) {
        for (const data of run) this.#fire(data);
      }
    }
    this.#post({ type: "taken", id: this.#id });
  }

  #flush(): void {
    const messages = this.#unsent;
    this.#unsent = [];
    this.#post({ type: "send", id: this.#id, messages });
  }

  #fire(data: Data): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
