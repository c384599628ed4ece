/** Clients without a session, at servers that require none. */

import { assertEquals, assertMatch } from "@std/assert";
import { WebSocket } from "ws";
import { memoryStore } from "../../lib/server/mod.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { Heard, serveDeno, SERVERS, testsOf } from "./listening.ts";
import { TestClient } from "./test_client.ts";
import { Waiters } from "./waiters.ts";

const OPTIONAL = { required: false, protocols: ["chat"] };

/** A WebSocket without a session. */
class PlainSocket implements AsyncDisposable {
  readonly received: string[] = [];
  readonly closeCodes: number[] = [];
  readonly socket: WebSocket;
  readonly #waiters = new Waiters();

  constructor(url: string, protocols: readonly string[] = []) {
    this.socket = new WebSocket(url, [...protocols]);
    this.socket.on("message", (data, isBinary) => {
      this.received.push(isBinary ? [...data as Buffer].join() : `${data}`);
      this.#waiters.look();
    });
    this.socket.on("open", () => this.#waiters.look());
    this.socket.on("error", () => {});
    this.socket.on("close", (closeCode) => {
      this.closeCodes.push(closeCode);
      this.#waiters.look();
    });
  }

  async open(): Promise<this> {
    await this.until(() => this.socket.readyState > 0);
    return this;
  }

  until(isTrue: () => boolean): Promise<void> {
    return this.#waiters.until(isTrue);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    await this.until(() => this.closeCodes.length > 0);
  }
}

for (const server of SERVERS) {
  const [name, serve] = server;
  const test = testsOf(server, OPTIONAL);

  test(
    "takes a client without a session, if none is required",
    (message, { client, protocol, principal }) => {
      message.reply(`${client} ${protocol} ${principal} ${message.data}`);
    },
    async ({ url, heard }) => {
      await using plain = await new PlainSocket(url, ["other", "chat"]).open();
      assertEquals(plain.socket.protocol, "chat");
      plain.socket.send("a");
      plain.socket.send(Uint8Array.of(7));
      await plain.until(() => plain.received.length === 2);
      assertEquals(plain.received, ["plain chat ann a", "plain chat ann 7"]);
      plain.socket.close();
      await heard.until(() => heard.calls.includes("ended bye 2 0"));
      assertEquals(heard.calls, ["opened", "ended bye 2 0"]);
    },
  );

  test(
    "serves clients with a session beside it",
    (message, { client }) => message.reply(`${client} ${message.data}`),
    async ({ url, sessions }) => {
      await using plain = await new PlainSocket(url).open();
      await using client = await new TestClient(url).connect();
      plain.socket.send("a");
      client.send("b");
      await plain.until(() => plain.received.length === 1);
      await client.until(() => client.delivered.length === 1);
      assertEquals([plain.received, client.delivered], [
        ...[["plain a"], ["session b"]],
      ]);
      assertEquals(sessions.metrics().connections, 2);
    },
  );

  test(
    "sends more than the window to a client without a session, and takes more",
    (message) => message.reply(message.data),
    async ({ url }) => {
      await using plain = await new PlainSocket(url).open();
      const texts = Array.from({ length: 1_000 }, (_, index) => `${index}`);
      for (const text of texts) plain.socket.send(text);
      await plain.until(() => plain.received.length === texts.length);
      assertEquals(plain.received, texts);
    },
  );

  test(
    "handles what a client without a session sent before it left",
    () => {},
    async ({ url, heard }) => {
      await using plain = await new PlainSocket(url).open();
      for (let index = 0; index < 600; index += 1) plain.socket.send("x");
      plain.socket.close();
      await heard.until(() => heard.calls.includes("ended bye 600 0"));
    },
  );

  test(
    "sends to a client without a session by its id, and tells what came too late",
    () => {},
    async ({ url, sessions, heard }) => {
      await using plain = await new PlainSocket(url).open();
      plain.socket.send("hello");
      await heard.until(() => heard.messages.length === 1);
      const [id = ""] = heard.messages[0]!.id.split("/");
      await sessions.session(id).send("by its id");
      await plain.until(() => plain.received.length === 1);
      assertEquals(plain.received, ["by its id"]);
      await sessions.session(id).end();
      await plain.until(() => plain.closeCodes.length === 1);
      assertEquals(plain.closeCodes, [4410]);
      // It may not have been acknowledged yet.
      await heard.until(() =>
        heard.calls.some((call) => /^ended ended [01] [01]$/.test(call))
      );
    },
  );

  test(
    "closes a client without a session whose message is too large",
    () => {},
    async ({ url, sessions, heard }) => {
      await using plain = await new PlainSocket(url).open();
      plain.socket.send("x".repeat(1 << 20));
      plain.socket.send("x".repeat((1 << 20) + 1));
      await plain.until(() => plain.closeCodes.length === 1);
      assertEquals(plain.closeCodes, [4413]);
      await heard.until(() => heard.calls.includes("ended bye 1 0"));
      assertEquals(sessions.metrics().closed[4413], 1);
    },
  );

  Deno.test(`SessionServer (${name}) refuses a client without a session as authenticate says`, async () => {
    await using listening = await serve(new Heard(), {
      ...OPTIONAL,
      authenticate: () => new Response(null, { status: 401 }),
    });
    await using plain = new PlainSocket(listening.url);
    await plain.until(() => plain.closeCodes.length === 1);
    assertEquals([plain.closeCodes, listening.heard.calls], [[4401], []]);
  });

  Deno.test(`SessionServer (${name}) closes a client that sends faster than it is handled`, async () => {
    const hang = Promise.withResolvers<void>();
    await using listening = await serve(new Heard(() => hang.promise), {
      ...OPTIONAL,
      window: { messages: 4 },
      buffer: { maxMessages: 10 },
    });
    await using plain = await new PlainSocket(listening.url).open();
    // Four are granted, ten may wait.
    for (let index = 0; index < 15; index += 1) plain.socket.send("x");
    await plain.until(() => plain.closeCodes.length === 1);
    assertEquals(plain.closeCodes, [4429]);
    hang.resolve();
    const { heard } = listening;
    await heard.until(() => heard.calls.some((call) => /ended bye/.test(call)));
  });

  Deno.test(`SessionServer (${name}) drops a client without a session that is silent`, async () => {
    await using listening = await serve(new Heard(), {
      ...OPTIONAL,
      pingInterval: 500,
    });
    await using plain = await new PlainSocket(listening.url).open();
    plain.socket.send("a");
    const { heard } = listening;
    await heard.until(() => heard.messages.length === 1);
    plain.socket.pause();
    await heard.until(() => heard.calls.some((call) => /^ended/.test(call)));
  });

  Deno.test(`SessionServer (${name}).drain() ends clients without a session`, async () => {
    await using listening = await serve(new Heard(), OPTIONAL);
    const { url, sessions, heard } = listening;
    await using plain = await new PlainSocket(url).open();
    plain.socket.send("a");
    await heard.until(() => heard.messages.length === 1);
    await sessions.drain({ spread: 1 });
    await plain.until(() => plain.closeCodes.length === 1);
    assertEquals(plain.closeCodes, [4012]);
    assertEquals(heard.calls, ["opened", "ended bye 1 0"]);
  });

  Deno.test(`SessionServer (${name}).close() ends clients without a session`, async () => {
    const listening = await serve(new Heard(), OPTIONAL);
    const { url, heard } = listening;
    await using plain = await new PlainSocket(url).open();
    plain.socket.send("a");
    await heard.until(() => heard.messages.length === 1);
    await listening[Symbol.asyncDispose]();
    assertEquals(heard.calls, ["opened", "detached", "ended ended 1 0"]);
  });
}

Deno.test("SessionServer tells the end of a client without a session whose node has died", async () => {
  const clock = new ManualClock();
  await using store = memoryStore({ clock });
  // For a node that does nothing any more, no time passes.
  await using dead = serveDeno(new Heard(), {
    ...{ ...OPTIONAL, store, clock: new ManualClock() },
  });
  await using other = serveDeno(new Heard(), { ...OPTIONAL, store, clock });
  await using plain = await new PlainSocket(dead.url).open();
  plain.socket.send("a");
  await dead.heard.until(() => dead.heard.messages.length === 1);
  clock.advance(29_000);
  assertEquals(other.heard.calls, []);
  clock.advance(11_000);
  await other.heard.until(() => other.heard.calls.length === 1);
  assertMatch(other.heard.calls[0]!, /^ended expired/);
});
