/**
 * A connection with a worker that a test supervises.
 *
 * @module
 */

import { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import { type Bench, LIMITS, Recorder, SETUP } from "../fake_worker.ts";

export function addConnection(
  { pool }: Bench,
  setup = SETUP,
): { readonly connection: RemoteConnection; readonly recorder: Recorder } {
  const recorder = new Recorder();
  return {
    connection: new RemoteConnection(pool, setup, LIMITS, recorder),
    recorder,
  };
}

export function detailOf({ closes }: Recorder): string {
  const failure = closes[0]?.failure;
  return failure?.type === "worker" ? failure.detail : "";
}
