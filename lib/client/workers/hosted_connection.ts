/**
 * What a worker's supervisor and its connections call on each other.
 *
 * @module
 */

import type { Batch } from "../../boundary/batches.ts";
import type { Command, ConnectionNotice } from "../../boundary/protocol.ts";
import type { TransportChoice } from "../../connection/config/transports.ts";
import type { Failure } from "../../connection/failure.ts";
import type { PostSender, PostSource } from "./post_sender.ts";

/** A connection, as its worker's supervisor sees it. */
export interface HostedConnection extends PostSource {
  /** How long one attempt of it may take, in milliseconds. */
  readonly openTimeout: number;
  /** What it connects over. */
  readonly transport: TransportChoice;
  /** Takes the messages that arrive. */
  readonly incoming: { receive(batch: Batch): void };
  /** The first command to a worker, the first worker or a successor. */
  connectCommand(id: number): ConnectCommand;
  /** The worker is ready and has this `connect`. */
  attached(sender: PostSender, connect: ConnectCommand): void;
  /** A notice came from the worker. */
  receive(notice: ConnectionNotice): void;
  /** The worker is gone; its successor starts in `delay` milliseconds. */
  crashed(failure: Failure, delay: number): void;
  /** The worker is gone, and there will be no other. Leaves the pool. */
  ended(failure: Failure): void;
  /** Ends the connection. */
  close(closeCode: number | undefined, reason: string): void;
}

/** The first command about a connection. */
export type ConnectCommand = Extract<Command, { readonly type: "connect" }>;
