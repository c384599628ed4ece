/**
 * `worker: "none"`: a hub on the thread of its client, behind a `MessageChannel`.
 *
 * @module
 */

import type { Command } from "../boundary/protocol.ts";
import { serve } from "./serve.ts";

/** What the hub posts to. */
export interface Client {
  /** A post came in. */
  post(data: unknown): void;
  /** A post could not be read. */
  failed(detail: string): void;
}

/** The way to the hub. */
export interface HubPort {
  /** Sends a post; the buffers in `transfer` are gone afterwards. */
  post(records: readonly Command[], transfer: readonly ArrayBuffer[]): void;
  /** Ends the hub, with everything in it. Its client is not called again. */
  end(): void;
}

/** Starts a hub on this thread. */
export function serveInThread(client: Client): HubPort {
  const { port1: near, port2: far } = new MessageChannel();
  near.onmessage = ({ data }) => client.post(data);
  near.onmessageerror = () =>
    client.failed("A message from it could not be read");
  const stop = serve(far, "shared");
  return {
    post: (records, transfer) => near.postMessage(records, [...transfer]),
    end: () => {
      stop();
      near.onmessage = null;
      near.close();
      far.close();
    },
  };
}
