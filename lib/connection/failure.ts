/**
 * Why an attempt failed or a connection was lost, as plain data.
 *
 * A structured clone drops the class and the fields of an error. So a failure
 * crosses the threads as this record, and the main thread makes the error from
 * it (`client/errors/`).
 *
 * @module
 */

import type { CloseInfo } from "../rfc6455/close.ts";

/** The steps of an attempt, in their order. */
export type Phase = "resolving" | "opening" | "greeting";

/** The same; with a session, its first exchange is the second part of `opening`. */
export type AwaitedPhase = Phase | "attaching";

/** Which code of the user's failed: a function, or an export of the hooks module. */
export type ProviderName =
  | "url"
  | "token"
  | "greeting"
  | "ping"
  | "isPong"
  | "classify"
  | "hooks";

/** Why an attempt failed or a connection was lost. */
export type Failure =
  /** No connection was made: DNS, TCP or TLS failed. */
  | {
    readonly type: "connect";
    readonly kind: "refused" | "dns" | "tls" | "proxy" | "unknown";
    readonly detail: string;
  }
  /** The server answered the handshake with something other than 101. */
  | {
    readonly type: "handshake";
    readonly status: number;
    /** Lower-case names. Empty where the platform hides them. */
    readonly headers: Readonly<Record<string, string>>;
    /** Milliseconds, from `Retry-After`. */
    readonly retryAfter?: number;
    readonly detail: string;
  }
  /** The attempt took longer than `openTimeout`. */
  | {
    readonly type: "open-timeout";
    readonly timeout: number;
    readonly phase: AwaitedPhase;
  }
  /** No close frame was received. */
  | {
    readonly type: "lost";
    readonly detail: string;
    /** The platform fired an `error` event that does not say why. */
    readonly event?: "error";
  }
  /** The server closed the connection. */
  | ({
    readonly type: "closed";
    /** The reason as people may read it, without secrets. */
    readonly detail?: string;
  } & CloseInfo)
  /** `close()` was not answered within `closeTimeout`. */
  | { readonly type: "close-timeout"; readonly timeout: number }
  /** Pings were not answered, or the server was silent for too long. */
  | {
    readonly type: "heartbeat";
    readonly kind: "ping" | "probe" | "idle";
    /** How long the wait was, in milliseconds. */
    readonly timeout: number;
  }
  /** The peer violated RFC 6455, or sent text that is not UTF-8 (1007). */
  | {
    readonly type: "protocol";
    readonly closeCode: 1002 | 1007;
    readonly detail: string;
  }
  /** A message was larger than `maxMessageSize`. */
  | {
    readonly type: "too-big";
    readonly limit: number;
    /** What its headers announced, in bytes, where the transport knows. */
    readonly size?: number;
    /** At which byte after the handshake, where the transport knows. */
    readonly offset?: number;
  }
  /** A function of the user's threw, rejected, or returned something unusable. */
  | {
    readonly type: "provider";
    readonly name: ProviderName;
    readonly detail: string;
    /** `false`: another call would give the same. */
    readonly retryable?: boolean;
  }
  /** The server rejected the greeting or a fresh token. */
  | {
    readonly type: "authentication";
    readonly detail: string;
    readonly cause?: Failure;
  }
  /** The inbox is full, and its rule is to close, or the transport cannot pause. */
  | {
    readonly type: "inbox-overflow";
    readonly messages: number;
    readonly bytes: number;
  }
  /** The platform did not even try: a bad URL, protocol or header. */
  | { readonly type: "invalid"; readonly detail: string }
  /** The worker could not be started, crashed, or did not answer. */
  | {
    readonly type: "worker";
    readonly detail: string;
    readonly retryable: boolean;
    /** What an error advises: `"start"`, where it was never ready. */
    readonly advice?: "start" | "version";
  }
  /** No attempt is left. */
  | {
    readonly type: "exhausted";
    readonly attempts: number;
    /** Milliseconds since the first of them. */
    readonly elapsed: number;
    readonly cause: Failure;
  };
