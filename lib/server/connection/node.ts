/**
 * What the connections of one server share.
 *
 * @module
 */

import type {
  AcceptAnswer,
  AcceptStep,
  EndAnswer,
  EndCondition,
  Ended,
  Lease,
  SessionStore,
} from "../../session/store/store.ts";
import type { Counters } from "../api/metrics.ts";
import type {
  SessionLogger,
  SessionServerOptions,
  Settings,
} from "../api/options.ts";
import type { BusySessions } from "../admission/busy_sessions.ts";
import type { RateLimit } from "../admission/rate_limit.ts";
import type { SessionRegistry } from "./registry.ts";
import type {
  EndedInfo,
  SessionHandler,
  SessionReference,
} from "../api/session.ts";
import type { Tokens } from "../admission/tokens.ts";

/** A request to the store to end a session. */
export interface EndRequest {
  readonly condition: EndCondition;
  /** How long the end is remembered, in milliseconds; the option if absent. */
  readonly tombstone?: number;
  readonly onAnswer: (answer: EndAnswer) => void;
}

/** A server, as its connections see it. */
export interface ServerNode {
  /** Names the node to the store. */
  readonly name: string;
  readonly settings: Settings;
  readonly store: SessionStore;
  /** Resolves when the node receives the store's notices; tries again if that failed. */
  readonly ready: Promise<unknown>;
  readonly tokens: Tokens;
  readonly authenticate: SessionServerOptions["authenticate"];
  readonly handler: SessionHandler;
  readonly registry: SessionRegistry;
  readonly resumes: RateLimit;
  readonly busy: BusySessions;
  readonly counters: Counters;
  readonly logger: SessionLogger;
  /** A session by its id. */
  session(id: string): SessionReference;
  /** Gives a step to the store; its replies follow all that was sent before. */
  accept(step: AcceptStep): Promise<AcceptAnswer>;
  /** Ends a session, and notifies the application. */
  end(id: string, condition: EndCondition): Promise<void>;
  /**
   * Asks the store to end a session; `onAnswer` is called once. Rejects if the
   * store fails, which may have ended the session all the same: it is asked again
   * until it answers.
   */
  askEnd(id: string, ask: EndRequest): Promise<void>;
  /** Lets go of a session, which waits for its client from then on. */
  detach(lease: Lease, ttl: number): void;
  /**
   * Begins a request to the store; the server's end waits for it.
   *
   * @returns To be called when it is done.
   */
  begin(): () => void;
  /** The same for a promise; a rejection is one of the store. */
  track(work: Promise<unknown>): void;
  /** Counts and logs a failure of the store. */
  onStoreFailure(error: unknown): void;
}

/** What the application receives when a session has ended. */
export function endedInfo(
  why: EndedInfo["why"],
  { accepted, unconsumed }: Pick<Ended, "accepted" | "unconsumed">,
): EndedInfo {
  return { why, accepted, unconsumed };
}

/** Calls a function of the application, whose errors are logged. */
export function callApplication(
  logger: SessionLogger,
  call: () => void | Promise<void> | undefined,
): void {
  const failed = (error: unknown) =>
    void logger.error("A session handler failed", { error });
  try {
    Promise.resolve(call()).catch(failed);
  } catch (error) {
    failed(error);
  }
}
