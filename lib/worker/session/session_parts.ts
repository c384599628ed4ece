/**
 * What a session works with: its setup, the transport that carries it, and its
 * listener.
 *
 * @module
 */

import type { SessionRemains, SessionSetup } from "../../boundary/session.ts";
import type { Failure } from "../../connection/failure.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Data } from "../../queue/data.ts";
import type { DataRun } from "../../session/wire/run.ts";
import type { ConnectionLogger } from "../posts/connection_logger.ts";
import type { NoticeQueue } from "../posts/notice_queue.ts";

/** What a session works with. */
export interface SessionParts {
  readonly id: number;
  readonly setup: SessionSetup;
  /** The application's subprotocols. */
  readonly protocols: readonly string[];
  /** The largest message that is taken, in bytes. */
  readonly maxMessage: number;
  readonly remains: SessionRemains;
  readonly notices: Pick<NoticeQueue, "after" | "push" | "taken">;
  readonly logger: Pick<ConnectionLogger, "log">;
  readonly clock: Pick<Clock, "now" | "random">;
  readonly listener: SessionListener;
}

/** A transport that carries the session. */
export interface Carrier {
  /** Its number in the session. */
  readonly connection: number;
  /** The session is there. */
  attached(protocol: string): void;
  /** Hands a frame to the network; says whether the next one may follow. */
  transmit(data: Data): boolean;
  /** A message for the application. */
  deliver(data: Data, bytes: number): void;
  /** Messages for the application, which came together. */
  deliverRun(run: DataRun): void;
  /** A ping was answered. */
  answered(n: number): void;
  /** Lets a waiting sender continue, if `may` is true. */
  continueIf(may: boolean): void;
  /** Closes the connection, and ignores what still comes. */
  leave(closeCode: number | undefined, reason: string): void;
}

/** What a session reports to the connection that it belongs to. */
export interface SessionListener {
  /** The instant by which the server has to answer a first message that is sent now. */
  readonly answerBy: number;
  /** The server has not answered a first message in time. */
  unanswered(): void;
  /** {@linkcode Session.deadline} may be another one now. */
  changed(): void;
  /** The present transport is of no use any more. */
  failed(failure: Failure): void;
  /** The server asks for another connection. */
  moved(): void;
  /** The session is lost, and the application wants no other. */
  lost(why: string): void;
}
