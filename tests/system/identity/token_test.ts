import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import {
  AuthenticationError,
  HandshakeError,
  OpenTimeoutError,
  ProviderError,
  ReconnectingWebSocket,
  type TokenOptions,
} from "@holdfast/websocket";
import { encodeClose } from "../servers/tcp/frames.ts";
import { jwt, startGateServer } from "../servers/gate_server.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { failure, next, pull } from "../waiting.ts";

const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 10,
} as const;

for (const transport of ["ws", "native"] as const) {
  Deno.test(`token: goes wherever it is placed (${transport})`, async () => {
    const places: readonly [TokenOptions["placement"], string][] = [
      [undefined, "header Bearer tok"],
      [{ header: "X-Token", scheme: "" }, "x tok"],
      [{ query: "access_token" }, "query tok"],
      [{ protocol: "token." }, "protocol chat, token.tok"],
      [{ message: { type: "auth", token: "{token}" } }, "nowhere"],
    ];
    for (const [placement, expected] of places) {
      await using server = startGateServer({
        welcome: () => ({ kind: "accept", protocol: "chat" }),
      });
      await using socket = new ReconnectingWebSocket(
        `${server.url}?a=%20b`,
        "chat",
        {
          transport,
          token: { token: "tok", ...placement && { placement } },
        },
      );
      await socket.opened;
      const [request] = server.requests;
      const { headers, url = "" } = request ?? {};
      const found = [
        ["header", headers?.get("authorization")],
        ["x", headers?.get("x-token")],
        ["query", new URL(url).searchParams.get("access_token")],
        [
          "protocol",
          /token/.exec(headers?.get("sec-websocket-protocol") ?? "")?.input,
        ],
      ].find(([, value]) => value)?.join(" ") ?? "nowhere";
      assertEquals(found, expected);
      assertStringIncludes(url, "?a=%20b");
      assertEquals(socket.url, `${server.url}?a=%20b`);
      if (expected !== "nowhere") continue;
      assertEquals(await pull(socket, 1), ['{"type":"auth","token":"tok"}']);
    }
  });
}

Deno.test("token: is asked for once and kept until it expires", async () => {
  await using server = startGateServer();
  let asked = 0;
  const lifetimes = [1_000, 1_000];
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    token: () => jwt(lifetimes[asked++] ?? 0, `${asked}`),
  });
  await socket.opened;
  for (let n = 0; n < 3; n += 1) {
    const opened = next(socket, "open");
    socket.reconnect();
    await opened;
  }
  assertEquals([server.requests.length, asked], [4, 1]);
});

Deno.test("token: that has expired is replaced before an attempt", async () => {
  await using server = startGateServer();
  let asked = 0;
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    token: () => jwt(-1, `${asked++}`),
  });
  await socket.opened;
  const opened = next(socket, "open");
  socket.reconnect();
  await opened;
  assertEquals(asked, 2);
});

Deno.test("token: is renewed in-band before it expires", async () => {
  await using server = startGateServer({
    message: (data, socket) => socket.send(`renewed ${data.length > 20}`),
  });
  let asked = 0;
  // Long enough to connect, and no third renewal.
  const lifetimes = [2, 2];
  await using socket = new ReconnectingWebSocket(server.url, [], {
    token: {
      token: () => jwt(lifetimes[asked] ?? 1_000, `${asked++}`),
      placement: { query: "t" },
      renewal: { type: "renew", token: "{token}" },
    },
  });
  const disconnects: unknown[] = [];
  socket.addEventListener("disconnect", (event) => disconnects.push(event));
  assertEquals(await pull(socket, 2), ["renewed true", "renewed true"]);
  assertEquals(asked, 3);
  assertEquals([disconnects.length, server.requests.length], [0, 1]);
  const [first, second] = server.messages.map((text) => JSON.parse(text));
  assert(first.type === "renew" && first.token !== second.token);
});

Deno.test("token: a fresh one follows a 401, once", async () => {
  await using server = startGateServer({
    welcome: () => ({ kind: "refuse", status: 401 }),
  });
  let asked = 0;
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    token: () => `token-${asked += 1}`,
  });
  const error = await failure(socket.closed);
  assertInstanceOf(error, AuthenticationError, String(error));
  assertInstanceOf(error.cause, HandshakeError);
  const tokens = server.requests.map(({ headers }) =>
    headers.get("authorization")
  );
  assertEquals(tokens, ["Bearer token-1", "Bearer token-2"]);
});

for (const closeCode of [3000, 4401, 1008]) {
  Deno.test(`token: a fresh one follows the close code ${closeCode}, once`, async () => {
    const tokens: string[] = [];
    await using server = await startTcpServer(async (peer) => {
      const request = await peer.accept();
      tokens.push(/authorization: (.*)/i.exec(request)?.[1]?.trim() ?? "");
      // The second is good, until it is revoked.
      if (tokens.length === 2) await peer.readFrame();
      await peer.write(encodeClose(closeCode, "Token Expired"));
      await peer.readFrame();
      peer.end();
    });
    let asked = 0;
    await using socket = new ReconnectingWebSocket(server.url, [], {
      backoff: FAST,
      token: () => `token-${asked += 1}`,
    });
    socket.addEventListener("open", () => {
      if (tokens.length === 2) socket.send("anything");
    });
    const error = await failure(socket.closed);
    assertInstanceOf(error, AuthenticationError, String(error));
    assertStringIncludes(String(error.cause), "Token Expired");
    assertEquals(tokens, ["Bearer token-1", "Bearer token-2"]);
  });
}

Deno.test("token: one that is fixed is not tried again after a refusal", async () => {
  await using server = startGateServer({
    welcome: () => ({ kind: "refuse", status: 401 }),
  });
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    token: "fixed",
  });
  const error = await failure(socket.closed);
  assertStringIncludes(String(error), "401");
  assertEquals(server.requests.length, 1);
});

Deno.test("token: an endpoint that fails is tried again, and named", async () => {
  await using server = startGateServer();
  const answers: readonly (() => Promise<string> | string)[] = [
    () => {
      throw new TypeError("endpoint is down");
    },
    () => Promise.reject(new Error("HTTP status 503")),
    () => "good",
  ];
  let asked = 0;
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    token: () => answers[asked++]?.() ?? "",
  });
  const errors: unknown[] = [];
  socket.addEventListener("disconnect", ({ error }) => errors.push(error));
  await socket.opened;
  assertEquals(errors.length, 2);
  for (const error of errors) {
    assertInstanceOf(error, ProviderError, String(error));
    assertStringIncludes(error.message, '"token"');
    assert(error.retryable);
  }
  assertStringIncludes(String(errors[0]), "endpoint is down");
  assertEquals(server.requests.length, 1);
});

for (const rubbish of [42, "", "two\r\nlines"]) {
  Deno.test(`token: an endpoint that gives ${JSON.stringify(rubbish)} is not asked again`, async () => {
    await using server = startGateServer();
    let asked = 0;
    await using socket = new ReconnectingWebSocket(server.url, [], {
      backoff: FAST,
      token: () => {
        asked += 1;
        // A module in JavaScript can give anything.
        return rubbish as string;
      },
    });
    const error = await failure(socket.closed);
    assertInstanceOf(error, ProviderError, String(error));
    assertStringIncludes(error.message, '"token"');
    assert(!error.retryable);
    assertEquals([asked, server.requests.length], [1, 0]);
  });
}

Deno.test("token: an endpoint that hangs falls under the open timeout", async () => {
  await using server = startGateServer();
  let asked = 0;
  await using socket = new ReconnectingWebSocket(server.url, [], {
    backoff: FAST,
    // A hasty one would be over before the endpoint is asked.
    openTimeout: 1_000,
    token: () => (asked += 1) === 1 ? new Promise<string>(() => {}) : "good",
  });
  const { error } = await next(socket, "disconnect");
  assertInstanceOf(error, OpenTimeoutError, String(error));
  assertStringIncludes(error.message, "token");
  await socket.opened;
});
