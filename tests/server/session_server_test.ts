import { assertEquals } from "@std/assert";
import { memoryStore } from "../../lib/server/mod.ts";
import { Heard, serveDeno, SERVERS, testsOf } from "./listening.ts";
import { TestClient } from "./test_client.ts";

for (const server of SERVERS) {
  const test = testsOf(server);

  test(
    "takes messages and answers them",
    (message) => message.reply(message.data),
    async ({ url, sessions, heard }) => {
      await using client = await new TestClient(url).connect();
      const binary = new Uint8Array([0, 255]);
      client.send("one", binary, "");
      await client.until(() => client.delivered.length === 3);
      assertEquals(client.delivered, ["one", binary, ""]);
      await client.until(() => client.accepted.at(-1) === 3);
      const [message] = heard.messages;
      const [news] = client.news;
      assertEquals(message?.id, `${news?.ticket.session}/1`);
      await client.close();
      await heard.until(() => heard.calls.length === 2);
      assertEquals(heard.calls, ["opened", "ended bye 3 0"]);
      assertEquals(client.closeCodes, [1000]);
      assertEquals(sessions.metrics().accepted, 3);
    },
  );

  test(
    "sends to a session, with a connection and without",
    undefined,
    async ({ url, sessions, heard }) => {
      await using client = await new TestClient(url).connect();
      const session = sessions.session(client.news[0]!.ticket.session);
      await session.send("one");
      await client.until(() => client.delivered.length === 1);
      await client.cut();
      await heard.until(() => heard.calls.includes("detached"));
      await session.send("two");
      await session.send(new Uint16Array([3]));
      await client.connect();
      await client.until(() => client.delivered.length === 3);
      assertEquals(client.delivered, ["one", "two", new Uint8Array([3, 0])]);
      assertEquals(client.news.map(({ kind }) => kind), ["opened", "resumed"]);
    },
  );

  test(
    "goes on after cuts at any moment",
    (message) => message.reply(`re ${message.data}`),
    async ({ url, heard }) => {
      await using client = await new TestClient(url).connect();
      const sent = Array.from({ length: 400 }, (_, n) => `${n + 1}`);
      for (const [index, text] of sent.entries()) {
        client.send(text);
        if (index % 80 !== 40) continue;
        await client.cut();
        await client.connect();
      }
      await client.until(() => client.delivered.length === 400);
      assertEquals(client.delivered, sent.map((text) => `re ${text}`));
      assertEquals(heard.messages.map(({ data }) => data), sent);
    },
  );

  test(
    "gives a half-open session to the newest attempt",
    undefined,
    async ({ url, sessions, heard }) => {
      await using client = await new TestClient(url).connect();
      client.freeze();
      const { session } = client.news[0]!.ticket;
      await sessions.session(session).send("on its way");
      await client.connect();
      await client.until(() =>
        client.news.length === 2 && client.delivered.length === 1
      );
      assertEquals(client.delivered, ["on its way"]);
      await heard.until(() => heard.calls.includes("resumed"));
    },
  );
}

Deno.test("SessionServer ends no session for its limits that another server has", async () => {
  await using store = memoryStore();
  const limits = { detachedSessions: 1 };
  await using one = serveDeno(new Heard(), { store, limits });
  await using two = serveDeno(new Heard(), { store });
  const clients = await Promise.all(
    ["ann", "bob", "cat"].map((auth) =>
      new TestClient(one.url, { auth }).connect()
    ),
  );
  await using cleanUp = new AsyncDisposableStack();
  for (const client of clients) cleanUp.use(client);
  for (const [index, client] of clients.entries()) {
    await client.cut();
    const gone = () =>
      one.heard.calls.filter((call) => call === "detached").length > index;
    await one.heard.until(gone);
    client.url = two.url;
    await client.connect();
  }
  for (const client of clients) {
    client.send("still here");
    await client.until(() => client.accepted.length === 1);
  }
  const news = clients.map((client) => client.news.map(({ kind }) => kind));
  assertEquals(news, clients.map(() => ["opened", "resumed"]));
  const closes = clients.map(({ closeCodes }) => closeCodes);
  assertEquals(closes, clients.map(() => [1006]));
  assertEquals(one.heard.calls.includes("ended evicted 0 0"), false);
  assertEquals(one.sessions.metrics().detached, 1);
});
