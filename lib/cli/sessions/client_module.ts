/**
 * The client of Redis, loaded when it is needed: only `sessions` needs it, and an
 * import would make everybody who installs the package install it too.
 *
 * @module
 */

import type { NodeRedisClient } from "../../server/stores/redis/client.ts";
import { reasonOf } from "../reason.ts";
import { RedisFailure } from "./failure.ts";

/** The package and its version, as `deno.json` has them. */
export const CLIENT_PACKAGE = "npm:@redis/client@^6.3.1";

/** A client that the command line makes, and closes. */
export interface OwnClient extends NodeRedisClient {
  /** Connects. */
  connect(): Promise<unknown>;
  /** Closes the connection at once. */
  destroy(): void;
}

/** How a client is made. Durations are milliseconds. */
export interface ClientOptions {
  readonly url: string;
  /** The version of the protocol. */
  readonly RESP: 2;
  readonly disableClientInfo: true;
  readonly socket: {
    readonly reconnectStrategy: false;
    /** For a connection, with its TLS handshake. */
    readonly connectTimeout: number;
    /** For each next piece of an answer. */
    readonly socketTimeout: number;
  };
}

// deno-lint-ignore no-explicit-any -- only instances are asked for
type ErrorClass = abstract new (...args: any[]) => Error;

/** What is used of `npm:@redis/client`. */
export interface ClientModule {
  /** Makes a client, which connects later. */
  createClient(options: ClientOptions): OwnClient;
  /** An error that Redis answers with; its message begins with a code. */
  readonly ErrorReply: ErrorClass;
  /** No connection within `connectTimeout`. */
  readonly ConnectionTimeoutError: ErrorClass;
  /** No answer within `socketTimeout`. */
  readonly SocketTimeoutError: ErrorClass;
}

/**
 * Loads the client: from the cache of Deno, else from npm's registry.
 *
 * @throws {RedisFailure} It is in neither.
 */
export async function loadClientModule(
  specifier: string = CLIENT_PACKAGE,
): Promise<ClientModule> {
  try {
    // No literal: what is published does not depend on it.
    return await import(specifier);
  } catch (error) {
    const why = reasonOf(error);
    throw new RedisFailure(
      "failure",
      `Cannot load ${specifier}, which sessions needs: ${inOneLine(why)}`,
    );
  }
}

function inOneLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).join(" ");
}
