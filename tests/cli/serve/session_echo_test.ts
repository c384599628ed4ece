import { assertEquals, assertMatch } from "@std/assert";
import { startEchoServer } from "../../../lib/cli/serve/echo_server.ts";
import {
  chooseProtocol,
  sessionEcho,
} from "../../../lib/cli/serve/session_echo.ts";
import { PLATFORM_CLOCK } from "../../../lib/platform/clock.ts";
import { TestClient } from "../../server/test_client.ts";
import { ECHO_SETTINGS } from "./echo_settings.ts";

function serving(notes: string[] = []) {
  return startEchoServer({
    ...ECHO_SETTINGS,
    sessions: "memory",
    note: (text) => notes.push(text),
  });
}

Deno.test("startEchoServer() sends messages of a session back once, across cuts", async () => {
  const notes: string[] = [];
  await using server = await serving(notes);
  await using client = await new TestClient(server.url).connect();
  client.send("a", new Uint8Array([1]));
  await client.until(() => client.delivered.length === 2);
  await client.cut();
  await client.connect();
  client.send("b");
  await client.until(() => client.delivered.length === 3);
  assertEquals(client.delivered, ["a", new Uint8Array([1]), "b"]);
  await client.close();
  const texts = notes.filter((note) => note.startsWith("session "))
    .map((note) => note.split(" ").slice(2).join(" "));
  assertEquals(texts, [
    ...["opened", "without a connection", "resumed"],
    "ended (bye), 3 accepted",
  ]);
});

Deno.test("startEchoServer() has no sessions for clients that ask for none", async () => {
  await using server = await serving();
  const socket = new WebSocket(server.url, ["chat"]);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const answer = new Promise((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
  });
  socket.onopen = () => socket.send("m1|plain");
  assertEquals([await answer, socket.protocol], ["m1|plain", "chat"]);
  socket.close();
  await closed;
});

Deno.test("sessionEcho() notes why a session is not the one that was asked for", async () => {
  const notes: string[] = [];
  await using first = await serving();
  await using client = await new TestClient(first.url).connect();
  await client.cut();
  await using second = await serving(notes);
  client.url = second.url;
  await client.connect();
  await client.close();
  assertMatch(notes[1]!, /^session \S+ opened \(unknown\)$/);
});

Deno.test("chooseProtocol() prefers sessions, and takes the first otherwise", async () => {
  await using sessions = sessionEcho({ clock: PLATFORM_CLOCK, note() {} });
  const name = "holdfast.session.v1";
  const choose = (...names: readonly string[]) =>
    chooseProtocol(sessions, new Set(names));
  assertEquals([choose("chat", name), choose("chat", "x"), choose()], [
    ...[name, "chat", false],
  ]);
});
