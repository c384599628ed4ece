/** Servers that end, drain, or lose their store. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryStore } from "../../lib/server/mod.ts";
import { sqliteStore } from "../../lib/server/stores/sqlite/mod.ts";
import { encodeControl } from "../../lib/session/wire/control.ts";
import { SUBPROTOCOL } from "../../lib/session/wire/limits.ts";
import { OPEN } from "../session/server/peer.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { Heard, serveDeno, serveWs } from "./listening.ts";
import { TestClient } from "./test_client.ts";

Deno.test("SessionServer goes on with the sessions of its file after a restart", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sessions.db`;
  const echo = () =>
    new Heard((message) => message.reply(`re ${message.data}`));
  const first = sqliteStore(path);
  const before = serveDeno(echo(), { store: first });
  await using client = await new TestClient(before.url).connect();
  client.send("a", "b");
  await client.until(() => client.delivered.length === 2);
  await before[Symbol.asyncDispose]();
  const { session } = client.news[0]!.ticket;
  await first.append(session, ["while away"], {
    ...{ maxMessages: 9, maxBytes: 99, overflow: "reject", maxMessage: 99 },
  });
  await first[Symbol.asyncDispose]();
  client.send("c");
  await using second = sqliteStore(path);
  await using after = serveDeno(echo(), { store: second });
  client.url = after.url;
  await client.connect();
  await client.until(() => client.delivered.length === 4);
  assertEquals(client.delivered, ["re a", "re b", "while away", "re c"]);
  assertEquals(client.news.map(({ kind }) => kind), ["opened", "resumed"]);
  assertEquals(after.heard.texts, ["c"]);
  await client.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SessionServer tells clients what became of sessions in the memory of another process", async () => {
  const before = serveDeno();
  await using client = await new TestClient(before.url).connect();
  client.send("a");
  await client.until(() => client.accepted.length === 1);
  await before[Symbol.asyncDispose]();
  await using after = serveDeno();
  client.url = after.url;
  await client.connect();
  const [, lost] = client.news;
  assertEquals(lost?.kind === "lost" && lost.why, "unknown");
  assertEquals(after.sessions.metrics().lost, 1);
});

Deno.test("SessionServer gives a session to another node of its store", async () => {
  await using store = memoryStore();
  await using one = serveDeno(undefined, { store });
  await using two = await serveWs(undefined, { store });
  await using client = await new TestClient(one.url).connect();
  client.send("a");
  await client.until(() => client.accepted.length === 1);
  client.url = two.url;
  client.dial();
  await client.until(() => client.news.length === 2);
  const { session } = client.news[0]!.ticket;
  await one.sessions.session(session).send("from the other node");
  await client.until(() => client.delivered.length === 1);
  client.send("b");
  await client.until(() => client.accepted.at(-1) === 2);
  assertEquals([one.heard.texts, two.heard.texts], [["a"], ["b"]]);
  await one.heard.until(() => one.sessions.metrics().connections === 0);
  assertEquals(one.sessions.metrics().sessions, 0);
});

Deno.test("SessionServer.drain() sends clients elsewhere, and takes no new ones", async () => {
  await using store = memoryStore();
  const heard = new Heard((message) => message.reply(`re ${message.data}`));
  await using one = serveDeno(heard, { store });
  await using two = serveDeno(undefined, { store });
  await using client = await new TestClient(one.url).connect();
  client.send("a");
  await client.until(() => client.delivered.length === 1);
  const drained = one.sessions.drain({ spread: 20 });
  const refused = one.sessions.upgrade(new Request("http://127.0.0.1/"));
  assertEquals(refused.status, 503);
  await client.until(() => client.closeCodes.length === 1);
  await drained;
  assertEquals(one.sessions.metrics().closed, {});
  assertEquals(heard.calls, ["opened", "detached"]);
  await client.connect();
  assertEquals(client.state.kind, "detached");
  client.url = two.url;
  await client.connect();
  assertEquals(client.news.at(-1)?.kind, "resumed");
});

Deno.test("SessionServer.drain() sends those elsewhere as well whose handshake is under way", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  await using one = serveDeno(undefined, {
    authenticate: () => {
      asked.resolve();
      return answer.promise;
    },
  });
  await using client = new TestClient(one.url);
  client.dial();
  await asked.promise;
  const drained = one.sessions.drain({ spread: 0, timeout: 60_000 });
  answer.resolve("ann");
  await drained;
  assertEquals(client.news.map(({ kind }) => kind), ["opened"]);
  // It left by itself.
  assertEquals(one.sessions.metrics().closed, {});
});

Deno.test("SessionServer.drain() spreads its clients over 10 s by default", async () => {
  await using listening = serveDeno();
  const socket = new WebSocket(listening.url, [SUBPROTOCOL]);
  const moving = new Promise<string>((resolve) => {
    socket.onmessage = ({ data }) => {
      if (data.includes('"moving"')) resolve(data);
    };
  });
  await new Promise((resolve) => socket.onopen = resolve);
  socket.send(encodeControl(OPEN));
  await listening.heard.until(() => listening.heard.calls.length === 1);
  const drained = listening.sessions.drain();
  assertEquals(
    await moving,
    encodeControl({ op: "moving", after: 0, spread: 10_000 }),
  );
  socket.close();
  await drained;
});

Deno.test("SessionServer.drain() names the option that is out of range, and asks nobody to move", async () => {
  await using listening = serveDeno();
  const { url, sessions, heard } = listening;
  await using client = await new TestClient(url).connect();
  const wrong = [
    [{ spread: 0.5 }, "spread"],
    [{ spread: NaN }, "spread"],
    [{ after: Infinity }, "after"],
    [{ after: -1 }, "after"],
    [{ spread: 0, timeout: NaN }, "timeout"],
  ] as const;
  for (const [options, name] of wrong) {
    await assertRejects(
      () => sessions.drain(options),
      RangeError,
      `Option "${name}" must be a whole number from 0, not `,
    );
  }
  client.send("a");
  await heard.until(() => heard.messages.length === 1);
  await client.until(() => client.accepted.length === 1);
  assertEquals(client.closeCodes, []);
  await using other = await new TestClient(url).connect();
  assertEquals(other.news.length, 1);
});

Deno.test("SessionServer.drain() closes who does not go, and waits for handlers", async () => {
  const finish = Promise.withResolvers<void>();
  const heard = new Heard(() => finish.promise);
  await using listening = serveDeno(heard);
  await using client = await new TestClient(listening.url).connect();
  client.send("slow");
  await heard.until(() => heard.messages.length === 1);
  client.freeze();
  const drained = listening.sessions.drain({ spread: 0, timeout: 20 });
  await heard.until(() => heard.messages.length === 1);
  finish.resolve();
  await drained;
  assertEquals(listening.sessions.metrics().closed, { 4503: 1 });
  assertEquals(listening.sessions.metrics().accepted, 1);
  assertEquals(heard.calls, ["opened", "detached"]);
});

/** A server whose handler never finishes, and its client. */
async function busyForEver() {
  await using stack = new AsyncDisposableStack();
  const clock = new ManualClock();
  const heard = new Heard(() => new Promise(() => {}));
  const { url, sessions } = stack.use(serveDeno(heard, { clock }));
  const client = stack.use(await new TestClient(url).connect());
  client.send("for ever");
  await heard.until(() => heard.messages.length === 1);
  const owned = stack.move();
  return {
    ...{ clock, sessions, heard },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test("SessionServer.close() ends the wait of drain()", async () => {
  await using busy = await busyForEver();
  const { clock, sessions, heard } = busy;
  const drained = sessions.drain({ timeout: 3_600_000 });
  const closed = sessions.close();
  clock.advance(2_000);
  await closed;
  assertEquals(clock.timers, 0);
  await drained;
  assertEquals(heard.messages[0]?.signal.aborted, true);
});

Deno.test("SessionServer.close() waits as long as the first call", async () => {
  await using busy = await busyForEver();
  const { clock, sessions } = busy;
  const done: string[] = [];
  const first = sessions.close().then(() => done.push("first"));
  const second = sessions.close().then(() => done.push("second"));
  clock.advance(2_000);
  await second;
  assertEquals(done, ["first", "second"]);
  await first;
});

Deno.test("SessionServer ends a session that nobody resumes", async () => {
  const clock = new ManualClock();
  await using listening = serveDeno(undefined, {
    ...{ clock, ttl: 60_000, pingInterval: 1_000_000 },
  });
  const { heard, sessions, url } = listening;
  await using client = await new TestClient(url).connect();
  clock.advance(100_000);
  await sessions.session(client.news[0]!.ticket.session).send("unread");
  await client.until(() => client.delivered.length === 1);
  await client.cut();
  await heard.until(() => heard.calls.includes("detached"));
  clock.advance(59_000);
  assertEquals(heard.calls, ["opened", "detached"]);
  clock.advance(20_000);
  await heard.until(() => heard.calls.length === 3);
  assertEquals(heard.calls[2]?.startsWith("ended expired 0"), true);
  await client.connect();
  const [, lost] = client.news;
  assertEquals(lost?.kind === "lost" && lost.why, "expired");
});

Deno.test("SessionServer knows nothing of a token after its session's tombstone", async () => {
  const clock = new ManualClock();
  await using listening = serveDeno(undefined, {
    ...{ clock, ttl: 60_000, tombstone: 100_000, pingInterval: 1_000_000 },
  });
  const { heard, url } = listening;
  await using client = await new TestClient(url).connect();
  client.send("a");
  await heard.until(() => heard.messages.length === 1);
  await client.cut();
  await heard.until(() => heard.calls.includes("detached"));
  clock.advance(70_000);
  await heard.until(() => heard.calls.at(-1) === "ended expired 1 0");
  clock.advance(110_000);
  await client.connect();
  const [, lost] = client.news;
  assertEquals(lost?.kind === "lost" && lost.why, "unknown");
  // It was handled, and nobody remembers that; nor how many came for the client.
  assertEquals([client.dropped.map(({ why }) => why), client.missed.length], [
    ...[["unknown"], 1],
  ]);
  assertEquals(client.missed[0]?.range, undefined);
});

Deno.test("SessionServer tells a client that the application ended its session", async () => {
  await using listening = serveDeno();
  const { heard, sessions, url } = listening;
  await using client = await new TestClient(url).connect();
  const session = sessions.session(client.news[0]!.ticket.session);
  await session.end();
  await client.until(() => client.closeCodes.length === 1);
  assertEquals(client.closeCodes, [4410]);
  await heard.until(() => heard.calls.includes("ended ended 0 0"));
  const error = await session.send("late").catch((error) => error);
  assertEquals([error.name, error.code], ["SessionSendError", "gone"]);
  await client.connect();
  assertEquals(client.news.at(-1)?.kind, "lost");
});

for (
  const [name, serve] of [["ws", serveWs], ["Deno.serve", serveDeno]] as const
) {
  Deno.test(`SessionServer (${name}) drops a client that is silent, and no other`, async () => {
    const clock = new ManualClock();
    const echo = new Heard((message) => message.reply(message.data));
    await using listening = await serve(echo, { clock });
    const { heard, sessions, url } = listening;
    await using silent = await new TestClient(url).connect();
    await using lively = await new TestClient(url).connect();
    silent.freeze();
    for (const turn of [1, 2, 3]) {
      lively.send("here");
      await lively.until(() => lively.delivered.length === turn);
      clock.advance(15_000);
    }
    await heard.until(() => heard.calls.includes("detached"));
    assertEquals(sessions.metrics().terminated, 1);
    assertEquals(lively.state.kind, "attached");
  });
}

Deno.test("SessionServer loses nothing while its store fails", async () => {
  await using inner = memoryStore();
  let fails = false;
  const store = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) =>
        fails && name === "accept"
          ? Promise.reject(new Error("Disk on fire"))
          : value.apply(target, values);
    },
  });
  const heard = new Heard((message) => message.reply(`re ${message.data}`));
  await using listening = serveDeno(heard, { store, takeoverTimeout: 50 });
  await using client = await new TestClient(listening.url).connect();
  client.send("a");
  await client.until(() => client.delivered.length === 1);
  fails = true;
  client.send("b");
  await client.until(() => client.closeCodes.length === 1);
  assertEquals(client.closeCodes, [4503]);
  assert(listening.sessions.metrics().storeFailures > 0);
  fails = false;
  await client.connect();
  await client.until(() => client.delivered.length === 2);
  assertEquals(client.delivered, ["re a", "re b"]);
});
