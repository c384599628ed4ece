/** Connections: how they begin, end, and come back; tokens, greetings, hooks. */

import {
  type DisconnectEvent,
  type EndEvent,
  type FailureEvent,
  HandshakeError,
  ReconnectingWebSocket,
} from "@holdfast/websocket";
import {
  becomes,
  type Case,
  check,
  end,
  equal,
  fails,
  next,
  wait,
} from "./case.ts";

/** Comes back at once. */
const AT_ONCE = { backoff: { first: 1, cap: 1 } };

/** The cases. */
export const CONNECTIONS: readonly Case[] = [
  {
    name: "comes back after a loss, and says that it was one",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("drop/asked"), [], AT_ONCE);
      const lost = next<DisconnectEvent>(socket, "disconnect");
      await socket.opened;
      socket.send("drop");
      const { closeCode, wasClean, error, attempt } = await lost;
      equal([closeCode, wasClean, attempt], [1006, false, 1]);
      equal(error?.name, "ConnectionLostError");
      socket.send("again");
      equal(await socket.receive(), "again");
      equal(socket.metrics().opens, 2);
      await end(socket);
    },
  },
  {
    // WebKitGTK calls 1012, which is newer than RFC 6455, a loss.
    name: "comes back after a server has gone away with a clean close",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("close/1001"), [], AT_ONCE);
      const { closeCode, reason, error } = await next<DisconnectEvent>(
        socket,
        "disconnect",
      );
      equal([closeCode, reason, error], [1001, "as asked", undefined]);
      socket.send("again");
      equal(await socket.receive(), "again");
      await end(socket);
    },
  },
  {
    name: "ends for good at a close code that says so",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("close/4403"), [], AT_ONCE);
      socket.closed.catch(() => {});
      const { code, reason, why } = await next<EndEvent>(socket, "close");
      equal([code, reason, why], [4403, "as asked", "fatal"]);
      await fails("ConnectionClosedError", () => socket.send("too late"));
    },
  },
  {
    name: "tells that a handshake was refused, with its status where it can",
    run: async ({ url, isFull }) => {
      const socket = new ReconnectingWebSocket(url("refuse/503"));
      const { error, delay } = await next<DisconnectEvent>(
        socket,
        "disconnect",
      );
      if (isFull) {
        check(error instanceof HandshakeError, `${error?.name}`);
        const { status, headers } = error as HandshakeError;
        equal([status, headers["x-why"]], [503, "test"]);
        check(delay >= 7_000, `Retry-After was 7 s, and delay ${delay}`);
      } else equal(error?.retryable, true);
      await end(socket);
    },
  },
  {
    name: "tells that nobody listens",
    run: async ({ nowhere, isFull }) => {
      const socket = new ReconnectingWebSocket(await nowhere());
      const { error } = await next<FailureEvent>(socket, "error");
      equal(error.name, "ConnectError");
      if (isFull) equal(Reflect.get(error, "kind"), "refused");
      await end(socket);
    },
  },
  {
    name: "gives up an attempt after openTimeout",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("silence"), [], {
        openTimeout: 200,
      });
      const { error } = await next<FailureEvent>(socket, "error");
      equal(error.name, "OpenTimeoutError");
      await end(socket);
    },
  },
  {
    name: "ends after maxAttempts",
    run: async ({ nowhere }) => {
      const socket = new ReconnectingWebSocket(await nowhere(), [], {
        backoff: { first: 1, cap: 1, maxAttempts: 2 },
      });
      const { why } = await next<EndEvent>(socket, "close");
      equal(why, "exhausted");
      await fails("ReconnectError", () => socket.closed);
    },
  },
  {
    name: "closes with code and reason, and fires close once, last",
    run: async ({ url, seen }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at);
      const events: string[] = [];
      for (const type of ["open", "disconnect", "error", "close", "message"]) {
        socket.addEventListener(type, () => events.push(type));
      }
      await socket.opened;
      socket.close(4000, "enough");
      const { closeCode, reason, wasClean } = await socket.closed;
      equal([closeCode, reason, wasClean], [4000, "enough", true]);
      await wait(50);
      equal(events, ["open", "close"]);
      await becomes(async () => (await seen(at)).closes, [[4000, "enough"]]);
    },
  },
  {
    name: "sends what is queued before it closes",
    run: async ({ url, seen }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at);
      await socket.opened;
      socket.send("x".repeat(500_000));
      await end(socket);
      await becomes(async () => (await seen(at)).received, 500_000);
    },
  },
  {
    name: "reconnect() makes a new connection at once",
    run: async ({ url, seen }) => {
      const at = url("echo");
      const socket = new ReconnectingWebSocket(at);
      await socket.opened;
      const again = next(socket, "open");
      socket.reconnect("because");
      await again;
      await becomes(async () => (await seen(at)).connectedAt.length, 2);
      await end(socket);
    },
  },
  {
    name: "ends with its signal",
    run: async ({ url }) => {
      const abort = new AbortController();
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        signal: abort.signal,
      });
      await socket.opened;
      abort.abort();
      await next(socket, "close");
      equal(socket.readyState, 3);
      await socket.closed.catch(() => {});
    },
  },
  {
    name: "asks for the URL before each attempt",
    run: async ({ url }) => {
      let asked = 0;
      const at = url("drop/1");
      const socket = new ReconnectingWebSocket(
        () => {
          asked += 1;
          return at;
        },
        [],
        AT_ONCE,
      );
      await next(socket, "disconnect");
      await next(socket, "open");
      equal(asked, 2);
      await end(socket);
    },
  },
  {
    name: "sends a token, in a header or in the query",
    run: async ({ url, isFull }) => {
      const placement = isFull ? {} : { placement: { query: "token" } };
      const at = url("headers");
      const socket = new ReconnectingWebSocket(at, [], {
        token: { token: () => Promise.resolve("t0k3n"), ...placement },
      });
      const headers = JSON.parse(String(await socket.receive()));
      if (isFull) equal(headers.authorization, "Bearer t0k3n");
      check(!socket.url.includes("t0k3n"), socket.url);
      await end(socket);
    },
  },
  {
    name: "sends headers, and says who it is",
    needs: "network",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("headers"), [], {
        headers: { "X-Kiosk": "7" },
      });
      const headers = JSON.parse(String(await socket.receive()));
      equal(headers["x-kiosk"], "7");
      check(/^holdfast\//.test(headers["user-agent"]), headers["user-agent"]);
      await end(socket);
    },
  },
  {
    name: "is open only after the greeting",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("greet"), [], {
        greeting: { send: "hello", expect: "welcome" },
      });
      await socket.opened;
      socket.send("x");
      equal(await socket.receive(), "said x");
      await end(socket);
    },
  },
  {
    name: "runs hooks in the worker",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("greet"), [], {
        hooks: new URL("./hooks/greeting.ts", import.meta.url),
        greeting: { hook: true },
      });
      await socket.opened;
      await end(socket);
    },
  },
  {
    name: "sends heartbeats and measures the latency",
    run: async ({ url, isFull }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        heartbeat: {
          interval: 50,
          ...isFull ? {} : { message: "ping", expect: "pong" },
        },
      });
      const { latency } = await next<Event & { latency: number }>(
        socket,
        "heartbeat",
      );
      check(latency >= 0 && latency < 5_000, `${latency} ms`);
      check(await socket.probe() < 5_000, "A probe took long");
      await end(socket);
    },
  },
  {
    name: "finds out within interval and timeout that a peer is dead",
    run: async ({ url, isFull }) => {
      const socket = new ReconnectingWebSocket(url("mute"), [], {
        heartbeat: {
          interval: 200,
          timeout: 300,
          ...isFull ? {} : { message: "ping", expect: "pong" },
        },
        closeTimeout: 100,
        ...AT_ONCE,
      });
      await socket.opened;
      const openedAt = performance.now();
      const { error } = await next<DisconnectEvent>(socket, "disconnect");
      const found = performance.now() - openedAt;
      equal(error?.name, "HeartbeatTimeoutError");
      check(found < 500 + 400, `It took ${found} ms`);
      await end(socket);
    },
  },
  {
    name: "writes a log without secrets",
    needs: "network",
    run: async ({ url }) => {
      const lines: string[] = [];
      const log = (message: string, fields: object) => {
        lines.push(message + JSON.stringify(fields));
      };
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        token: "s3cret",
        logger: { debug: log, info: log, warn: log, error: log },
      });
      await socket.opened;
      await end(socket);
      check(lines.length > 2, `${lines.length} lines`);
      check(!lines.join("\n").includes("s3cret"), "The token is in the log");
    },
  },
];
