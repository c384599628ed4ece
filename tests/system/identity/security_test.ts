import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ConnectError,
  ConnectionClosedError,
  type DisconnectEvent,
  HandshakeError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
} from "@holdfast/websocket";
import { encodeClose, encodeFrame } from "../servers/tcp/frames.ts";
import { startGateServer } from "../servers/gate_server.ts";
import { type Script, startTcpServer } from "../servers/tcp/tcp_server.ts";
import { failure, within } from "../waiting.ts";

const CANARY = "canary0123456789";
const LONG_CANARY = "longcanary".repeat(40);
const FAST = {
  strategy: "exponential",
  initialDelay: 1,
  maxDelay: 5,
  maxAttempts: 3,
} as const;
const HOOKS = `data:text/javascript,${
  encodeURIComponent(`export const token = () => ${JSON.stringify(CANARY)};`)
}`;

const CHAT = { headers: { "Sec-WebSocket-Protocol": "chat" } };

/** Each way to hand over a secret. */
const SECRETS: readonly [
  name: string,
  query: string,
  options: ReconnectingWebSocketOptions,
][] = [
  ["fixed, in a header", "", { token: CANARY }],
  ["given, in the query", "", {
    token: { token: () => CANARY, placement: { query: "t" } },
  }],
  ["given, in a subprotocol", "", {
    token: { token: () => CANARY, placement: { protocol: "auth." } },
  }],
  ["by a hook, in a message", "", {
    token: { placement: { message: "token {token}" } },
    hooks: HOOKS,
  }],
  ["as a cookie", "", { headers: { Cookie: `session=${CANARY}; theme=dark` } }],
  ["in the URL's query", `?key=${CANARY}`, {}],
];

/** Each way in which a server gives it back. */
const ECHOES: readonly [name: string, script: Script][] = [
  ["a close reason", async (peer) => {
    await peer.accept(CHAT);
    await peer.write(encodeClose(4401, `bad token ${CANARY}`));
    await peer.readFrame();
    peer.end();
  }],
  ["a redirect", async (peer) => {
    await peer.readRequest();
    await peer.write(
      `HTTP/1.1 302 Found ${CANARY}\r\nLocation: /login?t=${CANARY}\r\n` +
        `X-Token: ${CANARY}\r\nContent-Length: 0\r\n\r\n`,
    );
  }],
  ["a refusal", async (peer) => {
    await peer.readRequest();
    await peer.write(
      `HTTP/1.1 401 ${CANARY}\r\nWWW-Authenticate: Bearer ${CANARY}\r\n` +
        "Content-Length: 0\r\n\r\n",
    );
  }],
  ["no handshake", async (peer) => {
    await peer.write(`${CANARY}\r\n\r\n`);
    peer.end();
  }],
  ["an answer to the greeting", async (peer) => {
    await peer.accept(CHAT);
    await peer.write(encodeFrame(`no ${CANARY}`));
    await peer.readFrame();
  }],
];

for (const [secret, query, options] of SECRETS) {
  for (const [echo, script] of ECHOES) {
    Deno.test(`redaction: a secret ${secret}, given back as ${echo}, appears nowhere`, async () => {
      await using server = await startTcpServer(script);
      using output = new ReadableOutput();
      const socket = new ReconnectingWebSocket(
        `${server.url}/${query}`,
        "chat",
        {
          ...options,
          backoff: FAST,
          closeTimeout: 50,
          greeting: {
            expect: "welcome",
            reject: `no ${CANARY}`,
            timeout: 2_000,
          },
          logger: output.logger,
        },
      );
      output.listenTo(socket);
      output.note(await failure(socket.closed));
      output.note(socket.metrics());
      output.note(socket.status);
      assert(output.records.length > 3);
      const leak = output.records.find((text) => text.includes(CANARY));
      assertEquals(leak, undefined);
      const isRedacted = output.records.some((text) => text.includes("…"));
      assert(isRedacted || echo === "no handshake", "it appears, redacted");
    });
  }
}

/** Each way in which an error cuts what a server sent. */
const CUTS: readonly [name: string, script: Script][] = [
  ["an answer without a subprotocol", async (peer) => {
    await peer.accept();
  }],
  ["the body of a refusal", async (peer) => {
    const body = `no: ${LONG_CANARY}`;
    await peer.readRequest();
    await peer.write(
      `HTTP/1.1 401 Unauthorized\r\nContent-Length: ${body.length}\r\n\r\n` +
        body,
    );
  }],
];

for (const [cut, script] of CUTS) {
  Deno.test(`redaction: no start of a long token appears, cut short in ${cut}`, async () => {
    await using server = await startTcpServer(script);
    using output = new ReadableOutput();
    const socket = new ReconnectingWebSocket(server.url, [], {
      token: { token: LONG_CANARY, placement: { protocol: "auth." } },
      backoff: FAST,
      logger: output.logger,
    });
    output.listenTo(socket);
    output.note(await failure(socket.closed));
    const start = LONG_CANARY.slice(0, 4);
    const leak = output.records.find((text) => text.includes(start));
    assertEquals(leak, undefined);
    assert(output.records.some((text) => text.includes("…")), "it was cut");
  });
}

Deno.test("token: plain ws: to another machine is refused before anything is sent", async () => {
  const options = { token: CANARY };
  const error = assertThrows(
    () => new ReconnectingWebSocket("ws://example.com/", [], options),
    TypeError,
    "allowInsecure",
  );
  assert(!error.message.includes(CANARY));
  const asked: string[] = [];
  const socket = new ReconnectingWebSocket(
    () => "ws://example.com/",
    [],
    { token: () => `${asked.push("asked")}` },
  );
  const ended = await failure(socket.closed);
  assertInstanceOf(ended, ConnectError, String(ended));
  assertStringIncludes(ended.message, "allowInsecure");
  assertEquals(asked, []);
});

Deno.test("token: a line break in it injects no header", async () => {
  await using server = startGateServer();
  for (const placement of [{ header: "X-Token" }, { protocol: "t." }]) {
    const socket = new ReconnectingWebSocket(server.url, [], {
      backoff: { ...FAST, maxAttempts: 1 },
      token: {
        token: () => "a\r\nX-Injected: yes",
        placement,
      },
    });
    await failure(socket.closed);
  }
  assertEquals(server.requests.length, 0);
  for (
    const [name, value] of [["X-A", "a\r\nb: c"], ["X\r\nA", "a"]] as const
  ) {
    assertThrows(
      () =>
        new ReconnectingWebSocket(server.url, [], {
          headers: { [name]: value },
        }),
      TypeError,
    );
  }
  assertThrows(
    () => new ReconnectingWebSocket(server.url, "a\r\nb"),
    DOMException,
  );
});

for (const transport of ["ws", "native"] as const) {
  Deno.test(`redirects are not followed, with credentials or without (${transport})`, async () => {
    await using elsewhere = startGateServer();
    await using server = startGateServer({
      welcome: () => ({
        kind: "refuse",
        status: 302,
        headers: { location: elsewhere.url },
      }),
    });
    const socket = new ReconnectingWebSocket(server.url, [], {
      transport,
      token: CANARY,
      backoff: FAST,
    });
    const { error } = await new Promise<{ error: unknown }>((resolve) => {
      socket.addEventListener("error", resolve);
    });
    assertInstanceOf(error, HandshakeError, String(error));
    assertEquals(error.status, 302);
    socket.close();
    await within(socket.closed);
    assertEquals(elsewhere.requests.length, 0);
  });
}

Deno.test("redaction: what a program reads is as the server sent it", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    await peer.write(encodeClose(4401, `bad token ${CANARY}`));
  });
  const socket = new ReconnectingWebSocket(`${server.url}/?key=${CANARY}`, [], {
    fatalCloseCodes: [4401],
  });
  const ended = new Promise<CloseEvent>((resolve) => {
    socket.addEventListener("close", resolve);
  });
  const error = await failure(socket.closed);
  assertInstanceOf(error, ConnectionClosedError, String(error));
  const reason = `bad token ${CANARY}`;
  assertEquals([error.reason, (await ended).reason], [reason, reason]);
  assertStringIncludes(error.message, "bad token …");
});

Deno.test("redaction: a lost connection tells its reason as the server sent it", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.accept();
    await peer.write(encodeClose(1012, "restart"));
  });
  await using socket = new ReconnectingWebSocket(
    `${server.url}/?reason=restart`,
  );
  const { reason } = await new Promise<DisconnectEvent>((resolve) => {
    socket.addEventListener("disconnect", resolve);
  });
  assertEquals(reason, "restart");
});

Deno.test("redaction: headers of a refusal are as the server sent them", async () => {
  await using server = await startTcpServer(async (peer) => {
    await peer.readRequest();
    await peer.write(
      `HTTP/1.1 302 Found\r\nLocation: /queue?room=${CANARY}\r\n` +
        "Content-Length: 0\r\n\r\n",
    );
  });
  const socket = new ReconnectingWebSocket(
    `${server.url}/?room=${CANARY}`,
    [],
    { backoff: { ...FAST, maxAttempts: 1 } },
  );
  const error = await failure(socket.closed);
  const refusal = error instanceof Error ? error.cause ?? error : error;
  assertInstanceOf(refusal, HandshakeError, String(refusal));
  assertEquals(refusal.headers.location, `/queue?room=${CANARY}`);
  assert(!refusal.message.includes(CANARY));
});

/** What programs read: it stays as the server sent it. */
const DATA: ReadonlySet<string> = new Set(["reason", "headers"]);

/** Writes down all that people read, wherever. */
class ReadableOutput implements Disposable {
  readonly records: string[] = [];
  readonly logger = {
    debug: (...args: unknown[]) => this.note(args),
    info: (...args: unknown[]) => this.note(args),
    warn: (...args: unknown[]) => this.note(args),
    error: (...args: unknown[]) => this.note(args),
  };
  readonly #console = { ...console };

  constructor() {
    Object.assign(globalThis.console, this.logger, { log: this.logger.info });
  }

  listenTo(socket: ReconnectingWebSocket): void {
    for (
      const type of [
        "open",
        "disconnect",
        "error",
        "close",
        "drop",
        "statuschange",
      ] as const
    ) {
      socket.addEventListener(type, (event: Event) => this.note(event));
    }
  }

  note(value: unknown): void {
    this.records.push(this.#describe(value, 0));
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis.console, this.#console);
  }

  /** All that people can read of a value, hidden and inherited members included. */
  #describe(value: unknown, depth: number): string {
    if (typeof value !== "object" || value === null) return String(value);
    if (depth > 5 || value instanceof EventTarget) return "";
    const names = new Set<string>(Object.getOwnPropertyNames(value));
    const prototype = Object.getPrototypeOf(value) ?? {};
    for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
    return [...names].filter((name) => !DATA.has(name)).map((name) => {
      const member: unknown = Reflect.get(value, name);
      if (typeof member === "function") return "";
      return `${name}: ${this.#describe(member, depth + 1)}`;
    }).join("\n");
  }
}
