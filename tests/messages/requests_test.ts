import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { OutboxFullError } from "../../lib/client/errors/mod.ts";
import {
  InvalidReplyError,
  RequestLostError,
  UnexpectedReplyError,
} from "../../lib/messages/format/errors.ts";
import { Requests, type RequestSettings } from "../../lib/messages/requests.ts";
import { Resender } from "../../lib/messages/resender.ts";
import type { Verdict } from "../../lib/messages/format/schemas.ts";
import { ManualClock } from "../platform/manual_clock.ts";
import { FakeReconnectingSocket } from "./fake_socket.ts";

const SETTINGS: RequestSettings = {
  type: "add",
  reply: "sum",
  timeout: Infinity,
  signal: undefined,
  repeat: "once",
};

const SUM = valid(3);

function valid(data: unknown, type = "sum"): Verdict {
  return { kind: "valid", message: { type, data } };
}

function makeRequests(max = 10) {
  const socket = new FakeReconnectingSocket();
  const resender = new Resender(socket, new ManualClock());
  socket.open();
  resender.opened();
  return { socket, resender, requests: new Requests(resender, max) };
}

Deno.test("Requests.make() sends the frame and resolves to the data of the answer", async () => {
  const { socket, requests } = makeRequests();
  const sum = requests.make(1, "frame", SETTINGS);
  assertEquals(socket.sent, ["open", "frame"]);
  requests.answer(1, SUM);
  assertEquals(await sum, 3);
});

Deno.test("Requests.make() rejects with an answer of another type", async () => {
  const { requests } = makeRequests();
  const sum = requests.make(1, "", SETTINGS);
  requests.answer(1, valid({ reason: "full" }, "error"));
  const error = await assertRejects(() => sum, UnexpectedReplyError, '"sum"');
  assertEquals([error.type, error.data], ["error", { reason: "full" }]);
});

Deno.test("Requests.make() rejects with what the schema found", async () => {
  const { requests } = makeRequests();
  const sum = requests.make(1, "", SETTINGS);
  const issues = [{ message: "Too small" }, { message: "Too odd" }];
  const message = { type: "sum", data: 3 };
  requests.answer(1, { kind: "invalid", message, issues });
  const error = await assertRejects(
    () => sum,
    InvalidReplyError,
    "Too small; Too odd",
  );
  assertStrictEquals(error.issues, issues);
});

Deno.test("Requests.make() rejects after its timeout, and recognises the late answer", async () => {
  const { requests } = makeRequests();
  const sum = requests.make(1, "", { ...SETTINGS, timeout: 1 });
  const error = await assertRejects(() => sum, DOMException, "1 ms");
  assertEquals(error.name, "TimeoutError");
  assertEquals(requests.stateOf(1), "ended");
  requests.answer(1, SUM);
});

Deno.test("Requests.make() rejects with the reason of its signal", async () => {
  const { socket, requests } = makeRequests();
  socket.cut();
  const controller = new AbortController();
  const settings = { ...SETTINGS, signal: controller.signal };
  const sum = requests.make(1, "frame", settings);
  controller.abort("Changed my mind");
  assertEquals(await sum.catch((reason) => reason), "Changed my mind");
  socket.connect();
  assertEquals(socket.sent, ["open", "open"]);
  let thrown: unknown;
  try {
    await requests.make(2, "", settings);
  } catch (reason) {
    thrown = reason;
  }
  assertEquals(thrown, "Changed my mind");
});

Deno.test("Requests.make() lets go of its signal once it is answered", async () => {
  const { requests } = makeRequests();
  const controller = new AbortController();
  const settings = { ...SETTINGS, signal: controller.signal };
  const sum = requests.make(1, "", settings);
  requests.answer(1, SUM);
  controller.abort();
  assertEquals(await sum, 3);
});

Deno.test("Requests.make() rejects when the connection is lost", async () => {
  const { resender, requests } = makeRequests();
  const sum = requests.make(1, "", SETTINGS);
  resender.lost("cut");
  const error = await assertRejects(() => sum, RequestLostError, "resend");
  assertEquals([error.type, error.retryable, error.cause], [
    "add",
    true,
    "cut",
  ]);
});

Deno.test("Requests.make() throws once the socket has ended", () => {
  const { resender, requests } = makeRequests();
  resender.finish("closed");
  const error = assertThrows(
    () => requests.make(1, "", SETTINGS),
    RequestLostError,
    "ended",
  );
  assertEquals([error.retryable, error.cause], [false, "closed"]);
});

Deno.test("Requests.make() throws beyond the maximum, and not below it", () => {
  const { requests } = makeRequests(1);
  requests.make(1, "", SETTINGS);
  assertThrows(
    () => requests.make(2, "", SETTINGS),
    OutboxFullError,
    "1 requests wait for an answer (maxRequests)",
  );
  requests.answer(1, SUM);
  requests.make(2, "", SETTINGS);
  assertEquals(requests.stateOf(2), "pending");
});

Deno.test("Requests.make() throws for an id that was used before", () => {
  const { requests } = makeRequests();
  requests.make(7, "", SETTINGS);
  assertThrows(() => requests.make(7, "", SETTINGS), TypeError, "id 7");
  requests.answer(7, SUM);
  assertThrows(() => requests.make(7, "", SETTINGS), TypeError, "id 7");
});

Deno.test("Requests.stateOf() keeps the ids of the last 1,000 requests", () => {
  const { requests } = makeRequests();
  assertEquals(requests.stateOf(0), undefined);
  for (let id = 0; id <= 1_000; id += 1) {
    requests.make(id, "", SETTINGS);
    assertEquals(requests.stateOf(id), "pending");
    requests.answer(id, SUM);
  }
  assertEquals([requests.stateOf(0), requests.stateOf(1)], [
    undefined,
    "ended",
  ]);
});
