/**
 * What an application sees of a session.
 *
 * @module
 */

import type { Payload } from "../../session/wire/payload.ts";
import type { Fate, Refused, Stored } from "../../session/store/store.ts";

/** What can be sent: text or binary data. Binary data is copied at once. */
export type SessionData = string | ArrayBuffer | ArrayBufferView;

/** A session by its id, which may be connected to another node or to none. */
export interface SessionReference {
  /** The id. */
  readonly id: string;
  /**
   * Sends a message. Resolves when it is stored: from then on the client gets
   * it, or its loss is reported.
   *
   * @throws {SessionSendError} If it was not stored.
   * @throws {SessionStoreError} If the store failed. With the code `unavailable`
   * the client may get the message all the same.
   */
  send(data: SessionData): Promise<void>;
  /**
   * Ends the session. Its client is notified, and begins a new one.
   *
   * @throws {SessionStoreError} If the store failed. It may have ended the session
   * all the same; then `ended` reports it later.
   */
  end(): Promise<void>;
}

/** A session that this server has opened or resumed. */
export interface Session extends SessionReference {
  /** Who `authenticate` said the client is. */
  readonly principal: string;
  /** The application subprotocol, or empty. */
  readonly protocol: string;
  /**
   * `plain`: the client has no session. What is on its way is lost with its
   * connection, and so is what is sent later: nobody resumes it.
   */
  readonly client: "session" | "plain";
}

/** A message of a client. */
export interface SessionMessage {
  /** The same each time that the message is handled; unique among all sessions. */
  readonly id: string;
  /** The number in its session, from 1. */
  readonly seq: number;
  /** The content. */
  readonly data: Payload;
  /** Whether a handler may have begun with it before. */
  readonly redelivered: boolean;
  /** Fires when the session was taken over, or has ended. */
  readonly signal: AbortSignal;
  /**
   * Sends an answer, stored together with the acceptance of this message: both
   * or none.
   *
   * @throws {SessionSendError} If the client takes no message of this size.
   * @throws {TypeError} If the handler has finished.
   */
  reply(data: SessionData): void;
}

/** How a session was opened. */
export interface OpenedInfo {
  /** The session that the client had asked for, if it is gone. */
  readonly lost: LostInfo | undefined;
}

/** A session that is gone, and the fate of its messages as far as it is known. */
export interface LostInfo extends Partial<Fate> {
  /** Why it could not be resumed. */
  readonly why: Exclude<Refused["why"], "stale" | "principal">;
}

/** What a resume brought to light. All are 0 unless the store has lost data. */
export interface ResumedInfo {
  /** How many messages the client has that the store forgot. */
  readonly orphans: number;
  /** How many messages of the client were accepted, and the store forgot it. */
  readonly forgotten: number;
  /** Up to this number messages come with `redelivered`; 0 for none. */
  readonly uncertain: number;
}

/** How a session has ended. */
export interface EndedInfo {
  /**
   * `bye`: the client closed it; `failed`: a handler threw too often; `expired`:
   * nobody resumed it; `evicted`: a limit; `ended`: the application.
   */
  readonly why: "bye" | "failed" | "expired" | "evicted" | "ended";
  /** The client's messages up to this number were accepted. */
  readonly accepted: number;
  /** What the client had not consumed. */
  readonly unconsumed: readonly Stored[];
  /** The message whose handler threw too often. */
  readonly failed?: { readonly seq: number; readonly data: Payload };
}

/**
 * The application's part. What these functions throw is logged, except by
 * `message`: a message whose handler throws is handled again.
 */
export interface SessionHandler {
  /** A client has a new session. */
  opened?(session: Session, info: OpenedInfo): void | Promise<void>;
  /** A client is back. */
  resumed?(session: Session, info: ResumedInfo): void | Promise<void>;
  /** A client is gone for now. */
  detached?(session: Session): void | Promise<void>;
  /**
   * A session has ended; once for each session, on one node. Where the store has
   * not answered whether it has, the server asks again until it does.
   */
  ended?(session: SessionReference, info: EndedInfo): void | Promise<void>;
  /** A message came; one at a time per session. It is accepted on return. */
  message(session: Session, message: SessionMessage): void | Promise<void>;
  /**
   * A message may have been handled before, and is not again: with
   * `onUncertain: "report"`.
   */
  uncertain?(
    session: Session,
    message: Pick<SessionMessage, "id" | "seq" | "data">,
  ): void | Promise<void>;
}

/** Copies data, so that later changes of the caller are not sent. */
export function payloadOf(data: SessionData): Payload {
  if (typeof data === "string") return data;
  if (ArrayBuffer.isView(data)) {
    const { buffer, byteOffset, byteLength } = data;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  throw new TypeError(
    "A message must be a string, an ArrayBuffer or a view, " +
      `not of type ${typeof data}`,
  );
}
