import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectionLostError } from "../../lib/client/errors/mod.ts";
import { LOST } from "../../lib/rfc6455/close.ts";
import type { NoticeOf } from "../../lib/boundary/protocol.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle } from "./fake_worker.ts";
import {
  deliver,
  end,
  lose,
  LOSS,
  make,
  makeOpen,
  NORMAL,
  record,
} from "./reconnecting_stage.ts";

Deno.test("messages never come after close, nor before open", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const events = record(socket);
  stage.worker.open(1);
  await settle();
  deliver(stage, 1, "a");
  await settle();
  socket.close();
  deliver(stage, 2, "b");
  end(stage, { info: NORMAL, cause: "requested" });
  deliver(stage, 3, "c");
  await settle();
  await settle();
  const order = events.map((event) => event.split(" ")[0]).filter((type) =>
    type === "open" || type === "message" || type === "close"
  );
  assertEquals(order, ["open", "message", "close"]);
});

Deno.test("receive() gives all that came before an end that is known first", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const first = socket.receive();
  await settle();
  stage.worker.close(1, 2, { info: LOST, cause: "fatal", failure: LOSS });
  await settle();
  deliver(stage, 1, "a", "b");
  assertEquals(await first, "a");
  assertEquals(await socket.receive(), "b");
  await assertRejects(() => socket.receive(), ConnectionLostError);
});

Deno.test("write() that waits rejects with what ended the socket, also where messages come before it", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const received = socket.receive();
  const written = assertRejects(() => socket.write("x"), ConnectionLostError);
  await settle();
  stage.worker.close(1, 1, { info: LOST, cause: "fatal", failure: LOSS });
  await settle();
  deliver(stage, 1, "a");
  await written;
  assertEquals(await received, "a");
});

Deno.test("binaryType, protocol and extensions are right after each reconnect", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const data: unknown[] = [];
  socket.onmessage = (event) => data.push(event.data);
  const opened: NoticeOf<"opened"> = {
    type: "opened",
    id: 1,
    after: 0,
    url: "ws://elsewhere.test/",
    protocol: "v1",
    extensions: "permessage-deflate",
    status: { kind: "open", attempt: 1 },
    reconnected: false,
    transport: "ws",
  };
  assertEquals(socket.binaryType, "arraybuffer");
  stage.worker.tell(opened);
  await settle();
  assertEquals([socket.protocol, socket.extensions], [
    "v1",
    "permessage-deflate",
  ]);
  assertEquals([socket.status.transport, socket.url], [
    "ws",
    "ws://elsewhere.test/",
  ]);
  socket.binaryType = "blob";
  Object.assign(socket, { binaryType: "nonsense" });
  lose(stage, { failure: LOSS });
  await settle();
  stage.worker.tell({
    ...opened,
    protocol: "v2",
    extensions: "",
    reconnected: true,
  });
  await settle();
  assertEquals([socket.protocol, socket.extensions, socket.binaryType], [
    "v2",
    "",
    "blob",
  ]);
  deliver(stage, 1, new ArrayBuffer(3), "text");
  await settle();
  assertInstanceOf(data[0], Blob);
  assertEquals(data[1], "text");
});

Deno.test("message events and errors have the URL that was connected to", async () => {
  await using stage = makeStage();
  const socket = make(stage, {}, "https://example.com/feed");
  const origins: string[] = [];
  socket.onmessage = ({ origin }) => origins.push(origin);
  const errors: string[] = [];
  socket.onerror = ({ error }) => errors.push(error.message);
  // A hook may have chosen another one than the constructor got.
  stage.worker.open(1, 0, { url: "wss://hook.test/feed" });
  deliver(stage, 1, "a");
  await settle();
  assertEquals([origins, socket.url], [
    ["wss://hook.test"],
    "wss://hook.test/feed",
  ]);
  stage.worker.lose(1, 0, { failure: LOSS, url: "wss://other.test/" });
  await settle();
  assertEquals(socket.url, "wss://other.test/");
  assertStringIncludes(errors[0] ?? "", "(wss://other.test/, attempt");
});

Deno.test("onmessage makes what was held come, in order", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  deliver(stage, 1, "a", "b");
  const data: unknown[] = [];
  socket.onmessage = (event) => data.push(event.data);
  await settle();
  deliver(stage, 3, "c");
  assertEquals(data, ["a", "b", "c"]);
});

Deno.test("receive() pulls for good, and message fires at that moment", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const events: unknown[] = [];
  socket.onmessage = (event) => events.push(event.data);
  const first = socket.receive();
  deliver(stage, 1, "a", "b");
  assertEquals([await first, events], ["a", ["a"]]);
  assertEquals([await socket.receive(), events], ["b", ["a", "b"]]);
  assertEquals(socket.metrics().received.messages, 2);
});

Deno.test("receive() gives out what arrived before an end that nobody asked for", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const first = socket.receive();
  deliver(stage, 1, "a", "b");
  end(stage, { cause: "fatal", failure: LOSS });
  assertEquals([await first, await socket.receive()], ["a", "b"]);
  await assertRejects(() => socket.receive(), ConnectionLostError);
});

Deno.test("the iterator ends on a requested close", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const messages: unknown[] = [];
  deliver(stage, 1, "a", "b");
  for await (const message of socket) {
    messages.push(message);
    if (message !== "b") continue;
    socket.close();
    end(stage, { info: NORMAL, cause: "requested" });
  }
  assertEquals(messages, ["a", "b"]);
});

Deno.test("the iterator throws the error that ended it", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  deliver(stage, 1, "a");
  const messages: unknown[] = [];
  await assertRejects(async () => {
    for await (const message of socket) {
      messages.push(message);
      end(stage, { cause: "fatal", failure: LOSS });
    }
  }, ConnectionLostError);
  assertEquals(messages, ["a"]);
});
