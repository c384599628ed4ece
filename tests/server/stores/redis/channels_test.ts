import { assertEquals, assertRejects } from "@std/assert";
import { Channels } from "../../../../lib/server/stores/redis/channels.ts";
import type { NodeRedisClient } from "../../../../lib/server/stores/redis/client.ts";
import { SessionStoreError } from "../../../../lib/server/stores/store_error.ts";
import { ManualClock } from "../../../platform/manual_clock.ts";

type Listener = (message: Uint8Array) => void;

/** A subscriber that does what a test says. */
class FakeSubscriber implements NodeRedisClient {
  isReady = true;
  /** Whether Redis answers. */
  answers = true;
  asked = 0;
  readonly channels = new Map<string, Listener>();
  readonly events = new Map<string, () => void>();

  sendCommand = () => Promise.resolve(undefined);
  ping = () => this.#answer();
  subscribe = (channel: string, listener: Listener) => {
    this.asked += 1;
    if (this.answers) this.channels.set(channel, listener);
    return this.#answer();
  };
  unsubscribe = (channel: string) => {
    this.channels.delete(channel);
    return this.#answer();
  };
  on = (event: string, listener: () => void) =>
    void this.events.set(event, listener);
  off = (event: string) => void this.events.delete(event);

  #answer(): Promise<unknown> {
    return this.answers ? Promise.resolve(undefined) : new Promise(() => {});
  }
}

/** One of `ioredis`, which says nothing of what waits when its connection is lost. */
class FakeIoRedis extends FakeSubscriber {
  readonly options = {};
  callBuffer = () => Promise.resolve(undefined);
  get status() {
    return this.isReady ? "ready" : "reconnecting";
  }
  lose(): void {
    this.isReady = false;
    this.events.get("close")!();
  }
}

function listening<S extends FakeSubscriber>(subscriber: S) {
  const clock = new ManualClock();
  const seen: string[] = [];
  const channels = new Channels({
    ...{ subscriber, clock, timeout: 100 },
    publish: (channel, message) => {
      const bytes = new TextEncoder().encode(message);
      subscriber.channels.get(channel)?.(bytes);
      return Promise.resolve();
    },
    onLoss: () => seen.push("loss"),
    onDeaf: (channel) => seen.push(`deaf: ${channel}`),
  });
  return { subscriber, clock, channels, seen };
}

/** Lets everything that is due happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

Deno.test("Channels.listen() hears a channel, until it is disposed", async () => {
  const { subscriber, channels } = listening(new FakeSubscriber());
  await using _channels = channels;
  const heard: number[] = [];
  const listener = (message: Uint8Array) => heard.push(message.length);
  const channel = await channels.listen("a", listener);
  const hear = subscriber.channels.get("a")!;
  hear(new Uint8Array(3));
  channel[Symbol.dispose]();
  hear(new Uint8Array(4));
  assertEquals([heard, subscriber.channels.size], [[3], 0]);
});

Deno.test("Channels.listen() does not wait for an answer that was lost", async () => {
  const { subscriber, clock, channels } = listening(new FakeSubscriber());
  await using _channels = channels;
  subscriber.answers = false;
  const asked = channels.listen("a", () => {});
  clock.advance(100);
  const error = await assertRejects(() => asked, SessionStoreError);
  assertEquals([error.code, clock.timers], ["unavailable", 0]);
});

Deno.test("Channels.listen() does not wait for a connection that was lost", async () => {
  const { subscriber, clock, channels } = listening(new FakeIoRedis());
  await using _channels = channels;
  subscriber.answers = false;
  const asked = channels.listen("a", () => {});
  subscriber.lose();
  const error = await assertRejects(() => asked, SessionStoreError, "lost");
  assertEquals([error.code, clock.timers], ["unavailable", 0]);
});

Deno.test("Channels.verify() does not wait for a connection that was lost", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeIoRedis());
  await using _channels = channels;
  await channels.listen("a", () => {});
  subscriber.channels.clear();
  const verified = channels.verify();
  await settled();
  subscriber.lose();
  await verified;
  assertEquals([subscriber.asked, seen, clock.timers], [1, [], 0]);
});

Deno.test("Channels.verify() leaves a channel that is heard as it is", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeSubscriber());
  await using _channels = channels;
  await channels.listen("a", () => {});
  await channels.verify();
  assertEquals([subscriber.asked, seen, clock.timers], [1, [], 0]);
});

Deno.test("Channels.verify() subscribes again where nothing is heard", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeSubscriber());
  await using _channels = channels;
  const heard: Uint8Array[] = [];
  await channels.listen("a", (message) => heard.push(message));
  subscriber.channels.clear();
  const verified = channels.verify();
  await settled();
  clock.advance(100);
  await verified;
  assertEquals([subscriber.asked, seen], [2, ["deaf: a", "loss"]]);
  await channels.verify();
  assertEquals([subscriber.asked, heard.length], [2, 1]);
});

Deno.test("Channels.verify() gives up where Redis does not answer, and comes again", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeSubscriber());
  await using _channels = channels;
  await channels.listen("a", () => {});
  subscriber.channels.clear();
  subscriber.answers = false;
  const verified = channels.verify();
  await settled();
  clock.advance(100);
  await verified;
  subscriber.isReady = false;
  await channels.verify();
  assertEquals([subscriber.asked, seen], [1, []]);
  subscriber.answers = true;
  subscriber.isReady = true;
  const again = channels.verify();
  await settled();
  clock.advance(100);
  await again;
  assertEquals([subscriber.asked, seen], [2, ["deaf: a", "loss"]]);
});

Deno.test("Channels.verify() looks again where the connection was lost meanwhile", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeSubscriber());
  await using _channels = channels;
  await channels.listen("a", () => {});
  subscriber.answers = false;
  subscriber.events.get("ready")!();
  await settled();
  // The next connection is there, and the client has forgotten the channel.
  subscriber.answers = true;
  subscriber.channels.clear();
  subscriber.events.get("ready")!();
  for (let waits = 0; waits < 2; waits += 1) {
    await settled();
    clock.advance(100);
  }
  await settled();
  assertEquals(subscriber.asked, 2);
  assertEquals(seen.filter((each) => each !== "loss"), ["deaf: a"]);
});

Deno.test("Channels look after themselves when the subscriber has connected again", async () => {
  const { subscriber, clock, channels, seen } = listening(new FakeSubscriber());
  await using _channels = channels;
  await channels.listen("a", () => {});
  subscriber.channels.clear();
  subscriber.events.get("ready")!();
  await settled();
  clock.advance(100);
  await settled();
  assertEquals(seen, ["loss", "deaf: a", "loss", "loss"]);
});

Deno.test("Channels end without Redis, and leave no timer", async () => {
  for (const isLost of ["ping", "echo"]) {
    const { subscriber, clock, channels, seen } = listening(
      new FakeSubscriber(),
    );
    await channels.listen("a", () => {});
    if (isLost === "ping") subscriber.answers = false;
    else subscriber.channels.clear();
    const verified = channels.verify();
    await settled();
    await channels[Symbol.asyncDispose]();
    await verified;
    assertEquals([clock.timers, subscriber.events.size, seen], [0, 0, []]);
  }
});
