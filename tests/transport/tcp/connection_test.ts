import { assert, assertEquals } from "@std/assert";
import { Connection } from "../../../lib/transport/tcp/connection.ts";
import type { Conn } from "../../../lib/transport/tcp/dial/deno_net.ts";
import type { TransportListener } from "../../../lib/transport/transport.ts";
import {
  encodeClose,
  encodeFrame,
  OPCODE,
} from "../../system/servers/tcp/frames.ts";

/** A connection whose listener ignores what is not given. */
function connectionOver(
  conn: Conn,
  listener: Partial<TransportListener>,
): Connection {
  return new Connection({
    conn,
    maxMessageSize: 1_000,
    deflate: undefined,
    listener: {
      ...{ open() {}, message() {}, pong() {}, writable() {}, end() {} },
      ...listener,
    },
  });
}

/** Both ends of a connection, and what its listener hears. */
class Stage {
  readonly calls: string[] = [];
  readonly connection: Connection;
  readonly ended: Promise<void>;
  /** What was unwritten at each call that says that it has fallen. */
  readonly unwritten: number[] = [];
  /** Called with each message. */
  onmessage = () => {};

  constructor(
    conn: Deno.Conn,
    readonly peer: Deno.Conn,
    first?: Uint8Array<ArrayBuffer>,
  ) {
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    const listener: TransportListener = {
      open: () => this.calls.push("open"),
      message: (data) => {
        this.calls.push(`${data}`);
        this.onmessage();
      },
      pong: (payload) => this.calls.push(`pong ${payload}`),
      writable: () => this.unwritten.push(this.connection.unwritten),
      end: ({ closeCode }, failure) => {
        const detail = failure && "detail" in failure ? failure.detail : "";
        this.calls.push(`end ${closeCode} ${failure?.type} ${detail}`.trim());
        ended.resolve();
      },
    };
    this.connection = connectionOver(conn, listener);
    this.run = this.connection.run(first ?? new Uint8Array());
  }

  readonly run: Promise<void>;

  /** Waits for so many calls. */
  async until(count: number): Promise<void> {
    while (this.calls.length < count) await turn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.connection.terminate();
    this.peer[Symbol.dispose]();
    await this.run;
  }
}

async function start(first?: Uint8Array<ArrayBuffer>): Promise<Stage> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [conn, peer] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port }),
    listener.accept(),
  ]);
  return new Stage(conn, peer, first);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("Connection.run() receives what came behind the handshake", async () => {
  await using stage = await start(
    encodeFrame("first") as Uint8Array<ArrayBuffer>,
  );
  assertEquals(stage.calls, ["first"]);
  assertEquals(stage.connection.progress, 7);
  await stage.peer.write(encodeFrame("second"));
  await stage.until(2);
  assertEquals(stage.calls, ["first", "second"]);
  assertEquals(stage.connection.progress, 15);
});

Deno.test("Connection.pause() delivers what was read, and reads no more", async () => {
  await using stage = await start();
  stage.onmessage = () => stage.connection.pause();
  await stage.peer.write(encodeFrame("1"));
  await stage.until(1);
  const { progress } = stage.connection;
  await stage.peer.write(encodeFrame("2"));
  for (let turns = 0; turns < 20; turns += 1) await turn();
  assertEquals(stage.connection.progress, progress);
  stage.connection.resume();
  await stage.until(2);
});

Deno.test("Connection.terminate() ends a pause, and delivers nothing of the rest", async () => {
  await using stage = await start();
  stage.onmessage = () => stage.connection.terminate();
  await stage.peer.write(encodeFrame("1"));
  await stage.peer.write(encodeFrame("2"));
  await stage.run;
  assertEquals(stage.calls, ["1"]);
  await using paused = await start();
  paused.connection.pause();
  await turn();
  paused.connection.terminate();
  await paused.run;
  assertEquals(paused.calls, []);
});

Deno.test("Connection takes a close frame that a pause left unread for the end it is", async () => {
  await using stage = await start();
  await stage.peer.write(encodeClose(4000, "bye"));
  stage.peer.close();
  await stage.ended;
  assertEquals(stage.calls, ["end 4000 closed"]);
});

Deno.test("Connection.send() and ping() do nothing after the end has begun", async () => {
  await using stage = await start();
  stage.connection.close(1000, "");
  assert(!stage.connection.isOpen);
  assertEquals(stage.connection.send("late"), true);
  stage.connection.ping("1");
  stage.connection.close(1001, "");
  const buffer = new Uint8Array(100);
  // One close frame: 2 bytes of header, 4 of mask, 2 of code.
  assertEquals(await stage.peer.read(buffer), 8);
  await stage.peer.write(encodeClose(1000));
  stage.peer.close();
  await stage.ended;
  assertEquals(stage.calls, ["end 1000 undefined"]);
});

Deno.test("Connection says why it was lost", async () => {
  await using stage = await start();
  stage.peer.close();
  await stage.ended;
  assertEquals(stage.calls, ["end 1006 lost No close frame was received"]);
});

Deno.test("Connection ends when no more can be written, though nothing says so to its reads", async () => {
  await using stage = await start();
  stage.connection.pause();
  await stage.peer.write(encodeFrame("1"));
  await stage.until(1);
  stage.peer.close();
  while (!stage.calls[1]?.startsWith("end")) {
    stage.connection.send("x");
    await turn();
  }
  assertEquals(stage.calls[1]?.slice(0, 13), "end 1006 lost");
});

Deno.test("Connection.unwritten counts exactly the messages that the system has not taken", async () => {
  await using stage = await start();
  const { connection, peer } = stage;
  const message = new ArrayBuffer(1_000);
  // With its head and its masking key.
  const frame = 1_008;
  let sent = 0;
  for (let stalled = 0; stalled < 20;) {
    for (let index = 0; index < 256; index += 1) connection.send(message);
    sent += 256;
    const before = connection.bufferedAmount;
    await turn();
    stalled = connection.bufferedAmount === before ? stalled + 1 : 0;
  }
  assertEquals(
    connection.unwritten,
    Math.ceil(connection.bufferedAmount / frame),
  );
  const buffer = new Uint8Array(1 << 20);
  for (let left = sent * frame; left > 0;) {
    left -= await peer.read(buffer) ?? 0;
  }
  while (connection.unwritten > 0) await turn();
  assertEquals(connection.bufferedAmount, 0);
  assertEquals(stage.unwritten.at(-1), 0);
});

Deno.test("Connection answers a violation, stops writing, and does not wait for long", async () => {
  await using stage = await start();
  await stage.peer.write(encodeFrame("x", { opcode: OPCODE.continuation }));
  const buffer = new Uint8Array(200);
  let seen = 0;
  for (;;) {
    const count = await stage.peer.read(buffer);
    if (count === null) break;
    seen += count;
  }
  assert(seen > 8);
  // It has ended its side at once (RFC 6455, 7.1.7).
  assertEquals(stage.calls, []);
  // It still reads, so that nothing of what it wrote is lost to a reset.
  await stage.peer.write(new Uint8Array(1_000));
  await stage.ended;
  assertEquals(stage.calls[0]?.slice(0, 17), "end 1006 protocol");
});

Deno.test("Connection lets the server end TCP first (RFC 6455, 7.1.1)", async () => {
  await using stage = await start();
  await stage.peer.write(encodeClose(1000));
  const buffer = new Uint8Array(100);
  assertEquals(await stage.peer.read(buffer), 8);
  // It waits for a while, and only its end, which was reported, ends TCP.
  const order: string[] = [];
  const read = stage.peer.read(buffer).then(() => order.push("TCP"));
  const ended = stage.ended.then(() => order.push("end"));
  await Promise.all([read, ended]);
  assertEquals(order, ["end", "TCP"]);
});

Deno.test("Connection takes a read of nothing for the end, not to read nothing for ever", async () => {
  const conn: Conn = {
    read: () => Promise.resolve(0),
    write: (data) => Promise.resolve(data.length),
    closeWrite: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
  const ended = Promise.withResolvers<void>();
  const connection = connectionOver(conn, { end: () => ended.resolve() });
  connection.run(new Uint8Array());
  await ended.promise;
});

Deno.test("Connection owes one answer to a peer that sends pings and reads nothing", async () => {
  const ping = encodeFrame("8 bytes.", { opcode: OPCODE.ping });
  const flood = new Uint8Array(100 * ping.length);
  for (let at = 0; at < flood.length; at += ping.length) flood.set(ping, at);
  const drained = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<null>();
  const writes: Uint8Array[] = [];
  let reads = 0;
  const conn: Conn = {
    read: (buffer) => {
      reads += 1;
      if (reads > 1_000) {
        drained.resolve();
        return ended.promise;
      }
      buffer.set(flood);
      return Promise.resolve(flood.length);
    },
    write: async (data) => {
      writes.push(data.slice());
      await taken.promise;
      return data.length;
    },
    closeWrite: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
  const connection = connectionOver(conn, {});
  const run = connection.run(new Uint8Array());
  await drained.promise;
  // 100,000 pings came, and one answer is being written: a head, a key, 8 bytes.
  assertEquals([writes.length, connection.bufferedAmount], [1, 14]);
  taken.resolve();
  while (connection.bufferedAmount > 0 || writes.length < 2) await turn();
  assertEquals(writes.map(({ length }) => length), [14, 14]);
  ended.resolve(null);
  await run;
});

Deno.test("Connection.run() ends with a failure where a listener throws", async () => {
  for (const first of [encodeFrame("first"), new Uint8Array()]) {
    await using stage = await start(first as Uint8Array<ArrayBuffer>);
    stage.onmessage = () => {
      throw new Error("no memory");
    };
    await stage.peer.write(encodeFrame("second")).catch(() => {});
    await stage.ended;
    await stage.run;
    assertEquals(
      stage.calls.at(-1),
      "end 1006 lost The transport failed: no memory",
    );
  }
});

Deno.test("Connection tells a peer that a text is too long for a string", async () => {
  await using stage = await start();
  const failure = { type: "too-big", limit: 5 } as const;
  stage.onmessage = () =>
    stage.connection.concluded(
      { closeCode: 1006, reason: "", wasClean: false },
      failure,
    );
  const frames = [encodeFrame("länger"), encodeFrame("ignored")];
  await stage.peer.write(Uint8Array.from(frames.flatMap((each) => [...each])));
  const buffer = new Uint8Array(64);
  const count = await stage.peer.read(buffer);
  // A masked close frame: the code is behind header and key.
  const [first = 0, , ...rest] = buffer.subarray(0, count ?? 0);
  const code = [0, 1].map((at) => rest[at + 4]! ^ rest[at]!);
  assertEquals([first, ...code], [0x88, 1009 >> 8, 1009 & 255]);
  stage.peer[Symbol.dispose]();
  await stage.ended;
  assertEquals(stage.calls, ["länger", "end 1006 too-big"]);
});
