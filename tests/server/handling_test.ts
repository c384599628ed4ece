/** Handlers that take long, throw, hang or come too late. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import { memoryStore, type SessionMessage } from "../../lib/server/mod.ts";
import type { SessionStore } from "../../lib/session/store/store.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { Heard, serveDeno } from "./listening.ts";
import { TestClient } from "./test_client.ts";

Deno.test("SessionServer handles the messages of a session one at a time", async () => {
  let running = 0;
  let most = 0;
  const heard = new Heard(async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("a", "b", "c", "d");
  await client.until(() => client.accepted.at(-1) === 4);
  assertEquals([most, ...heard.texts], [1, "a", "b", "c", "d"]);
});

Deno.test("SessionServer handles a message again whose handler throws", async () => {
  let calls = 0;
  const heard = new Heard((message) => {
    calls += 1;
    message.reply(`try ${calls}`);
    if (calls < 3) throw new Error("Not yet");
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await client.until(() => client.delivered.length === 1);
  assertEquals(heard.texts, ["a", "a again", "a again"]);
  // What a failed call wanted to reply is not sent.
  assertEquals(client.delivered, ["try 3"]);
  assertEquals(new Set(heard.messages.map(({ id }) => id)).size, 1);
});

Deno.test("SessionServer does not block its thread with a handler that fails at once", async () => {
  for (const fail of [reject, () => Promise.resolve().then(reject)]) {
    const heard = new Heard(fail);
    await using listening = serveDeno(heard, {
      ...{ maxAttempts: 1_000_000_000, takeoverTimeout: 100 },
    });
    await using client = await new TestClient(listening.url).connect();
    client.send("a");
    await heard.until(() => heard.texts.length > 10);
    // A timer of the application is still called.
    const before = heard.texts.length;
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert(heard.texts.length > before);
  }
});

function reject(): never {
  throw new Error("Not now");
}

Deno.test("SessionServer ends a session whose message cannot be handled", async () => {
  const heard = new Heard((message) => {
    if (message.data === "bad") throw new Error("Never");
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("good", "bad");
  await client.until(() => client.closeCodes.length === 1);
  assertEquals(client.closeCodes, [4500]);
  await heard.until(() => heard.calls.length === 2);
  assertEquals(heard.calls, ["opened", "ended failed 1 0 failed 2"]);
  client.send("later");
  await client.connect();
  const [, lost] = client.news;
  assertEquals(lost?.kind === "lost" && lost.why, "ended");
  // Nobody knows what became of the bad one.
  assertEquals(client.dropped.map(({ why }) => why), ["unknown"]);
  await heard.until(() => heard.texts.includes("later"));
  assertEquals(listening.sessions.metrics().failed, 3);
});

Deno.test("SessionServer lets a running handler finish before another connection begins", async () => {
  const finish = Promise.withResolvers<void>();
  const heard = new Heard(async (message) => {
    if (message.data === "slow") await finish.promise;
    message.reply(`re ${message.data}`);
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("slow", "next");
  await heard.until(() => heard.messages.length === 1);
  client.dial();
  finish.resolve();
  await client.until(() => client.delivered.length === 2);
  assertEquals(heard.texts, ["slow", "next"]);
  assertEquals(client.delivered, ["re slow", "re next"]);
});

Deno.test("SessionServer takes a session from a handler that hangs, and says so", async () => {
  let hung: SessionMessage | undefined;
  const heard = new Heard((message) => {
    if (hung !== undefined) return message.reply("done");
    hung = message;
    return new Promise(() => {});
  });
  await using listening = serveDeno(heard, { takeoverTimeout: 100 });
  await using client = await new TestClient(listening.url).connect();
  client.send("a", "b");
  await heard.until(() => heard.messages.length === 1);
  await client.cut();
  await client.connect();
  await client.until(() => client.delivered.length === 2);
  assertEquals(heard.texts.slice(0, 2), ["a", "a again"]);
  assertEquals(heard.messages.map(({ data }) => data), ["a", "a", "b"]);
  assert(hung!.signal.aborted);
  assertThrows(() => hung!.reply(new Uint8Array(200_000)), Error, "up to");
});

Deno.test("SessionServer takes a session by force for a client that gives up early, again and again", async () => {
  let isHung = false;
  const heard = new Heard((message) => {
    if (isHung) return message.reply("done");
    isHung = true;
    return new Promise(() => {});
  });
  await using listening = serveDeno(heard, { takeoverTimeout: 500 });
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await heard.until(() => heard.messages.length === 1);
  const end = performance.now() + 20_000;
  while (client.delivered.length === 0) {
    assert(performance.now() < end, "It never got its session back");
    await client.cut();
    client.dial();
    // Less than the timeout.
    await delay(150);
  }
  assertEquals(heard.texts, ["a", "a again"]);
});

/** A store as a node sees it that is stopped in its first step: all comes late. */
function sleeping(store: SessionStore) {
  const asked = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const seen: SessionStore = {
    ...store,
    get generation() {
      return store.generation;
    },
    accept: async (step) => {
      const answer = await store.accept(step);
      asked.resolve();
      await woken.promise;
      return answer;
    },
    listen: () => Promise.resolve(new AsyncDisposableStack()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { seen, asked: asked.promise, wake: woken.resolve };
}

Deno.test("SessionServer begins with nothing that others took while it was stopped", async () => {
  await using store = memoryStore();
  const { seen, asked, wake } = sleeping(store);
  const takeoverTimeout = 50;
  await using one = serveDeno(new Heard(), { store: seen, takeoverTimeout });
  await using two = serveDeno(new Heard(), { store, takeoverTimeout });
  await using client = await new TestClient(one.url).connect();
  client.send("a", "b");
  await asked;
  client.url = two.url;
  client.dial();
  await client.until(() => client.accepted.at(-1) === 2);
  wake();
  await client.until(() => client.staleCloses.length === 1);
  assertEquals([one.heard.texts, two.heard.texts], [[], ["a again", "b"]]);
});

Deno.test("SessionServer reports what may have been handled, if it shall", async () => {
  let calls = 0;
  const heard = new Heard(() => {
    calls += 1;
    return calls === 1 ? new Promise(() => {}) : undefined;
  });
  await using listening = serveDeno(heard, {
    takeoverTimeout: 50,
    onUncertain: "report",
  });
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await heard.until(() => heard.messages.length === 1);
  await client.cut();
  await client.connect();
  client.send("b");
  await client.until(() => client.accepted.at(-1) === 2);
  assertEquals(heard.texts, ["a", "b"]);
  assert(heard.calls.includes("uncertain 1"));
});

Deno.test("SessionServer refuses replies that are too late or too large", async () => {
  const errors: unknown[] = [];
  const heard = new Heard((message) => {
    try {
      message.reply("x".repeat(2_000));
    } catch (error) {
      errors.push(error);
    }
  });
  await using listening = serveDeno(heard);
  const config = { maxMessage: 1_000 };
  await using client = await new TestClient(listening.url, { config })
    .connect();
  client.send("a");
  await client.until(() => client.accepted.length === 1);
  const [error] = errors as Error[];
  assertEquals(
    error?.message,
    "Cannot send 2000 bytes: the client takes up to 1000",
  );
  assertThrows(() => heard.messages[0]!.reply("late"), TypeError, "finished");
  const { session } = client.news[0]!.ticket;
  const send = listening.sessions.session(session).send("x".repeat(1_001));
  const failure = await send.catch((error) => error);
  assertEquals(failure.code, "too-large");
});

Deno.test("SessionServer logs what the application's functions throw", async () => {
  const records: unknown[] = [];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (message: string) => records.push(message),
  };
  const handler = {
    opened: () => {
      throw new Error("One");
    },
    ended: () => Promise.reject(new Error("Two")),
    message() {},
  };
  await using listening = serveDeno(undefined, { handler, logger });
  await using client = await new TestClient(listening.url).connect();
  await client.close();
  await listening.sessions.close();
  assertEquals(records, [
    "A session handler failed",
    "A session handler failed",
  ]);
});

Deno.test("SessionServer keeps nothing of a handler that replies after the end of its session", async () => {
  const hang = Promise.withResolvers<void>();
  const heard = new Heard(async (message) => {
    await hang.promise;
    message.reply("too late");
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await heard.until(() => heard.messages.length === 1);
  const { session } = client.news[0]!.ticket;
  await listening.sessions.session(session).end();
  await client.until(() => client.closeCodes.length === 1);
  assert(heard.messages[0]!.signal.aborted);
  hang.resolve();
  await client.connect();
  await client.until(() => client.dropped.length === 1);
  // It was begun, and nobody knows how far it came.
  assertEquals([client.dropped[0]!.why, client.delivered], ["unknown", []]);
  await heard.until(() => heard.calls.includes("ended ended 0 0"));
});

Deno.test("SessionServer holds up no other session while a handler hangs, and takes no more than its window", async () => {
  const hang = Promise.withResolvers<void>();
  const heard = new Heard((message) => {
    message.reply(message.data);
    return message.data === "hang" ? hang.promise : undefined;
  });
  await using listening = serveDeno(heard, { window: { messages: 4 } });
  await using client = await new TestClient(listening.url).connect();
  await using other = await new TestClient(listening.url).connect();
  client.send("hang", ..."123456789");
  await heard.until(() => heard.messages.length === 1);
  other.send("a", "b");
  await other.until(() => other.delivered.length === 2);
  assertEquals(heard.texts, ["hang", "a", "b"]);
  assertEquals(client.state.retained.last, 4);
  hang.resolve();
  await client.until(() => client.delivered.length === 10);
});

/** A store that notes what its holder claims. */
function noting(store: SessionStore) {
  const claims: number[] = [];
  const seen: SessionStore = {
    ...store,
    get generation() {
      return store.generation;
    },
    accept: (step) => {
      claims.push(step.claim);
      return store.accept(step);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { seen, claims };
}

Deno.test("SessionServer takes one step for a message that follows another one", async () => {
  await using store = memoryStore();
  const { seen, claims } = noting(store);
  const clock = new ManualClock();
  const heard = new Heard((message) => message.reply("done"));
  await using listening = serveDeno(heard, { store: seen, clock });
  await using client = await new TestClient(listening.url).connect();
  for (let count = 1; count <= 4; count += 1) {
    client.send("a");
    await client.until(() => client.delivered.length === count);
  }
  assertEquals(claims, [1, 2, 3, 4, 5]);
  clock.advance(50);
  assertEquals(claims.at(-1), 4, "given back");
});

Deno.test("SessionServer waits for no node that had claimed what was never sent", async () => {
  await using store = memoryStore();
  const { seen, claims } = noting(store);
  const clock = new ManualClock();
  const answer = (message: SessionMessage) => message.reply("done");
  await using one = serveDeno(new Heard(answer), { store: seen, clock });
  const heard = new Heard(answer);
  await using two = serveDeno(heard, { store, clock: new ManualClock() });
  await using client = await new TestClient(one.url).connect();
  for (let count = 1; count <= 3; count += 1) {
    client.send("a");
    await client.until(() => client.delivered.length === count);
  }
  assertEquals(claims.at(-1), 4);
  client.url = two.url;
  // The clock stands still: nobody is waited for.
  await client.connect();
  client.send("b");
  await client.until(() => client.delivered.length === 4);
  assertEquals(heard.texts, ["b"]);
});

Deno.test("SessionServer sends what a handler has sent before its reply", async () => {
  const heard = new Heard((message, session) => {
    const texts = ["a", "b", "c"];
    void Promise.all(texts.map((text) => session.send(text)));
    message.reply("d");
    void session.send("e");
  });
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("go");
  await client.until(() => client.delivered.length === 5);
  assertEquals(client.delivered, ["a", "b", "c", "e", "d"]);
});
