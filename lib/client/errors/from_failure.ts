/**
 * The errors of a connection, built on the main thread from data, since class,
 * name and fields of an error do not survive a structured clone.
 *
 * @module
 */

import type { Failure } from "../../connection/failure.ts";
import type { FailureContext } from "./texts.ts";
import { type MessageWriter, TextLoader } from "./text_loader.ts";
import {
  AuthenticationError,
  ConnectError,
  ConnectionClosedError,
  ConnectionLostError,
  HandshakeError,
  HeartbeatTimeoutError,
  InboxOverflowError,
  OpenTimeoutError,
  ProtocolError,
  ProviderError,
  ReconnectError,
  type SocketError,
  WorkerError,
} from "./mod.ts";

const texts = /* @__PURE__ */ new TextLoader(() => import("./texts.ts"));

/**
 * Loads the messages of errors. Whoever makes a socket calls it, so that they
 * are there when something fails.
 *
 * @returns Settles when they are there, or cannot be had. Never rejects.
 */
export function loadMessages(): Promise<void> {
  return texts.load();
}

/** Takes the messages of errors, where they cannot be loaded later. */
export function provideMessages(writer: MessageWriter): void {
  texts.provide(writer);
}

/**
 * Makes the error that stands for a failure.
 *
 * @param failure What happened.
 * @param context In which attempt, and what comes next.
 */
export function errorFromFailure(
  failure: Failure,
  context: FailureContext,
): SocketError {
  const retryable = context.delay !== "none";
  const init = { retryable };
  const message = texts.messageOf(failure, context);
  switch (failure.type) {
    case "connect":
      return new ConnectError(message, { ...init, kind: failure.kind });
    case "invalid":
      return new ConnectError(message, { ...init, kind: "invalid" });
    case "handshake":
      return new HandshakeError(message, { ...failure, ...init });
    case "open-timeout":
      return new OpenTimeoutError(message, init);
    case "lost":
    case "close-timeout":
      return new ConnectionLostError(message, init);
    case "closed":
      return new ConnectionClosedError(message, { ...failure, ...init });
    case "heartbeat":
      return new HeartbeatTimeoutError(message, init);
    case "protocol":
      return new ProtocolError(message, {
        ...init,
        closeCode: failure.closeCode,
      });
    case "too-big":
      return new ProtocolError(message, { ...init, closeCode: 1009 });
    case "provider":
      return new ProviderError(message, {
        ...init,
        provider: failure.name,
        cause: context.thrown?.thrown(failure.name),
      });
    case "inbox-overflow":
      return new InboxOverflowError(message, init);
    case "worker":
      return new WorkerError(message, {
        ...init,
        retryable: failure.retryable,
      });
    case "authentication":
      return new AuthenticationError(message, {
        ...init,
        ...causeOf(failure, context),
      });
    case "exhausted":
      return new ReconnectError(message, {
        ...failure,
        ...causeOf(failure, context),
        retryable: true,
      });
  }
}

function causeOf(
  { cause }: { readonly cause?: Failure },
  context: FailureContext,
): { readonly cause?: SocketError } {
  return cause === undefined ? {} : { cause: errorFromFailure(cause, context) };
}
