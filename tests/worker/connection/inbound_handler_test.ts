import { assertEquals } from "@std/assert";
import type {
  LogLevel,
  Notice,
  StatusKind,
} from "../../../lib/boundary/protocol.ts";
import type { Config } from "../../../lib/connection/config/config.ts";
import type { InboxConfig } from "../../../lib/queue/inbox.ts";
import { Greeting } from "../../../lib/worker/attempt/greeting.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";
import { ConnectionLogger } from "../../../lib/worker/posts/connection_logger.ts";
import { HeartbeatCodec } from "../../../lib/worker/features/heartbeat_codec.ts";
import { InboundHandler } from "../../../lib/worker/connection/inbound_handler.ts";
import { NoticeQueue } from "../../../lib/worker/posts/notice_queue.ts";
import { setupWith } from "../hub_client.ts";

const GREETING = {
  reject: [{ kind: "exact", data: "no" }],
  timeout: 1_000,
  hook: false,
  expect: { kind: "exact", data: "welcome" },
} as const;
const HEARTBEAT = {
  interval: 60_000,
  timeout: 1_000,
  deliver: false,
  expect: { kind: "exact", data: "pong" },
  reply: { to: { kind: "exact", data: "you?" }, with: "me" },
} as const;
const PAUSES = { pauses: true };
const PAUSE = [{ kind: "pause" }] as const;

function inboxOf(
  overflow: InboxConfig["overflow"],
  maxMessages = 2,
): InboxConfig {
  return { maxMessages, maxBytes: 1_000, overflow };
}

function makeHandler(config: Partial<Config> = {}, log: LogLevel = "debug") {
  const setup = setupWith({ log }, {
    inbox: inboxOf("pause"),
    ...config,
  });
  const notices = new NoticeQueue(1, setup.config.inbox, () => {});
  const records: Notice[] = [];
  const push = (notice: Notice) => records.push(notice);
  const secrets = new Secrets(setup);
  const greeting = new Greeting(setup.config.greeting, {
    bounds: setup.config.inbox,
    redact: (text) => text,
  });
  const heartbeat = new HeartbeatCodec(setup.config);
  const handler = new InboundHandler({
    config: setup.config,
    notices,
    logger: new ConnectionLogger(1, log, { secrets, notices: { push } }),
  });
  const forms = { greeting, heartbeat };
  handler.start(PAUSES, forms);
  return { handler, notices, heartbeat, forms, records };
}

/** All that the client will get. */
function posted(notices: NoticeQueue) {
  const post = {
    notices: [] as Notice[],
    messages: [],
    runs: [],
    transfer: [],
    left: { messages: Infinity, bytes: Infinity },
  };
  notices.fill(post);
  return post;
}

Deno.test("InboundHandler.receive() stores a message, and logs it", () => {
  const { handler, notices, records } = makeHandler();
  assertEquals(handler.receive("open", "a", 1), []);
  assertEquals(posted(notices).messages, ["a"]);
  assertEquals(records.length, 1);
});

Deno.test("InboundHandler.takesPacks() is true where nobody looks at single messages", () => {
  const takes = (
    log: LogLevel,
    config: Partial<Config> = {},
    kind: StatusKind = "open",
  ) => makeHandler(config, log).handler.takesPacks(kind);
  assertEquals(takes("info"), true);
  assertEquals(takes("debug"), false);
  assertEquals(takes("info", { heartbeat: HEARTBEAT }), false);
  assertEquals(takes("info", { inbox: inboxOf("drop-oldest") }), false);
  assertEquals(takes("info", {}, "connecting"), false);
  assertEquals(takes("info", {}, "closing"), false);
});

Deno.test("InboundHandler.receive() stores a pack, and pauses at the bound", () => {
  const { handler, notices } = makeHandler({}, "info");
  const buffer = new ArrayBuffer(0);
  const pack = { kind: "ascii", count: 2, bytes: 9, buffer } as const;
  assertEquals(handler.receive("open", pack, 9), PAUSE);
  assertEquals(notices.size, { messages: 2, bytes: 9 });
});

Deno.test("InboundHandler.receive() delivers nothing while closing", () => {
  const { handler, notices } = makeHandler();
  for (const kind of ["closing", "waiting", "closed", "idle"] as const) {
    assertEquals(handler.receive(kind, "late", 4), []);
  }
  assertEquals(notices.isEmpty, true);
});

Deno.test("InboundHandler.receive() pauses at the bound", () => {
  const { handler } = makeHandler();
  assertEquals(handler.receive("open", "a", 1), []);
  assertEquals(handler.receive("open", "b", 1), PAUSE);
  assertEquals(handler.hasRoom("open"), false);
  assertEquals(handler.hasRoom("connecting"), true);
});

Deno.test("InboundHandler.receive() fails where it cannot pause, and where the rule is to close", () => {
  const { handler, forms } = makeHandler({ inbox: inboxOf("pause", 1) });
  handler.start({ pauses: false }, forms);
  const failure = { type: "inbox-overflow", messages: 1, bytes: 1 } as const;
  assertEquals(handler.receive("open", "a", 1), [{ kind: "fail", failure }]);
  const closing = makeHandler({ inbox: inboxOf("close", 1) });
  assertEquals(closing.handler.receive("open", "a", 1), []);
  assertEquals(closing.handler.receive("open", "b", 1), [
    { kind: "fail", failure },
  ]);
});

Deno.test("InboundHandler.receive() stores beyond the bound, where that is the rule", () => {
  for (const pauses of [true, false]) {
    const { handler, notices, forms } = makeHandler({
      inbox: inboxOf("store", 1),
    });
    handler.start({ pauses }, forms);
    for (const data of ["a", "x".repeat(2_000)]) {
      const actions = handler.receive("open", data, data.length);
      assertEquals(actions, pauses ? PAUSE : []);
    }
    assertEquals(posted(notices).messages.length, 2);
  }
});

Deno.test("InboundHandler.receive() says what a message means to the heartbeat", () => {
  const { handler, notices } = makeHandler({ heartbeat: HEARTBEAT });
  assertEquals(handler.receive("open", "pong", 4), [{ kind: "answered" }]);
  assertEquals(handler.receive("open", "you?", 4), [
    { kind: "reply", data: "me" },
  ]);
  assertEquals(notices.isEmpty, true);
  assertEquals(handler.receive("open", "data", 4), []);
  assertEquals(posted(notices).messages, ["data"]);
});

Deno.test("InboundHandler.receive() delivers answers that the application wants", () => {
  const { handler, notices } = makeHandler({
    heartbeat: { ...HEARTBEAT, deliver: true },
    inbox: inboxOf("pause", 1),
  });
  assertEquals(handler.receive("open", "pong", 4), [
    { kind: "answered" },
    { kind: "pause" },
  ]);
  assertEquals(posted(notices).messages, ["pong"]);
});

Deno.test("InboundHandler.receive() loses no message to a hook that throws", () => {
  const { handler, notices, heartbeat } = makeHandler({
    heartbeat: { ...HEARTBEAT, expect: { hook: true } },
  });
  heartbeat.start({
    isPong: () => {
      throw new Error("x");
    },
  });
  const detail = "Error: x";
  assertEquals(handler.receive("open", "data", 4), [
    { kind: "fail", failure: { type: "provider", name: "isPong", detail } },
  ]);
  assertEquals(posted(notices).messages, ["data"]);
});

Deno.test("InboundHandler.receive() holds what comes before the welcome, within the same bounds", () => {
  const { handler, notices } = makeHandler({ greeting: GREETING });
  assertEquals(handler.receive("connecting", "a", 1), []);
  assertEquals(handler.receive("connecting", "b", 1), PAUSE);
  assertEquals(handler.hasRoom("connecting"), false);
  assertEquals(handler.receive("connecting", "welcome", 7), [
    { kind: "greeted" },
  ]);
  assertEquals(notices.isEmpty, true);
  assertEquals(handler.releaseHeld(), PAUSE);
  assertEquals(posted(notices).messages, ["a", "b"]);
});

Deno.test("InboundHandler.receive() drops or closes before the welcome as it does after it", () => {
  for (const overflow of ["drop-oldest", "drop-newest"] as const) {
    const inbox = inboxOf(overflow, 1);
    const { handler, notices } = makeHandler({ inbox, greeting: GREETING });
    handler.receive("connecting", "a", 1);
    assertEquals(handler.receive("connecting", "b", 1), []);
    handler.releaseHeld();
    const { messages, notices: [dropped] } = posted(notices);
    assertEquals(messages, [overflow === "drop-oldest" ? "b" : "a"]);
    assertEquals(dropped?.type, "dropped");
  }
  const inbox = inboxOf("close", 1);
  const { handler } = makeHandler({ inbox, greeting: GREETING });
  handler.receive("connecting", "a", 1);
  assertEquals(handler.receive("connecting", "b", 1), [
    {
      kind: "fail",
      failure: { type: "inbox-overflow", messages: 1, bytes: 1 },
    },
  ]);
});

Deno.test("InboundHandler.receive() gives up on a greeting that says no", () => {
  const { handler } = makeHandler({ greeting: GREETING });
  const detail = 'The server answered "no"';
  assertEquals(handler.receive("connecting", "no", 2), [
    { kind: "fail", failure: { type: "authentication", detail } },
  ]);
});

Deno.test("InboundHandler.start() reports what an attempt left that was given up", () => {
  const { handler, notices, forms } = makeHandler({ greeting: GREETING });
  handler.receive("connecting", "lost", 4);
  handler.start(PAUSES, forms);
  handler.dropHeld();
  assertEquals(posted(notices).notices, [
    {
      type: "dropped",
      id: 1,
      upTo: 0,
      reason: "unopened",
      count: 1,
      bytes: 4,
    },
  ]);
});

Deno.test("InboundHandler.heardAt() counts from the latest message", () => {
  const { handler } = makeHandler();
  handler.noteMessage(10, 5);
  assertEquals(handler.heardAt(10, 8), 5);
  assertEquals(handler.heardAt(10, 9), undefined);
});

Deno.test("InboundHandler.heardAt() takes bytes after a message for a sign of life", () => {
  const { handler, forms } = makeHandler();
  handler.noteMessage(10, 5);
  assertEquals(handler.heardAt(11, 8), 8);
  handler.start(PAUSES, forms);
  assertEquals(handler.heardAt(0, 9), undefined);
});
