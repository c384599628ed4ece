import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { WorkerWebSocket } from "../../lib/client/worker_websocket.ts";
import { type CloseInfo, LOST } from "../../lib/rfc6455/close.ts";
import type { Failure } from "../../lib/connection/failure.ts";
import { makeStage, type Stage } from "./workers/fake_global_worker.ts";
import { settle } from "./fake_worker.ts";

const TYPES = ["open", "message", "error", "close"] as const;
const LOSS: Failure = { type: "lost", detail: "" };

function make(stage: Stage): WorkerWebSocket {
  const socket = new WorkerWebSocket("ws://localhost/", [], {
    worker: stage.host,
  });
  stage.worker.ready();
  return socket;
}

function makeOpen(stage: Stage): WorkerWebSocket {
  const socket = make(stage);
  stage.worker.open(1);
  return socket;
}

/** Writes down each event with the state that listeners see. */
function record(socket: WorkerWebSocket): string[] {
  const events: string[] = [];
  for (const type of TYPES) {
    socket.addEventListener(type, (event) => {
      const close = event instanceof CloseEvent
        ? ` ${event.code} ${event.reason} ${event.wasClean}`
        : "";
      events.push(
        `${event.constructor.name} ${type} ${socket.readyState}${close}`,
      );
    });
  }
  return events;
}

function end(stage: Stage, cause: Failure, info: CloseInfo = LOST): void {
  const failure: Failure = {
    type: "exhausted",
    attempts: 1,
    elapsed: 5,
    cause,
  };
  stage.worker.tell({
    type: "closed",
    id: 1,
    after: 0,
    status: { kind: "closed", attempt: 1 },
    info,
    cause: "exhausted",
    failure,
  });
}

Deno.test("WorkerWebSocket is a WebSocket class for the type checker", () => {
  const Class: new (url: string, protocols?: string | string[]) => WebSocket =
    WorkerWebSocket;
  assertStrictEquals(Class.name, "WorkerWebSocket");
});

Deno.test("WorkerWebSocket looks as Web IDL has it", () => {
  const { prototype } = WorkerWebSocket;
  assertEquals([WorkerWebSocket.name, WorkerWebSocket.length], [
    "WorkerWebSocket",
    1,
  ]);
  for (const each of [WorkerWebSocket, prototype]) {
    assertEquals([each.CONNECTING, each.OPEN, each.CLOSING, each.CLOSED], [
      0,
      1,
      2,
      3,
    ]);
    const { writable, enumerable, configurable } =
      Object.getOwnPropertyDescriptor(each, "OPEN") ?? {};
    assertEquals([writable, enumerable, configurable], [false, true, false]);
  }
  assertStrictEquals(Object.getPrototypeOf(prototype), EventTarget.prototype);
  assertEquals(Object.keys(prototype).sort(), [
    "CLOSED",
    "CLOSING",
    "CONNECTING",
    "OPEN",
    "binaryType",
    "bufferedAmount",
    "close",
    "extensions",
    "onclose",
    "onerror",
    "onmessage",
    "onopen",
    "protocol",
    "readyState",
    "send",
    "url",
  ]);
});

Deno.test("WorkerWebSocket() throws what the platform throws for URL and protocols", () => {
  const wrong: [string, string | string[]][] = [
    ["ftp://localhost/", []],
    ["ws://foo bar.com/", []],
    ["ws://localhost/#", []],
    ["/relative", []],
    ["ws://localhost/", ""],
    ["ws://localhost/", "a b"],
    ["ws://localhost/", ["echo", "Echo"]],
    ["ws://localhost/", ["a", "b", "a"]],
  ];
  for (const [url, protocols] of wrong) {
    const { name } = assertThrows(
      () => new WorkerWebSocket(url, protocols),
      DOMException,
    );
    assertEquals(name, "SyntaxError", `${url} ${protocols}`);
  }
});

Deno.test("WorkerWebSocket() needs a URL", () => {
  assertThrows(() => Reflect.construct(WorkerWebSocket, []), TypeError);
});

Deno.test("WorkerWebSocket() resolves the URL and passes protocols on", async () => {
  await using stage = makeStage();
  const { host: worker } = stage;
  const socket = new WorkerWebSocket(new URL("https://example.com/a?b"), [
    "a",
    "b",
  ], { worker });
  stage.worker.ready();
  assertEquals([socket.url, socket.readyState, socket.binaryType], [
    "wss://example.com/a?b",
    0,
    "blob",
  ]);
  assertEquals(stage.worker.all("connect")[0]?.setup.protocols, ["a", "b"]);
});

Deno.test("headers are copied, as they are checked once", async () => {
  await using stage = makeStage();
  const headers = { "x-key": "a" };
  new WorkerWebSocket("ws://localhost/", [], { worker: stage.host, headers });
  headers["x-key"] = "a\r\nHost: b";
  stage.worker.ready();
  // It goes to the worker once more when that is ready.
  const sent = stage.worker.posts.flat().flatMap((command) =>
    command.type === "connect" ? [command.setup.headers] : []
  );
  assertEquals(sent, [{ "x-key": "a" }, { "x-key": "a" }]);
});

Deno.test("WorkerWebSocket() ignores options that others take", async () => {
  await using stage = makeStage();
  const options = { worker: stage.host, perMessageDeflate: false };
  assertEquals(
    new WorkerWebSocket("ws://localhost/", [], options).readyState,
    0,
  );
});

Deno.test("open comes with readyState 1", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  stage.worker.open(1);
  assertEquals(events, ["Event open 1"]);
});

Deno.test("a server's close fires close with its code, and no error", async () => {
  await using stage = makeStage();
  const events = record(makeOpen(stage));
  const info = { closeCode: 4000, reason: "bye", wasClean: true };
  end(stage, { type: "closed", ...info }, info);
  await settle();
  assertEquals(events, ["CloseEvent close 3 4000 bye true"]);
});

Deno.test("a connection lost after open fires close 1006 and no error", async () => {
  await using stage = makeStage();
  const events = record(makeOpen(stage));
  end(stage, LOSS);
  await settle();
  assertEquals(events, ["CloseEvent close 3 1006  false"]);
});

Deno.test("a refused connection fires a plain error, then close 1006, both CLOSED", async () => {
  await using stage = makeStage();
  const events = record(make(stage));
  end(stage, { type: "connect", kind: "refused", detail: "" });
  assertEquals(events, ["Event error 3", "CloseEvent close 3 1006  false"]);
});

Deno.test("a protocol violation fires a plain error, then close 1006, both CLOSED", async () => {
  await using stage = makeStage();
  const events = record(makeOpen(stage));
  const info = { closeCode: 1002, reason: "", wasClean: false };
  end(stage, { type: "protocol", closeCode: 1002, detail: "" }, info);
  await settle();
  assertEquals(events, ["Event error 3", "CloseEvent close 3 1006  false"]);
});

Deno.test("a loss for which the platform fires an error fires one too, then close 1006", async () => {
  await using stage = makeStage();
  const events = record(makeOpen(stage));
  end(stage, { type: "lost", detail: "", event: "error" });
  await settle();
  assertEquals(events, ["Event error 3", "CloseEvent close 3 1006  false"]);
});

Deno.test("close() while connecting fires error, then close 1006, and never open", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  socket.close();
  assertEquals(socket.readyState, 2);
  stage.worker.open(1);
  await settle();
  const info = { closeCode: 1005, reason: "", wasClean: true };
  stage.worker.tell({
    type: "closed",
    id: 1,
    after: 0,
    status: { kind: "closed", attempt: 1 },
    info,
    cause: "requested",
  });
  await settle();
  assertEquals(events, ["Event error 3", "CloseEvent close 3 1006  false"]);
});

Deno.test("close() lets no message through any more", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const events = record(socket);
  socket.close(3000, "bye");
  socket.close();
  stage.worker.deliver(["late"]);
  await settle();
  assertEquals(
    stage.worker.all("close").map((
      { closeCode, reason },
    ) => [closeCode, reason]),
    [
      [3000, "bye"],
    ],
  );
  stage.worker.close(1);
  assertEquals(events, ["CloseEvent close 3 1000  true"]);
});

Deno.test("close() checks code and reason as the platform does", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  for (const code of [0, 999, 1001, 1005, 2999, 5000, 65_536 + 1000, -1, NaN]) {
    const { name } = assertThrows(() => socket.close(code), DOMException);
    assertEquals(name, "InvalidAccessError", `${code}`);
  }
  for (const reason of ["x".repeat(124), "\ud800".repeat(42)]) {
    const { name } = assertThrows(
      () => socket.close(1000, reason),
      DOMException,
    );
    assertEquals([name, socket.readyState], ["SyntaxError", 1]);
  }
  socket.close(undefined, "x".repeat(123));
  await settle();
  assertEquals(stage.worker.all("close")[0]?.closeCode, 1000);
});

Deno.test("send() throws while connecting, and after close() only grows bufferedAmount", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const { name } = assertThrows(() => socket.send("early"), DOMException);
  assertEquals([name, socket.bufferedAmount], ["InvalidStateError", 0]);
  stage.worker.open(1);
  socket.close();
  socket.send("é");
  socket.send(new Blob(["abc"]));
  socket.send(new Uint16Array(2));
  assertEquals(socket.bufferedAmount, 2 + 3 + 4);
  stage.worker.close(1);
  socket.send(new ArrayBuffer(1));
  await settle();
  assertEquals([socket.bufferedAmount, stage.worker.sent], [10, []]);
});

Deno.test("bufferedAmount keeps what a lost connection did not send", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  socket.send("12345");
  assertEquals(socket.bufferedAmount, 5);
  end(stage, LOSS);
  await settle();
  assertEquals(socket.bufferedAmount, 5);
});

Deno.test("send() makes text of anything else", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const send = (...args: unknown[]) => Reflect.apply(socket.send, socket, args);
  for (const data of [undefined, null, 5, { toString: () => "object" }]) {
    send(data);
  }
  assertThrows(() => send(Symbol()), TypeError);
  assertThrows(() => send(), TypeError);
  await settle();
  assertEquals(stage.worker.sent, ["undefined", "null", "5", "object"]);
});

Deno.test("message carries text, or binary as binaryType says, in order", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const data: unknown[] = [];
  socket.onmessage = (event) => {
    assertEquals(event.origin, "ws://localhost");
    data.push(event.data);
    socket.binaryType = "arraybuffer";
  };
  stage.worker.deliver([new ArrayBuffer(1), "text", new ArrayBuffer(2)]);
  await settle();
  assertInstanceOf(data[0], Blob);
  assertEquals(data[1], "text");
  assertInstanceOf(data[2], ArrayBuffer);
});

for (const transport of ["tcp", "ws", "native"] as const) {
  Deno.test(`WorkerWebSocket speaks with a server over ${transport}`, async () => {
    await using server = Deno.serve({ port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol: "echo",
      });
      socket.binaryType = "arraybuffer";
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    });
    const url = `http://localhost:${server.addr.port}`;
    const socket = new WorkerWebSocket(url, "echo", {
      worker: "none",
      transport,
    });
    const events = record(socket);
    const closed = new Promise((resolve) =>
      socket.addEventListener("close", resolve)
    );
    socket.onopen = () => socket.send(new Blob(["a", "b"]));
    socket.onmessage = async ({ data }) => {
      assertEquals([await data.text(), socket.protocol], ["ab", "echo"]);
      socket.close(1000, "done");
    };
    await closed;
    assertEquals(events, [
      "Event open 1",
      "MessageEvent message 1",
      "CloseEvent close 3 1000 done true",
    ]);
  });
}
