import { assertEquals } from "@std/assert";
import { SERVERS, testsOf } from "./listening.ts";
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
