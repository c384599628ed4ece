/** What happens to messages that have no room. */

import { assertEquals } from "@std/assert";
import { Heard, serveDeno } from "./listening.ts";
import { TestClient } from "./test_client.ts";

const SMALL = { maxMessages: 2, maxBytes: 100 };

Deno.test("SessionServer drops the oldest messages if it shall, and tells the client which", async () => {
  await using listening = serveDeno(new Heard(), {
    buffer: { ...SMALL, overflow: "drop-oldest" },
  });
  const { url, heard, sessions } = listening;
  await using client = await new TestClient(url).connect();
  await client.cut();
  await heard.until(() => heard.calls.includes("detached"));
  const session = sessions.session(client.news[0]!.ticket.session);
  for (const text of ["a", "b", "c", "d", "e"]) await session.send(text);
  await client.connect();
  await client.until(() => client.delivered.length === 2);
  assertEquals(client.delivered, ["d", "e"]);
  assertEquals(client.missed.map(({ why, range }) => [why, range]), [
    ["trimmed", { first: 1, last: 3 }],
  ]);
  assertEquals(sessions.metrics().dropped, 3);
});

Deno.test("SessionServer ends a session whose buffer is full, if it shall", async () => {
  await using listening = serveDeno(new Heard(), {
    buffer: { ...SMALL, overflow: "end" },
  });
  const { url, heard, sessions } = listening;
  await using client = await new TestClient(url).connect();
  await client.cut();
  await heard.until(() => heard.calls.includes("detached"));
  const session = sessions.session(client.news[0]!.ticket.session);
  await session.send("a");
  await session.send("b");
  const error = await session.send("c").catch((error) => error);
  assertEquals(error.code, "full");
  assertEquals(heard.calls.at(-1), "ended evicted 0 2");
  await client.connect();
  assertEquals(client.missed.map(({ why, range }) => [why, range]), [
    ["session-lost", { first: 1, last: 2 }],
  ]);
});
