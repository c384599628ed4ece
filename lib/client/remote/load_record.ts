/**
 * Loads what only sockets with a session need on this thread.
 *
 * @module
 */

import type { SessionSetup } from "../../boundary/session.ts";
import type { RemoteConnection } from "./remote_connection.ts";

/** What a socket with a session needs. */
export type RecordModule = typeof import("./session_record.ts");

let provided: RecordModule | undefined;

/** Takes the code, where it cannot be loaded later. */
export function provideRecord(module: RecordModule): void {
  provided = module;
}

/** Lets a connection with a session join its worker, once the code is there. */
export function beginSession(
  connection: RemoteConnection,
  { ack }: SessionSetup,
): void {
  const start = ({ SessionRecord }: RecordModule) => {
    connection.session = new SessionRecord(connection, ack);
    connection.join();
  };
  if (provided) return start(provided);
  import("./session_record.ts").then(start).catch((error) =>
    connection.ended({
      type: "worker",
      detail: `Cannot load sessions: ${error}`,
      retryable: false,
    })
  );
}
