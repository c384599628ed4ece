/** Messages: text, binary data, order, queues and streams. */

import { ReconnectingWebSocket, WorkerWebSocket } from "@holdfast/websocket";
import { type Case, check, end, equal, fails, next } from "./case.ts";

const SIZES = [0, 1, 600, 100_000, 2_000_000];

/** The cases. */
export const MESSAGES: readonly Case[] = [
  {
    name: "connects, over the transport and in the worker that the docs say",
    run: async ({ url, transport }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      await socket.opened;
      equal([socket.status.kind, socket.status.transport], ["open", transport]);
      equal(socket.status.worker, "shared");
      await end(socket);
    },
  },
  {
    name: "carries text of any kind",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      for (const text of ["", "abc", "\u{10348} \u20ac", "x".repeat(70_000)]) {
        socket.send(text);
        equal(await socket.receive(), text);
      }
      await end(socket);
    },
  },
  {
    name: "carries binary data of 0 to 2,000,000 bytes",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      for (const size of SIZES) {
        const sent = new Uint8Array(size).map((_, index) => index % 251);
        socket.send(sent);
        const data = await socket.receive();
        check(data instanceof ArrayBuffer, `${size} bytes came as text`);
        const bytes = new Uint8Array(data as ArrayBuffer);
        equal(bytes.length, size);
        check(bytes.every((byte, index) => byte === sent[index]), `${size}`);
      }
      await end(socket);
    },
  },
  {
    name: "delivers binary data as Blob, if asked",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("bytes/9"));
      socket.binaryType = "blob";
      const { data } = await next<MessageEvent>(socket, "message");
      equal([data instanceof Blob, data.size], [true, 9]);
      await end(socket);
    },
  },
  {
    name: "keeps 5,000 messages in order",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      for (let n = 0; n < 5_000; n++) socket.send(`${n}`);
      let count = 0;
      for await (const message of socket) {
        equal(message, `${count}`);
        count += 1;
        if (count === 5_000) break;
      }
      await end(socket);
    },
  },
  {
    name: "queues what is sent before there is a connection",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        autoConnect: false,
      });
      socket.send("early");
      equal([socket.status.kind, socket.bufferedAmount], ["idle", 5]);
      socket.reconnect();
      equal(await socket.receive(), "early");
      equal(socket.bufferedAmount, 0);
      await end(socket);
    },
  },
  {
    name: "refuses what does not fit into the outbox",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        autoConnect: false,
        outbox: { maxMessages: 1 },
      });
      socket.send("fits");
      await fails("OutboxFullError", () => socket.send("does not"));
      await end(socket);
    },
  },
  {
    name: "reports what the outbox drops",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        autoConnect: false,
        outbox: { maxMessages: 1, overflow: "drop-oldest" },
      });
      const dropped = next<Event & { count: number; reason: string }>(
        socket,
        "drop",
      );
      socket.send("old");
      socket.send("new");
      const { count, reason } = await dropped;
      equal([count, reason], [1, "overflow"]);
      await end(socket);
    },
  },
  {
    name: "write() resolves when the transport has taken the message",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      await socket.write("a");
      equal(socket.metrics().sent.messages, 1);
      equal(await socket.receive(), "a");
      await end(socket);
    },
  },
  {
    name: "has Web Streams",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"));
      const writer = socket.writable.getWriter();
      const reader = socket.readable.getReader();
      await writer.write("through a stream");
      equal((await reader.read()).value, "through a stream");
      await writer.close();
      equal(socket.readyState, 3);
    },
  },
  {
    name: "agrees on a subprotocol",
    run: async ({ url }) => {
      const protocols = ["chat.v1", "chat.v2"];
      const socket = new ReconnectingWebSocket(url("echo"), protocols);
      equal((await socket.opened).protocol, "chat.v2");
      await end(socket);
    },
  },
  {
    name: "loses nothing of a flood, in order",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("flood/20000"));
      let count = 0;
      for await (const message of socket) {
        count += 1;
        equal(message, `${count}`);
        if (count === 20_000) break;
      }
      await end(socket);
    },
  },
  {
    name: "ends a connection whose message is too big",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("bytes/2000"), [], {
        maxMessageSize: 1_000,
      });
      await fails("ProtocolError", () => socket.closed);
    },
  },
  {
    name: "WorkerWebSocket is a WebSocket, in a worker",
    run: async ({ url }) => {
      const socket = new WorkerWebSocket(url("echo"), "chat.v2");
      socket.binaryType = "arraybuffer";
      await next(socket, "open");
      equal([socket.readyState, socket.protocol], [1, "chat.v2"]);
      const answer = next<MessageEvent>(socket, "message");
      socket.send("hello");
      equal((await answer).data, "hello");
      const closed = next<CloseEvent>(socket, "close");
      socket.close(4000, "done");
      const { code, reason, wasClean } = await closed;
      equal([code, reason, wasClean], [4000, "done", true]);
    },
  },
];
