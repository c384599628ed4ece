/** What a client may not do, and what becomes of it. */

import { assert, assertEquals } from "@std/assert";
import { WebSocket } from "ws";
import { encodeControl } from "../../lib/session/wire/control.ts";
import type { Payload } from "../../lib/session/wire/payload.ts";
import { SUBPROTOCOL } from "../../lib/session/wire/limits.ts";
import { sqliteStore } from "../../lib/server/stores/sqlite/mod.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { Heard, serveDeno, serveWs } from "./listening.ts";
import { TestClient } from "./test_client.ts";

const OPEN = {
  op: "open",
  attempt: 1,
  instance: "i",
  window: [10, 1_000],
  protocols: [],
  maxMessage: 1_000,
  ttl: 120_000,
} as const;

const LONG = "x".repeat(2_000);

/** Sends frames one after the other, and returns how the server closes. */
function closeCodeAfter(
  url: string,
  frames: readonly Payload[],
): Promise<number> {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  return new Promise((resolve) => {
    socket.on("open", () => {
      for (const frame of frames) socket.send(frame);
    });
    socket.on("close", (closeCode) => resolve(closeCode));
    socket.on("error", () => {});
  });
}

Deno.test("SessionServer closes what breaks the protocol", async () => {
  await using listening = serveDeno(new Heard(), { maxMessage: 1_000 });
  const { url, sessions, heard } = listening;
  const open = encodeControl(OPEN);
  const cases: readonly (readonly [number, readonly Payload[]])[] = [
    [4400, ["hello"]],
    [4400, ["c|{"]],
    [4400, ["c|null"]],
    [4400, ["m1|early"]],
    [4400, [new Uint8Array([0, 1, 2])]],
    [4400, [new Uint8Array([7])]],
    [4400, [encodeControl({ ...OPEN, attempt: 0 })]],
    [4400, [encodeControl({ ...OPEN, window: [2 ** 53, 1] })]],
    [4400, [open, "m1|before the answer"]],
    [4413, [`c|${" ".repeat(9_000)}`]],
    [4413, [`m1|${LONG}`]],
  ];
  for (const [expected, frames] of cases) {
    assertEquals(await closeCodeAfter(url, frames), expected, `${frames}`);
  }
  assertEquals(heard.messages, []);
  assertEquals(sessions.metrics().closed, { 4400: 9, 4413: 2 });
});

Deno.test("SessionServer closes what breaks the protocol in a session", async () => {
  await using listening = await serveWs(new Heard(), { maxMessage: 1_000 });
  const cases: readonly (readonly [number, Payload])[] = [
    [4400, "m9|out of order"],
    [4400, "m0|no number"],
    [4400, "m01|not canonical"],
    [4400, "a5,z,zz|"],
    [4400, "a0,1,1|"],
    [4400, `a0,${(2 ** 53).toString(36)},1|`],
    [4400, `a0,1,${(2 ** 53).toString(36)}|`],
    [4400, encodeControl({ ...OPEN, attempt: 2 })],
    [4400, "q1,5|"],
    [4400, "x1|"],
    [4400, new Uint8Array([2, 1])],
    [4400, new Uint8Array([0, 0x80])],
    [4400, encodeControl(OPEN)],
    [4400, encodeControl({ op: "bye", ack: 7 })],
    [4413, `m1|${LONG}`],
  ];
  for (const [expected, frame] of cases) {
    await using client = await new TestClient(listening.url).connect();
    client.sendRaw(frame);
    await client.until(() => client.closeCodes.length === 1);
    assertEquals(client.closeCodes, [expected], `${frame}`);
    await client.connect();
    await client.close();
  }
  assertEquals(listening.heard.messages, []);
  await listening.heard.until(() =>
    listening.heard.calls.filter((call) => call === "ended bye 0 0").length >=
      cases.length
  );
});

Deno.test("SessionServer bounds what it sends to a client that grants without end", async () => {
  const sizes = { maxMessages: 8, maxBytes: 1_000 };
  await using listening = serveDeno(
    new Heard((message) => message.reply("y".repeat(400))),
    { buffer: sizes, window: { messages: 4 } },
  );
  const { url, heard } = listening;
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  const window = [2 ** 53 - 1, 2 ** 53 - 1] as const;
  const frames: string[] = [];
  await new Promise<void>((resolve) => {
    socket.on("open", () => socket.send(encodeControl({ ...OPEN, window })));
    socket.on("message", (data) => {
      frames.push(`${data}`);
      const sent = frames.length - 1;
      // As much as is granted, and no acknowledgement.
      if (frames.length === 1) {
        for (const seq of [1, 2, 3, 4]) socket.send(`m${seq}|x`);
      } else if (sent === 3) resolve();
    });
  });
  socket.send("p1|");
  await new Promise<void>((resolve) =>
    socket.on("message", (data) => `${data}`.startsWith("q") && resolve())
  );
  // 1,200 bytes of replies wait for the client, so the next message waits too.
  assertEquals(heard.messages.length, 3);
  socket.send("a3,255s,255s|".replaceAll("255s", (2 ** 53 - 1).toString(36)));
  await heard.until(() => heard.messages.length === 4);
  socket.terminate();
});

Deno.test("SessionServer sends nothing to a client that grants nothing", async () => {
  await using listening = serveDeno(new Heard(), {
    buffer: { maxMessages: 2, maxBytes: 1_000 },
  });
  const config = { capacity: { messages: 0, bytes: 0 } };
  await using client = await new TestClient(listening.url, { config })
    .connect();
  const session = listening.sessions.session(client.news[0]!.ticket.session);
  await session.send("a");
  await session.send("b");
  const error = await session.send("c").catch((error) => error);
  assertEquals([error.name, error.code], ["SessionSendError", "full"]);
  assertEquals(client.delivered, []);
});

Deno.test("SessionServer knows a token that is not genuine", async () => {
  await using listening = serveDeno();
  await using client = await new TestClient(listening.url).connect();
  const { ticket } = client.state;
  const forged = `${ticket!.token.slice(0, -6)}AAAAAA`;
  for (const token of [forged, "nonsense", ticket!.token.slice(0, 20)]) {
    const state = { ...client.state, ticket: { ...ticket!, token } };
    await using other = await new TestClient(listening.url, {
      state: { ...state, kind: "detached" } as never,
    }).connect();
    assertEquals(other.news.map((news) => "why" in news && news.why), [
      "unknown",
    ]);
  }
  assertEquals(client.closeCodes, []);
});

Deno.test("SessionServer gives no session to another principal", async () => {
  await using listening = serveDeno();
  const { url } = listening;
  await using ann = await new TestClient(url, { auth: "ann" }).connect();
  const stolen = { ...ann.state, kind: "detached" } as never;
  await using bob = await new TestClient(url, { auth: "bob", state: stolen })
    .connect();
  // The token says nothing for bob: he learns nothing of the session.
  assertEquals(bob.news.map((news) => "why" in news && news.why), ["unknown"]);
  ann.send("still here");
  await ann.until(() => ann.accepted.length === 1);
});

Deno.test("SessionServer closes a client that renews as another principal", async () => {
  await using listening = serveDeno();
  const { url } = listening;
  await using ann = await new TestClient(url, { auth: "ann" }).connect();
  ann.authenticate("ann");
  ann.send("one");
  await ann.until(() => ann.accepted.length === 1);
  ann.authenticate("bob");
  await ann.until(() => ann.closeCodes.length === 1);
  assertEquals(ann.closeCodes, [4403]);
});

Deno.test("SessionServer closes a client that nobody knows", async () => {
  await using listening = serveDeno(new Heard(), {
    authenticate: (_request, auth) => {
      if (auth === "error") throw new Error("No database");
      return new Response(null, { status: Number(auth) });
    },
  });
  const cases = [["401", 4401], ["403", 4403], ["429", 4429], ["503", 4503], [
    "418",
    4401,
  ], ["error", 4503]] as const;
  for (const [auth, expected] of cases) {
    await using client = await new TestClient(listening.url, { auth })
      .connect();
    assertEquals(client.closeCodes, [expected]);
  }
  assertEquals(listening.heard.calls, []);
});

Deno.test("SessionServer refuses a stale attempt, and one of two tabs", async () => {
  await using listening = serveDeno();
  const { url } = listening;
  await using first = await new TestClient(url).connect();
  const copy = { ...first.state, kind: "detached" } as never;
  await using second = await new TestClient(url, { state: copy }).connect();
  await first.until(() => first.closeCodes.length === 1);
  assertEquals([second.state.kind, first.closeCodes], ["attached", [4409]]);
  // As many dials as the other tab had: the attempt is not newer.
  await first.connect();
  assertEquals(first.closeCodes, [4409, 4409]);
  second.send("here");
  await second.until(() => second.accepted.length === 1);
});

Deno.test("SessionServer gives nothing for a token whose successor was used", async () => {
  await using listening = serveDeno();
  const { url } = listening;
  await using client = await new TestClient(url).connect();
  const { attempt, ...copied } = client.state;
  await client.cut();
  await client.connect();
  client.send("with the next token");
  await client.until(() => client.accepted.length === 1);
  const state = { ...copied, kind: "detached", attempt: attempt + 9 } as never;
  await using thief = await new TestClient(url, { state }).connect();
  assertEquals(thief.news.map((news) => "why" in news && news.why), [
    "superseded",
  ]);
  assertEquals(client.closeCodes.length, 1);
});

Deno.test("SessionServer accepts nothing while its disk is full, and loses nothing", async () => {
  const path = await Deno.makeTempFile();
  await using store = sqliteStore(path, { maxBytes: 300_000 });
  const heard = new Heard((message) => message.reply(`re ${message.data}`));
  await using listening = serveDeno(heard, { store, takeoverTimeout: 50 });
  await using filler = await new TestClient(listening.url, {
    config: { capacity: { messages: 0, bytes: 0 } },
  }).connect();
  await using client = await new TestClient(listening.url).connect();
  const { session } = filler.news[0]!.ticket;
  const { sessions } = listening;
  const codes: string[] = [];
  const sendUntilFull = async (size: number) => {
    const before = codes.length;
    for (let sent = 0; sent < 10_000 && codes.length === before; sent += 1) {
      await sessions.session(session).send("x".repeat(size))
        .catch(({ code }) => codes.push(code));
    }
  };
  await sendUntilFull(20_000);
  await sendUntilFull(100);
  client.send("y".repeat(20_000));
  await client.until(() => client.closeCodes.length === 1);
  assertEquals([codes, client.closeCodes], [["full", "full"], [4503]]);
  await sessions.session(session).end();
  await client.connect();
  await client.until(() => client.delivered.length === 1);
  await client.close();
  await Deno.remove(path);
});

Deno.test("SessionServer limits how often a session is resumed", async () => {
  await using listening = serveDeno(new Heard(), { limits: { resumes: 2 } });
  await using client = await new TestClient(listening.url).connect();
  for (const _ of [1, 2]) {
    await client.cut();
    await client.connect();
  }
  await client.cut();
  await client.connect();
  assertEquals(client.closeCodes.at(-1), 4429);
});

Deno.test("SessionServer ends the oldest session for one too many", async () => {
  await using listening = serveDeno(new Heard(), {
    limits: { sessionsPerPrincipal: 2 },
  });
  const { url, heard } = listening;
  await using first = await new TestClient(url).connect();
  await using second = await new TestClient(url).connect();
  await using third = await new TestClient(url).connect();
  assertEquals(third.closeCodes, [4429]);
  await first.cut();
  await heard.until(() => heard.calls.includes("detached"));
  await third.connect();
  await heard.until(() => heard.calls.includes("ended evicted 0 0"));
  assertEquals([second.state.kind, third.state.kind], ["attached", "attached"]);
  await second.cut();
  await heard.until(() =>
    heard.calls.filter((call) => call === "detached").length === 2
  );
  await first.connect();
  assertEquals(first.news.map((news) => "why" in news ? news.why : news.kind), [
    "opened",
    "evicted",
  ]);
});

Deno.test("SessionServer ends the oldest of too many sessions without a connection", async () => {
  await using listening = serveDeno(new Heard(), {
    limits: { detachedSessions: 1 },
  });
  const { url, heard } = listening;
  for (const _ of [1, 2, 3]) {
    await using client = await new TestClient(url).connect();
    await client.cut();
  }
  await heard.until(() =>
    heard.calls.filter((call) => call === "ended evicted 0 0").length === 2
  );
  assertEquals(listening.sessions.metrics().sessions, 1);
});

Deno.test("SessionServer waits for a first message, and for authenticate, no longer than it says", async () => {
  const clock = new ManualClock();
  const asked = Promise.withResolvers<void>();
  await using listening = serveDeno(new Heard(), {
    clock,
    authenticate: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const silent = new WebSocket(listening.url, [SUBPROTOCOL]);
  const closed = new Promise((resolve) => silent.on("close", resolve));
  await new Promise((resolve) => silent.on("open", resolve));
  const other = closeCodeAfter(listening.url, [encodeControl(OPEN)]);
  await asked.promise;
  clock.advance(9_999);
  assertEquals(listening.sessions.metrics().closed, {});
  clock.advance(1);
  assertEquals(await Promise.all([closed, other]), [4408, 4408]);
});

Deno.test("SessionServer.upgrade() refuses what is no client of its own", async () => {
  await using listening = serveDeno(new Heard(), {
    origins: ["https://good.example"],
  });
  const url = listening.url.replace("ws:", "http:");
  const plain = await fetch(url);
  assertEquals([plain.status, await plain.text()], [
    426,
    "This is a WebSocket",
  ]);
  const statusOf = (protocols: string[], headers: Record<string, string>) =>
    new Promise((resolve) => {
      const socket = new WebSocket(listening.url, protocols, { headers });
      socket.on("error", () => {});
      socket.on("unexpected-response", (_request, { statusCode }) => {
        resolve(statusCode);
        socket.terminate();
      });
      socket.on("open", () => {
        resolve(101);
        socket.terminate();
      });
    });
  assertEquals(await statusOf(["chat"], {}), 400);
  assertEquals(await statusOf([], {}), 400);
  const bad = { origin: "https://evil.example" };
  assertEquals(await statusOf([SUBPROTOCOL], bad), 403);
  const good = { origin: "https://good.example" };
  assertEquals(await statusOf([SUBPROTOCOL], good), 101);
  assert(listening.sessions.metrics().connections <= 1);
});

Deno.test("SessionServer.accept() refuses what is no client of its own", async () => {
  await using listening = await serveWs();
  const closeCodeOf = (protocols: string[], headers: Record<string, string>) =>
    new Promise((resolve) => {
      const socket = new WebSocket(listening.url, protocols, { headers });
      socket.on("error", () => resolve("error"));
      socket.on("close", resolve);
    });
  assertEquals(await closeCodeOf([], {}), 4400);
  const bad = { origin: "https://evil.example" };
  assertEquals(await closeCodeOf([SUBPROTOCOL], bad), 4403);
});
