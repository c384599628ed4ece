import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ConnectionLostError } from "../../lib/client/errors/mod.ts";
import { makeStage } from "./workers/fake_global_worker.ts";
import { settle } from "./fake_worker.ts";
import {
  deliver,
  end,
  lose,
  LOSS,
  make,
  makeOpen,
  record,
  TYPES,
} from "./reconnecting_stage.ts";

for (
  const type of [
    "open",
    "message",
    "disconnect",
    "error",
    "heartbeat",
    "statuschange",
  ] as const
) {
  Deno.test(`close() from inside a listener for ${type} ends it`, async () => {
    await using stage = makeStage();
    const socket = make(stage);
    socket.addEventListener(type, () => socket.close());
    const events = record(socket);
    stage.worker.open(1);
    await settle();
    deliver(stage, 1, "a");
    await settle();
    stage.worker.tell({
      type: "heartbeat",
      id: 1,
      after: 0,
      latency: 1,
      longestGap: 2,
    });
    await settle();
    lose(stage, { failure: LOSS });
    await settle();
    end(stage, { cause: "requested" });
    await settle();
    await socket.closed;
    const last = events.findIndex((event) => event.startsWith(type));
    const after = events.slice(last + 1).filter((event) =>
      !/^(statuschange|drop)/.test(event)
    );
    assertEquals(after, ["close 3 closed"]);
  });
}

for (const type of ["open", "disconnect", "error", "statuschange"] as const) {
  Deno.test(`reconnect() from inside a listener for ${type} reaches the worker`, async () => {
    await using stage = makeStage();
    const socket = make(stage);
    socket.addEventListener(type, () => socket.reconnect("anew"), {
      once: true,
    });
    stage.worker.open(1);
    lose(stage, { failure: LOSS });
    await settle();
    assertEquals(stage.worker.all("reconnect").map(({ reason }) => reason), [
      "anew",
    ]);
  });
}

Deno.test("reconnect() from inside a listener for close throws", async () => {
  await using stage = makeStage();
  const socket = makeOpen(stage);
  const thrown = Promise.withResolvers<unknown>();
  socket.onclose = () => thrown.resolve(assertThrows(() => socket.reconnect()));
  end(stage, { cause: "fatal", failure: LOSS });
  assertInstanceOf(await thrown.promise, ConnectionLostError);
});

Deno.test("a throwing listener goes to reportError and does not break the machine", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const reported: unknown[] = [];
  const report = (event: ErrorEvent) => {
    event.preventDefault();
    reported.push(event.error.message);
  };
  addEventListener("error", report);
  for (const type of TYPES) {
    socket.addEventListener(type, () => {
      throw new Error(type);
    });
  }
  const events = record(socket);
  stage.worker.open(1);
  await settle();
  deliver(stage, 1, "a");
  await settle();
  lose(stage, { failure: LOSS });
  await settle();
  end(stage, { cause: "fatal", failure: LOSS });
  await settle();
  removeEventListener("error", report);
  assertEquals(reported.length, events.length);
  assertEquals(events.at(-1), "close 3 closed");
});

Deno.test("listeners added during dispatch are kept, and removing twice removes only one's own", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const calls: string[] = [];
  const other = () => calls.push("other");
  const own = () => {
    calls.push("own");
    socket.addEventListener("open", other);
    socket.removeEventListener("open", own);
    socket.removeEventListener("open", own);
  };
  socket.addEventListener("open", own);
  stage.worker.open(1);
  await settle();
  stage.worker.open(1);
  await settle();
  assertEquals(calls, ["own", "other"]);
});

Deno.test("handler attributes keep their place, and null gives it up", async () => {
  await using stage = makeStage();
  const socket = make(stage);
  const calls: string[] = [];
  socket.onopen = () => calls.push("old");
  socket.addEventListener("open", () => calls.push("listener"));
  socket.onopen = () => calls.push("new");
  stage.worker.open(1);
  await settle();
  socket.onopen = null;
  socket.onopen = () => calls.push("last");
  stage.worker.open(1);
  await settle();
  Object.assign(socket, { onopen: {} });
  stage.worker.open(1);
  await settle();
  Object.assign(socket, { onopen: 5 });
  assertStrictEquals(socket.onopen, null);
  assertEquals(calls, ["new", "listener", "listener", "last", "listener"]);
});
