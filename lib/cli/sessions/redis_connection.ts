/**
 * A connection to Redis for one command: it is made once, each step of it takes
 * a bounded time, and its errors are sentences for the user.
 *
 * @module
 */

import { type RedisArgument, send } from "../../server/stores/redis/client.ts";
import {
  type ClientModule,
  loadClientModule,
  type OwnClient,
} from "./client_module.ts";
import { type FailureKind, RedisFailure } from "./failure.ts";
import type { RedisAddress } from "./redis_url.ts";

/** How a connection is made. */
export interface ConnectionOptions {
  /** How long a connection or an answer may take, in milliseconds. */
  readonly timeout: number;
  /** Gives the client of Redis. */
  readonly load: () => Promise<ClientModule>;
}

const DEFAULTS: ConnectionOptions = {
  timeout: 5_000,
  load: () => loadClientModule(),
};

/** A connection until it is disposed. */
export class RedisConnection implements Disposable {
  /** The client, for the store. */
  readonly client: OwnClient;
  readonly #sentenceOf: (error: unknown) => RedisFailure;
  /** Why the connection has ended. Commands fail after it, with less to say. */
  #end: unknown;

  private constructor(
    client: OwnClient,
    sentenceOf: (error: unknown) => RedisFailure,
  ) {
    this.client = client;
    this.#sentenceOf = sentenceOf;
    client.on("error", (error) => {
      this.#end ??= error;
      // The client goes on after an answer that it cannot read.
      client.destroy();
    });
  }

  /**
   * Connects, logs in, and selects the database.
   *
   * @throws {RedisFailure} It cannot be reached, or refuses.
   */
  static async open(
    { url, name }: RedisAddress,
    options: Partial<ConnectionOptions> = {},
  ): Promise<RedisConnection> {
    const { timeout, load } = { ...DEFAULTS, ...options };
    const module = await load();
    const client = module.createClient({
      ...{ url, RESP: 2, disableClientInfo: true },
      socket: {
        reconnectStrategy: false,
        connectTimeout: timeout,
        socketTimeout: timeout,
      },
    });
    const connection = new RedisConnection(
      client,
      (error) => failureOf(error, { module, name, timeout }),
    );
    await connection.#trying(client.connect());
    // One command first: Redis cuts off clients that send much without a password.
    await connection.send("TIME");
    return connection;
  }

  /**
   * Sends a command; those of one turn go with one write. The socket's timeout
   * ends a silence.
   *
   * @throws {RedisFailure} There is no answer, or an error.
   */
  send(...args: readonly [string, ...RedisArgument[]]): Promise<unknown> {
    return this.#trying(send(this.client, args));
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.client.destroy();
  }

  async #trying(step: Promise<unknown>): Promise<unknown> {
    try {
      return await step;
    } catch (error) {
      throw this.#sentenceOf(this.#end ?? error);
    }
  }
}

/** An error as one sentence that names the server. */
function failureOf(
  error: unknown,
  { module, name, timeout }: {
    readonly module: ClientModule;
    readonly name: string;
    readonly timeout: number;
  },
): RedisFailure {
  const why = reasonOf(error);
  if (error instanceof module.ErrorReply) {
    return new RedisFailure(kindOf(why), `Redis at ${name} refuses: ${why}`);
  }
  const isLate = error instanceof module.ConnectionTimeoutError ||
    error instanceof module.SocketTimeoutError;
  if (isLate) {
    const message = `Redis at ${name} does not answer within ${timeout} ms`;
    return new RedisFailure("timeout", message);
  }
  return isUnreadable(error)
    ? new RedisFailure(
      "protocol",
      `Cannot use Redis at ${name}: it does not speak as Redis does`,
    )
    : new RedisFailure("unreachable", `Cannot reach Redis at ${name}: ${why}`);
}

/** Several addresses of a host fail with one error, which says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map(reasonOf).join(", ");
  }
  return error instanceof Error ? error.message : `${error}`;
}

/** The client has no class for an answer of no Redis, or for one too many. */
function isUnreadable(error: unknown): boolean {
  return error instanceof TypeError ||
    error instanceof Error && error.message.startsWith("Unknown RESP type");
}

function kindOf(message: string): FailureKind {
  return /^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message)
    ? "unauthorized"
    : "failure";
}
