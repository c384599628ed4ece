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
import {
  encodeCommand,
  joined,
  type Reply,
  ReplyError,
  ReplyParser,
} from "./resp.ts";

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
  /** Commands that go with one write. */
  #unsent: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiting: Waiting[] = [];
  #cancel = () => {};
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
    void this.#read();
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
    const dialed = await dialInTime(address, { clock, name });
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
    if (this.#unsent.push(encodeCommand(args)) === 1) {
      queueMicrotask(() => this.#write());
    }
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#watch();
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

  #write(): void {
    const commands = joined(this.#unsent);
    this.#unsent = [];
    this.#writer.write(commands).catch((error) => this.#fail(error));
  }

  async #read(): Promise<void> {
    try {
      const parser = new ReplyParser();
      for await (const chunk of this.#connection.readable) {
        for (const reply of parser.push(chunk)) {
          this.#waiting.shift()?.resolve(reply);
        }
        this.#watch();
      }
      this.#fail(new RedisFailure("unreachable", "it closed the connection"));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Something has to come in time, while something is awaited. */
  #watch(): void {
    this.#cancel();
    if (this.#waiting.length === 0) return;
    this.#cancel = this.#clock.after(
      TIMEOUT,
      () => this.#fail(lateFailure(this.#name)),
    );
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = failureOf(error, this.#name);
    this.#cancel();
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

async function dialInTime(
  address: RedisAddress,
  { clock, name }: {
    readonly clock: Pick<Clock, "after">;
    readonly name: string;
  },
): Promise<Deno.Conn> {
  const dialing = dial(address);
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(TIMEOUT, () => reject(lateFailure(name)));
  try {
    return await Promise.race([dialing, promise]);
  } catch (error) {
    // It may come all the same.
    dialing.then((late) => late.close(), () => {});
    throw failureOf(error, name);
  } finally {
    cancel();
  }
}

function lateFailure(name: string): RedisFailure {
  const message = `Redis at ${name} does not answer within ${TIMEOUT} ms`;
  return new RedisFailure("timeout", message);
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
