import { assertEquals, assertThrows } from "@std/assert";
import {
  argumentOf,
  channelOf,
  type IoRedisClient,
  isReady,
  type NodeRedisClient,
  type RedisClient,
  requireOnce,
  send,
  textOf,
  watch,
} from "../../../../lib/server/stores/redis/client.ts";

type Listener = (...values: unknown[]) => void;

/** What both clients have in common. */
class Fake {
  readonly done: unknown[] = [];
  readonly listeners = new Map<string, Listener>();
  on = (event: string, listener: Listener) =>
    void this.listeners.set(event, listener);
  off = (event: string) => void this.listeners.delete(event);
  ping = () => Promise.resolve("PONG");

  protected note(...values: readonly unknown[]): Promise<unknown> {
    this.done.push(values);
    return Promise.resolve(undefined);
  }
}

class NodeRedis extends Fake implements NodeRedisClient {
  isReady = true;
  sendCommand = (
    args: readonly unknown[],
    options: { readonly timeout?: number },
  ) => this.note(...args, Object.keys(options), options.timeout);
  subscribe = (channel: string, listener: Listener) => {
    this.listeners.set(channel, listener);
    return this.note("subscribe", channel);
  };
  unsubscribe = (channel: string) => this.note("unsubscribe", channel);
}

class IoRedis extends Fake implements IoRedisClient {
  status = "ready";
  options = { autoResendUnfulfilledCommands: false };
  callBuffer = (...args: readonly unknown[]) => this.note(...args);
  subscribe = (channel: string) => this.note("subscribe", channel);
  unsubscribe = (channel: string) => this.note("unsubscribe", channel);
}

Deno.test("send() asks either client for bytes", async () => {
  const [node, io] = [new NodeRedis(), new IoRedis()];
  for (const client of [node, io] as readonly RedisClient[]) {
    await send(client, ["GET", "key"], new AbortController().signal);
  }
  assertEquals([node.done, io.done], [
    [["GET", "key", ["typeMapping", "timeout", "abortSignal"], 0]],
    [["GET", "key"]],
  ]);
});

Deno.test("isReady() tells whether a command would be sent at once", () => {
  const [node, io] = [new NodeRedis(), new IoRedis()];
  assertEquals([isReady(node), isReady(io)], [true, true]);
  node.isReady = false;
  io.status = "reconnecting";
  assertEquals([isReady(node), isReady(io)], [false, false]);
});

Deno.test("channelOf() hears one channel, until it leaves", async () => {
  const bytes = new TextEncoder().encode("a");
  const other = new TextEncoder().encode("other");
  for (const client of [new NodeRedis(), new IoRedis()]) {
    const heard: unknown[] = [];
    const channel = channelOf(client, "a", (message) => heard.push(message));
    await channel.subscribe();
    client.listeners.get("a")?.("one");
    client.listeners.get("messageBuffer")?.(bytes, "one");
    client.listeners.get("messageBuffer")?.(other, "two");
    channel.leave();
    assertEquals(heard, ["one"]);
    assertEquals(client.done, [["subscribe", "a"], ["unsubscribe", "a"]]);
    assertEquals(client.listeners.has("messageBuffer"), false);
  }
});

Deno.test("channelOf() asks once more for a channel that the client believes to have", async () => {
  const [node, io] = [new NodeRedis(), new IoRedis()];
  for (const client of [node, io]) {
    const channel = channelOf(client, "a", () => {});
    await channel.subscribe();
    await channel.renew();
  }
  const subscribe = ["subscribe", "a"];
  assertEquals(node.done, [subscribe, ["unsubscribe", "a"], subscribe]);
  assertEquals(io.done, [subscribe, subscribe]);
});

Deno.test("channelOf() leaves without an answer, or with an error", () => {
  const [node, io] = [new NodeRedis(), new IoRedis()];
  node.unsubscribe = () => new Promise(() => {});
  io.unsubscribe = () => {
    throw new Error("Redis is away");
  };
  for (const client of [node, io]) channelOf(client, "a", () => {}).leave();
  assertEquals(io.listeners.size, 0);
});

Deno.test("watch() hears of connections, errors and losses", () => {
  const [node, io] = [new NodeRedis(), new IoRedis()];
  for (const client of [node, io]) {
    const heard: unknown[] = [];
    const watching = watch(client, {
      onReady: () => heard.push("ready"),
      onError: (error) => heard.push(error),
      onLost: () => heard.push("lost"),
    });
    client.listeners.get("ready")!();
    client.listeners.get("error")!("strange answer");
    node.isReady = false;
    client.listeners.get("error")!("refused");
    client.listeners.get("close")?.();
    watching[Symbol.dispose]();
    assertEquals(heard, ["ready", "strange answer", "refused", "lost"]);
    assertEquals(client.listeners.size, 0);
  }
});

Deno.test("requireOnce() refuses a client that sends commands again", () => {
  requireOnce(new NodeRedis());
  const client = new IoRedis();
  requireOnce(client);
  client.options = { autoResendUnfulfilledCommands: true };
  assertThrows(() => requireOnce(client), TypeError, "autoResend");
  client.options = {} as never;
  assertThrows(() => requireOnce(client), TypeError, "autoResend");
});

Deno.test("argumentOf() and textOf() keep what they are given", () => {
  const bytes = new Uint8Array([0, 1, 2]).subarray(1);
  const argument = argumentOf(bytes) as Uint8Array;
  assertEquals([...argument], [1, 2]);
  assertEquals([argumentOf("ä"), textOf("ä"), textOf(7)], ["ä", "ä", "7"]);
  assertEquals(textOf(new TextEncoder().encode("\ufeffä")), "\ufeffä");
});
