import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { MessageStream } from "../../../lib/client/socket/message_stream.ts";
import {
  readableOf,
  writableOf,
} from "../../../lib/client/socket/web_streams.ts";
import {
  ConnectionClosedError,
  MessageExpiredError,
} from "../../../lib/client/errors/mod.ts";
import { startWsServer } from "../../system/servers/echo/ws_server.ts";

/** A stream whose messages the test makes available. */
function makeStream() {
  const messages: string[] = [];
  const stream = new MessageStream(() => messages.shift());
  const calls: string[] = [];
  const begun = Promise.withResolvers<void>();
  const readable = readableOf(stream, {
    begin: () => {
      calls.push("begin");
      begun.resolve();
    },
    released: () => calls.push("released"),
  });
  const arrive = (message: string) => {
    messages.push(message);
    stream.available();
  };
  return { messages, stream, calls, readable, arrive, begun: begun.promise };
}

const error = new ConnectionClosedError("Over", {
  closeCode: 1008,
  reason: "",
  wasClean: true,
  retryable: false,
});

Deno.test("readableOf() pulls nothing before it is read", async () => {
  const { messages, calls, readable, arrive } = makeStream();
  arrive("a");
  arrive("b");
  assertEquals([messages.length, calls], [2, []]);
  const reader = readable.getReader();
  assertEquals((await reader.read()).value, "a");
  assertEquals([messages.length, calls], [1, ["begin"]]);
});

Deno.test("readableOf() releases the consumer when it is cancelled while waiting", async () => {
  const { stream, calls, readable, arrive, begun } = makeStream();
  const reader = readable.getReader();
  const read = reader.read();
  await begun;
  await reader.cancel();
  assertEquals((await read).done, true);
  assertEquals(calls, ["begin", "released"]);
  const next = stream.receive();
  arrive("c");
  assertEquals(await next, "c");
});

Deno.test("readableOf() can be cancelled before it was read", async () => {
  const { calls, readable } = makeStream();
  await readable.cancel();
  assertEquals(calls, ["released"]);
});

Deno.test("readableOf() that was never read ends no other consumer when it is cancelled", async () => {
  const { stream, readable, arrive } = makeStream();
  const next = stream.receive();
  await readable.cancel();
  arrive("a");
  assertEquals(await next, "a");
});

Deno.test("readableOf() ends at a requested end, and errors at another", async () => {
  const requested = makeStream();
  requested.stream.end({ kind: "requested", error });
  assertEquals(await Array.fromAsync(requested.readable), []);
  const failed = makeStream();
  failed.stream.end({ kind: "failed", error });
  await assertRejects(
    () => Array.fromAsync(failed.readable),
    ConnectionClosedError,
  );
});

Deno.test("readableOf() keeps others from pulling at the same time", async () => {
  const { stream, readable, arrive, begun } = makeStream();
  const read = readable.getReader().read();
  await begun;
  await assertRejects(() => stream.receive(), DOMException, "Cannot pull");
  arrive("a");
  assertEquals((await read).value, "a");
});

Deno.test("writableOf() accepts more while some are on their way, up to a window", async () => {
  const pending: PromiseWithResolvers<void>[] = [];
  const writable = writableOf({
    write: () => {
      pending.push(Promise.withResolvers());
      return pending[pending.length - 1]!.promise;
    },
    close: () => Promise.resolve(),
    errored: () => {},
  });
  const writer = writable.getWriter();
  const writes = Array.from({ length: 100 }, () => writer.write("x"));
  await writes[62];
  assertEquals(pending.length, 64);
  pending[0]!.resolve();
  await writes[63];
  assertEquals(pending.length, 65);
  const closing = writer.close();
  for (const write of writes) {
    for (const { resolve } of pending) resolve();
    await write;
  }
  for (const { resolve } of pending) resolve();
  await closing;
});

Deno.test("writableOf() errors when a message is dropped", async () => {
  let errored = 0;
  const writable = writableOf({
    write: () => Promise.reject(error),
    close: () => Promise.resolve(),
    errored: () => errored += 1,
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write("x");
  await assertRejects(() => writer.write("y"), ConnectionClosedError);
  assertEquals(errored, 1);
});

Deno.test("writableOf() says once that it is errored", async () => {
  let errored = 0;
  const writes: PromiseWithResolvers<void>[] = [];
  const writable = writableOf({
    write: () => {
      writes.push(Promise.withResolvers());
      return writes.at(-1)!.promise;
    },
    close: () => Promise.resolve(),
    errored: () => errored += 1,
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  await Promise.all([writer.write("x"), writer.write("y")]);
  for (const { promise, reject } of writes) {
    reject(error);
    await promise.catch(() => {});
  }
  assertEquals([writes.length, errored], [2, 1]);
});

Deno.test("writableOf() can be aborted while the window is full and nothing is taken", async () => {
  const { promise: ended, reject: end } = Promise.withResolvers<void>();
  ended.catch(() => {});
  const writable = writableOf({
    write: () => ended,
    // The end of the socket ends its writes.
    close: () => Promise.resolve(end(error)),
    errored: () => {},
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const writes = Array.from({ length: 65 }, () => writer.write("x"));
  const settled = Promise.allSettled(writes);
  await writes[62];
  await writer.abort("enough");
  await settled;
});

Deno.test("ReconnectingWebSocket.writable is a new stream after a message was dropped", async () => {
  await using socket = new ReconnectingWebSocket("ws://localhost", [], {
    autoConnect: false,
    outbox: { ttl: 0 },
  });
  const { writable } = socket;
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write("x");
  await assertRejects(() => writer.closed, MessageExpiredError);
  assert(socket.writable !== writable);
  assertEquals(socket.writable, socket.writable);
});

Deno.test("writableOf() closes the socket when it is aborted", async () => {
  let closed = 0;
  const writable = writableOf({
    write: () => Promise.resolve(),
    close: () => Promise.resolve(void (closed += 1)),
    errored: () => {},
  });
  await writable.abort("enough");
  assert(closed > 0);
});

Deno.test("ReconnectingWebSocket.readable and .writable carry messages both ways, in order", async () => {
  await using server = await startWsServer();
  await using socket = new ReconnectingWebSocket(server.url);
  const sent = Array.from({ length: 1_000 }, (_, index) => `${index}`);
  const received: unknown[] = [];
  const reading = (async () => {
    for await (const message of socket.readable) {
      received.push(message);
      if (received.length === sent.length) break;
    }
  })();
  const writer = socket.writable.getWriter();
  for (const message of sent) {
    await writer.ready;
    writer.write(message);
  }
  await reading;
  assertEquals(received, sent);
  await writer.close();
  assertEquals(socket.readyState, socket.CLOSED);
});
