/**
 * The clients of Redis that the store can use, behind one interface.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** What a command is made of. */
export type RedisArgument = string | Buffer;

/** A client of `npm:@redis/client` or `npm:redis`, from version 5 on. */
export interface NodeRedisClient {
  /** Whether a command would be sent at once. */
  readonly isReady: boolean;
  /** Sends a command. */
  sendCommand(
    args: readonly RedisArgument[],
    options: {
      readonly typeMapping: Readonly<Record<number, unknown>>;
      readonly timeout?: number;
      readonly abortSignal?: AbortSignal;
    },
  ): Promise<unknown>;
  /** Subscribes to a channel. */
  subscribe(
    channel: string,
    // deno-lint-ignore no-explicit-any -- a Buffer, or text in other modes
    listener: (message: any) => void,
    bufferMode: true,
  ): Promise<unknown>;
  /** Asks for a sign of life; clients of both packages can. */
  ping?(): Promise<unknown>;
  /** Leaves it. */
  unsubscribe(
    channel: string,
    // deno-lint-ignore no-explicit-any -- a Buffer, or text in other modes
    listener: (message: any) => void,
    bufferMode: true,
  ): Promise<unknown>;
  /** Adds a listener. */
  // deno-lint-ignore no-explicit-any -- the clients declare their listeners so
  on(event: string, listener: (...values: any[]) => void): unknown;
  /** Removes it. */
  // deno-lint-ignore no-explicit-any -- the clients declare their listeners so
  off(event: string, listener: (...values: any[]) => void): unknown;
}

/** A client of `npm:ioredis`. */
export interface IoRedisClient {
  /** `ready` if a command would be sent at once. */
  readonly status: string;
  /** Its options, as far as they matter. */
  readonly options: {
    readonly autoResendUnfulfilledCommands?: boolean | undefined;
  };
  /** Sends a command. */
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>;
  /** Subscribes to a channel. */
  subscribe(channel: string): Promise<unknown>;
  /** Asks for a sign of life; clients of both packages can. */
  ping?(): Promise<unknown>;
  /** Leaves it. */
  unsubscribe(channel: string): Promise<unknown>;
  /** Adds a listener. */
  // deno-lint-ignore no-explicit-any -- the clients declare their listeners so
  on(event: string, listener: (...values: any[]) => void): unknown;
  /** Removes it. */
  // deno-lint-ignore no-explicit-any -- the clients declare their listeners so
  off(event: string, listener: (...values: any[]) => void): unknown;
}

/** A connected client. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** `$`, the type of strings in Redis's protocol. */
const BLOB_STRING = 36;
const AS_BYTES = { [BLOB_STRING]: Buffer };

/** Whether a client sends a command at once. */
export function isReady(client: RedisClient): boolean {
  return isIoRedis(client) ? client.status === "ready" : client.isReady;
}

/**
 * Sends a command; strings in its answer are bytes.
 *
 * @param abortSignal `@redis/client` takes back what it has not sent when this
 * aborts. Its own limit of time, 5 s by default, does not apply.
 */
export function send(
  client: RedisClient,
  [command, ...args]: readonly [string, ...RedisArgument[]],
  abortSignal?: AbortSignal,
): Promise<unknown> {
  if (isIoRedis(client)) return client.callBuffer(command, ...args);
  return client.sendCommand([command, ...args], {
    typeMapping: AS_BYTES,
    timeout: 0,
    ...abortSignal !== undefined && { abortSignal },
  });
}

/** A client's subscription to a channel. */
export interface ClientChannel {
  /** Asks Redis for it. Never settles where the answer is lost. */
  subscribe(): Promise<unknown>;
  /** Subscribes again, even if the client believes that it is subscribed. */
  renew(): Promise<unknown>;
  /** Leaves the channel. Does not wait for Redis, which may be away. */
  leave(): void;
}

/** A channel whose messages a client receives once it has subscribed. */
export function channelOf(
  client: RedisClient,
  channel: string,
  listener: (message: Uint8Array) => void,
): ClientChannel {
  if (!isIoRedis(client)) {
    const subscribe = async () =>
      await client.subscribe(channel, listener, true);
    const leave = () =>
      forget(async () => await client.unsubscribe(channel, listener, true));
    const renew = async () => {
      // The client would send nothing: it believes that it is subscribed.
      leave();
      await subscribe();
    };
    return { subscribe, renew, leave };
  }
  const onMessage = (name: Uint8Array, message: Uint8Array) => {
    if (textOf(name) === channel) listener(message);
  };
  client.on("messageBuffer", onMessage);
  const subscribe = async () => await client.subscribe(channel);
  return {
    subscribe,
    renew: subscribe,
    leave: () => {
      client.off("messageBuffer", onMessage);
      forget(async () => await client.unsubscribe(channel));
    },
  };
}

/** What can happen to the connection of a client. */
export interface ClientEvents {
  /** It is there. */
  readonly onReady: () => void;
  /** Something is wrong. */
  readonly onError: (error: unknown) => void;
  /** It is gone; the client may settle what waits for an answer, or send it later. */
  readonly onLost: () => void;
}

/** Calls functions when something happens to the connection of a client. */
export function watch(
  client: RedisClient,
  { onReady, onError, onLost }: ClientEvents,
): Disposable {
  const onFailure = (error: unknown) => {
    onError(error);
    // The other client has an event for it.
    if (!isIoRedis(client) && !client.isReady) onLost();
  };
  const listeners: [string, (error: unknown) => void][] = [
    ["ready", onReady],
    ["error", onFailure],
  ];
  if (isIoRedis(client)) listeners.push(["close", onLost]);
  for (const [event, listener] of listeners) client.on(event, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [event, listener] of listeners) client.off(event, listener);
    },
  };
}

/**
 * A step that is sent twice would be done twice.
 *
 * @throws {TypeError} If a client sends commands again by itself.
 */
export function requireOnce(client: RedisClient): void {
  if (
    isIoRedis(client) && client.options.autoResendUnfulfilledCommands !== false
  ) {
    throw new TypeError(
      "Cannot use a client of ioredis that sends commands again: " +
        "make it with autoResendUnfulfilledCommands: false",
    );
  }
}

/** Data for a command. */
export function argumentOf(data: string | Uint8Array): RedisArgument {
  if (typeof data === "string") return data;
  const { buffer, byteOffset, byteLength } = data;
  return Buffer.from(buffer, byteOffset, byteLength);
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** A string of an answer, as text. */
export function textOf(value: unknown): string {
  return value instanceof Uint8Array ? DECODER.decode(value) : `${value}`;
}

function forget(work: () => Promise<unknown>): void {
  work().catch(() => {});
}

function isIoRedis(client: RedisClient): client is IoRedisClient {
  return "callBuffer" in client;
}
