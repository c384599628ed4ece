/**
 * What a lane does with its servers, whatever they are.
 *
 * @module
 */

import type { ServerEvent } from "../check/history.ts";
import type { ServerFault } from "../schedule.ts";
import type { SetupName } from "../setups.ts";

/** Servers of one service, which die and come back. */
export interface Service extends AsyncDisposable {
  /** Where clients reach them on loopback. */
  readonly port: number;
  /** Sends to a session. Who is dead does nothing. */
  push(session: string, count: number, size: number): void;
  /** Ends a session, as the application. */
  endSession(session: string): Promise<void>;
  /**
   * Does something to the servers, or to what they keep sessions in.
   *
   * @param session The session of the client, if it has one.
   */
  strike(fault: ServerFault, session: string | undefined): Promise<void>;
  /** Ends what lasts of the faults. */
  calm(): Promise<void>;
  /**
   * What happened since the last call.
   *
   * @param ended Waits for the end of this session, for half a minute.
   */
  history(ended: string | undefined): Promise<readonly ServerEvent[]>;
}

/** A package with clients of Redis. */
export type RedisPackage = "nodeRedis" | "ioRedis";

/** Where a life of a server keeps sessions. */
export type StorePlace =
  | { readonly kind: "sqlite"; readonly file: string }
  | {
    readonly kind: "redis";
    readonly port: number;
    readonly client: RedisPackage;
  };

/** A command to one life of a server. */
export type LifeCommand =
  | {
    readonly type: "start";
    /** Counts the lives of all nodes. */
    readonly life: number;
    /** 0 for any. */
    readonly port: number;
    /** Where sessions are kept. */
    readonly place: StorePlace;
    /** Where it writes what it sees. */
    readonly log: string;
    readonly setup: SetupName;
  }
  | {
    readonly type: "push";
    readonly session: string;
    readonly first: number;
    readonly count: number;
    readonly size: number;
  }
  | { readonly type: "end-session"; readonly session: string }
  | { readonly type: "drain" }
  | { readonly type: "report" };

/** What a life of a server tells. */
export interface LifeReport {
  readonly port: number;
  /** The sessions that have ended in this life. */
  readonly ended: readonly string[];
}
