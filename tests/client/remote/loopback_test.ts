import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ConnectError,
  HandshakeError,
  MessageExpiredError,
  ReconnectError,
  ReconnectingWebSocket,
  type ReconnectingWebSocketOptions,
  WorkerWebSocket,
} from "../../../mod.ts";

const QUICK: ReconnectingWebSocketOptions = {
  worker: "none",
  backoff: { first: 1, cap: 1 },
};

/** An echo that closes a connection when it is asked to. */
function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      if (data === "drop me") socket.close(1012, "restart");
      else if (data === "go away") socket.close(4404, "gone");
      else socket.send(data);
    };
    return response;
  });
}

function urlOf(server: Deno.HttpServer<Deno.NetAddr>): string {
  return `ws://localhost:${server.addr.port}/`;
}

Deno.test("a socket comes back after the server closed, and keeps what was sent", async () => {
  await using server = serve();
  await using socket = new ReconnectingWebSocket(urlOf(server), [], QUICK);
  const opens: boolean[] = [];
  socket.addEventListener("open", ({ reconnected }) => opens.push(reconnected));
  socket.ondisconnect = ({ closeCode, reason }) => {
    assertEquals([closeCode, reason], [1012, "restart"]);
    socket.send("kept");
  };
  socket.send("first");
  assertEquals(await socket.receive(), "first");
  socket.send("drop me");
  assertEquals(await socket.receive(), "kept");
  assertEquals(opens, [false, true]);
  const { attempts, disconnects, sent, received } = socket.metrics();
  assertEquals([attempts, disconnects], [2, 1]);
  assertEquals([sent.messages, sent.bytes], [3, 16]);
  assertEquals([received.messages, received.bytes], [2, 9]);
});

Deno.test("a socket delivers 10,000 messages in order, pulled", async () => {
  await using server = serve();
  await using socket = new ReconnectingWebSocket(urlOf(server), [], QUICK);
  for (let index = 0; index < 10_000; index += 1) socket.send(`${index}`);
  let expected = 0;
  for await (const message of socket) {
    assertEquals(message, `${expected}`);
    expected += 1;
    if (expected === 10_000) break;
  }
});

Deno.test("a fatal close code ends a socket", async () => {
  await using server = serve();
  const socket = new ReconnectingWebSocket(urlOf(server), [], QUICK);
  socket.send("go away");
  const { closeCode } = await assertRejects(() => socket.closed) as {
    closeCode?: number;
  };
  assertEquals(closeCode, 4404);
});

Deno.test("a refused handshake ends a socket with its status", async () => {
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(null, { status: 403 }),
  );
  const socket = new ReconnectingWebSocket(urlOf(server), [], QUICK);
  const error = await assertRejects(() => socket.closed, HandshakeError);
  assertEquals(error.status, 403);
});

Deno.test("attempts that are refused are spent one after the other", async () => {
  const listener = Deno.listen({ port: 0 });
  const { port } = listener.addr;
  listener.close();
  const options = { ...QUICK, backoff: { first: 1, cap: 1, maxAttempts: 3 } };
  const socket = new ReconnectingWebSocket(
    `ws://127.0.0.1:${port}`,
    [],
    options,
  );
  const errors: unknown[] = [];
  socket.onerror = ({ error }) => errors.push(error);
  const error = await assertRejects(() => socket.closed, ReconnectError);
  assertEquals([error.attempts, errors.length], [3, 3]);
  assertInstanceOf(errors[0], ConnectError);
  assertInstanceOf(error.cause, ConnectError);
});

Deno.test("a provider is asked before each attempt, and one that fails is tried again", async () => {
  await using server = serve();
  let asked = 0;
  await using socket = new ReconnectingWebSocket(
    () => {
      asked += 1;
      if (asked === 1) throw new Error("no luck");
      return urlOf(server);
    },
    [],
    QUICK,
  );
  await socket.opened;
  assertEquals([asked, socket.url], [2, urlOf(server)]);
});

Deno.test("a socket sends at once what may not wait, and drops it while it is not open", async () => {
  await using server = serve();
  await using socket = new ReconnectingWebSocket(urlOf(server), [], {
    ...QUICK,
    outbox: { ttl: 0 },
  });
  await assertRejects(() => socket.write("too early"), MessageExpiredError);
  await socket.opened;
  for (let index = 0; index < 100; index += 1) {
    await socket.write(`${index}`, { ttl: 0 });
    assertEquals(await socket.receive(), `${index}`);
  }
  socket.send("by the default of the outbox");
  assertEquals(await socket.receive(), "by the default of the outbox");
  assertEquals(socket.metrics().droppedOutbound.messages, 1);
});

/** A server that sends many messages in one go as soon as a client is there. */
function serveBurst(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      for (let index = 0; index < 200; index += 1) socket.send(`${index}`);
    };
    return response;
  });
}

/** The next event, after as many turns of promises as wrappers may take. */
async function next(socket: EventTarget, type: string): Promise<unknown> {
  const event = await new Promise<unknown>((resolve) =>
    socket.addEventListener(type, (event) => resolve(event), { once: true })
  );
  for (let turn = 0; turn < 20; turn += 1) await undefined;
  return event;
}

for (const Socket of [ReconnectingWebSocket, WorkerWebSocket]) {
  Deno.test(`${Socket.name} loses no message to code that awaits one after the other`, async () => {
    await using server = serveBurst();
    const socket = new Socket(urlOf(server), [], { worker: "none" });
    await next(socket, "open");
    for (let index = 0; index < 200; index += 1) {
      const event = await next(socket, "message");
      assertEquals(event instanceof MessageEvent && event.data, `${index}`);
    }
    const closed = next(socket, "close");
    socket.close();
    await closed;
  });

  Deno.test(`${Socket.name} loses no message to onmessage set anew each time`, async () => {
    await using server = serveBurst();
    const socket = new Socket(urlOf(server), [], { worker: "none" });
    const handler = async () => {
      const { data } = await new Promise<MessageEvent>((resolve) =>
        socket.onmessage = (event) => resolve(event)
      );
      return Promise.resolve(data);
    };
    for (let index = 0; index < 200; index += 1) {
      assertEquals(await handler(), `${index}`);
    }
    const closed = next(socket, "close");
    socket.close();
    await closed;
  });

  Deno.test(`${Socket.name} loses no message to one handler that hands over what is waited for`, async () => {
    await using server = serveBurst();
    const socket = new Socket(urlOf(server), [], { worker: "none" });
    let waiting: ((data: unknown) => void) | undefined;
    socket.onmessage = ({ data }: MessageEvent) => {
      waiting?.(data);
      waiting = undefined;
    };
    for (let index = 0; index < 200; index += 1) {
      const data = await new Promise((resolve) => waiting = resolve);
      assertEquals(data, `${index}`);
      for (let turn = 0; turn < 20; turn += 1) await undefined;
    }
    const closed = next(socket, "close");
    socket.close();
    await closed;
  });

  Deno.test(`${Socket.name} lets promise reactions run between two messages`, async () => {
    await using server = serveBurst();
    const socket = new Socket(urlOf(server), [], { worker: "none" });
    const log: string[] = [];
    const done = new Promise<void>((resolve) => {
      socket.addEventListener("message", (event) => {
        const data = event instanceof MessageEvent ? event.data : undefined;
        log.push(`message ${data}`);
        Promise.resolve().then(() => log.push(`reaction ${data}`));
        if (data === "199") resolve();
      });
    });
    await done;
    const closed = next(socket, "close");
    socket.close();
    await closed;
    const expected = Array.from(
      { length: 200 },
      (_, index) => [`message ${index}`, `reaction ${index}`],
    );
    assertEquals(log, expected.flat());
  });
}
