/**
 * A connection to Redis for one command, so that the package needs no client of
 * Redis: that is the application's.
 *
 * @module
 */

import type { Clock } from "../../platform/clock.ts";
import type { NodeRedisClient } from "../../server/stores/redis/client.ts";
import { type FailureKind, RedisFailure } from "./failure.ts";
import type { RedisAddress } from "./redis_url.ts";
import { encodeCommand, type Reply, ReplyError, ReplyReader } from "./resp.ts";

/** How long a connection or an answer may take, in milliseconds. */
const TIMEOUT = 5_000;

type Argument = string | Uint8Array;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection, as the store takes it too. */
export class RedisConnection implements NodeRedisClient, Disposable {
  readonly #name: string;
  readonly #connection: Deno.Conn;
  readonly #clock: Pick<Clock, "after">;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #waiting: Waiting[] = [];
  #failure: RedisFailure | undefined;

  private constructor(
    name: string,
    connection: Deno.Conn,
    clock: Pick<Clock, "after">,
  ) {
    this.#name = name;
    this.#connection = connection;
    this.#clock = clock;
    this.#writer = connection.writable.getWriter();
    void this.#read(new ReplyReader(connection.readable));
  }

  /**
   * Connects, says who asks, and selects the database.
   *
   * @throws {RedisFailure} It cannot be reached, or refuses.
   */
  static async open(
    address: RedisAddress,
    clock: Pick<Clock, "after">,
  ): Promise<RedisConnection> {
    const name = `${address.hostname}:${address.port}`;
    const dialing = dial(address);
    const dialed = await inTime(dialing, { clock, name }).catch((error) => {
      // It may come all the same.
      dialing.then((late) => late.close(), () => {});
      throw failureOf(error, name);
    });
    const connection = new RedisConnection(name, dialed, clock);
    try {
      await connection.#greet(address);
      return connection;
    } catch (error) {
      connection[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether it works. */
  get isReady(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Sends a command. Many may be sent before the first is answered.
   *
   * @throws {RedisFailure} There is no answer, or an error.
   */
  async send(...args: readonly [string, ...Argument[]]): Promise<Reply> {
    try {
      return await this.sendCommand(args);
    } catch (error) {
      throw failureOf(error, this.#name);
    }
  }

  /** The same, with the errors of Redis as they are. */
  async sendCommand(args: readonly Argument[]): Promise<Reply> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = new Promise<Reply>((resolve, reject) =>
      this.#waiting.push({ resolve, reject })
    );
    this.#writer.write(encodeCommand(args))
      .catch((error) => this.#fail(error));
    const reply = await inTime(answer, {
      clock: this.#clock,
      name: this.#name,
    });
    if (reply instanceof ReplyError) throw reply;
    return reply;
  }

  /** The store is not asked for notices. */
  subscribe(): Promise<never> {
    return Promise.reject(new TypeError("This connection hears no channels"));
  }

  /** As it hears none. */
  unsubscribe(): Promise<void> {
    return Promise.resolve();
  }

  /** It connects once, and errors are those of commands. */
  on(): void {}

  /** As there is nothing to hear. */
  off(): void {}

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#fail(new RedisFailure("failure", "The connection was closed"));
  }

  async #greet({ username, password, database }: RedisAddress): Promise<void> {
    if (password !== undefined) {
      const who = username === undefined ? [] : [username];
      await this.send("AUTH", ...who, password);
    }
    if (database !== 0) await this.send("SELECT", `${database}`);
    await this.send("PING");
  }

  async #read(reader: ReplyReader): Promise<void> {
    try {
      while (this.isReady) {
        const reply = await reader.read();
        this.#waiting.shift()?.resolve(reply);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = failureOf(error, this.#name);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
    try {
      this.#connection.close();
    } catch {
      // A broken connection is closed by the one who reads from it.
    }
  }
}

async function dial(
  { hostname, port, encryption }: RedisAddress,
): Promise<Deno.Conn> {
  return encryption === "tls"
    ? await Deno.connectTls({ hostname, port })
    : await Deno.connect({ hostname, port });
}

function inTime<T>(
  answer: Promise<T>,
  { clock, name }: {
    readonly clock: Pick<Clock, "after">;
    readonly name: string;
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(TIMEOUT, () => {
      const message = `Redis at ${name} does not answer within ${TIMEOUT} ms`;
      reject(new RedisFailure("timeout", message));
    });
    answer.then(resolve, reject).finally(cancel);
  });
}

/** An error as one sentence that names the server. */
function failureOf(error: unknown, name: string): RedisFailure {
  const why = error instanceof Error ? error.message : `${error}`;
  if (error instanceof ReplyError) {
    return new RedisFailure(kindOf(why), `Redis at ${name} refuses: ${why}`);
  }
  if (!(error instanceof RedisFailure)) {
    return new RedisFailure(
      "unreachable",
      `Cannot reach Redis at ${name}: ${why}`,
    );
  }
  return why.includes(name)
    ? error
    : new RedisFailure(error.kind, `Cannot use Redis at ${name}: ${why}`);
}

function kindOf(message: string): FailureKind {
  return /^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH)\b/.test(message)
    ? "unauthorized"
    : "failure";
}
