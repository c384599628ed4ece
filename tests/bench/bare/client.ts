/**
 * The least that any WebSocket in a worker has to do, to tell what isolation
 * costs from what we make of it: a worker, `Deno.connect()`, a parser, a post for
 * what each read has brought, and an event for each message. No queues with
 * limits, no heartbeat, no reconnecting, no errors.
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
    else client?.deliver(data.items);
  };
  return worker;
}

class BareClient extends EventTarget implements Client {
  binaryType = "arraybuffer";
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  /** Nobody counts. */
  readonly bufferedAmount = 0;
  readonly #id = clients.size + 1;
  readonly #worker: Worker;

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
    this.#post({ type: "send", id: this.#id, data });
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

  #fire(data: Data): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
