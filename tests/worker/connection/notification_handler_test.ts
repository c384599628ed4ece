import { assertEquals } from "@std/assert";
import type { Notice } from "../../../lib/boundary/protocol.ts";
import type { SessionOpening } from "../../../lib/boundary/session.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import { LOST } from "../../../lib/rfc6455/close.ts";
import type { Resolution } from "../../../lib/worker/attempt/resolution.ts";
import { Secrets } from "../../../lib/worker/attempt/secrets.ts";
import { ConnectionLogger } from "../../../lib/worker/posts/connection_logger.ts";
import { NoticeQueue } from "../../../lib/worker/posts/notice_queue.ts";
import {
  NotificationHandler,
  type NotificationParts,
} from "../../../lib/worker/connection/notification_handler.ts";
import { FakeTransports } from "../../transport/fake_transport.ts";
import { setupWith } from "../hub_client.ts";

const WAITING = { kind: "waiting", attempt: 2, delay: 5 } as const;
const CLOSED = { kind: "closed", attempt: 2 } as const;
const FAILURE: Failure = {
  type: "handshake",
  status: 401,
  headers: { "x-token": "canary" },
  detail: "401 canary",
};
const HIDDEN: Failure = { ...FAILURE, detail: "401 …" };
/** A program reads it, so it stays as the peer sent it. */
const INFO = { closeCode: 4000, reason: "canary", wasClean: true };

function makeHandler(
  transportDriver: Partial<NotificationParts["transportDriver"]> = {},
  session?: SessionOpening,
) {
  const setup = setupWith({ url: "ws://h/?t=canary", log: "info" });
  const notices = new NoticeQueue(7, setup.config.inbox, () => {});
  const secrets = new Secrets(setup);
  const calls: string[] = [];
  const handler = new NotificationHandler(7, {
    notices,
    secrets,
    logger: new ConnectionLogger(7, setup.log, { secrets, notices }),
    sendBuffer: { drop: (reason) => calls.push(`drop ${reason}`) },
    session: () =>
      session && { opening: session, end: () => calls.push("end session") },
    transportDriver: {
      dropHeld: () => calls.push("drop held"),
      releaseHeld: () => calls.push("release held"),
      longestGap: 20,
      resolution: undefined,
      ...transportDriver,
    },
  });
  return { handler, notices, calls, posted: () => posted(notices) };
}

function posted(queue: NoticeQueue): readonly Notice[] {
  const notices: Notice[] = [];
  const left = { messages: 0, bytes: 0 };
  queue.fill({ notices, messages: [], runs: [], transfer: [], left });
  return notices;
}

function logOf(kind: string, fields: object = {}): Notice {
  return {
    type: "log",
    id: 7,
    level: "info",
    message: kind,
    fields: { attempt: 2, kind, ...fields },
  };
}

Deno.test("NotificationHandler.handle() says whose it is, and after which message it came", () => {
  const { handler, notices, posted } = makeHandler();
  notices.storeMessage("a", 1);
  const status = { kind: "connecting", attempt: 2 } as const;
  handler.handle({ type: "status", status });
  handler.handle({ type: "heartbeat", latency: 3 });
  assertEquals(posted(), [
    logOf("connecting"),
    { type: "status", id: 7, after: 1, status },
    { type: "heartbeat", id: 7, after: 1, latency: 3, longestGap: 20 },
  ]);
});

Deno.test("NotificationHandler.handle() opens before it gives what was held", () => {
  const { handler, calls, posted } = makeHandler({
    releaseHeld: () => calls.push(`release ${posted().length}`),
  });
  const status = { kind: "open", attempt: 2 } as const;
  handler.handle({
    type: "opened",
    status,
    protocol: "p",
    extensions: "x",
    reconnected: true,
  });
  // The log record and the notice.
  assertEquals(calls, ["release 2"]);
});

Deno.test("NotificationHandler.handle() hides secrets in what people read, and in nothing else", () => {
  const { handler, calls, posted } = makeHandler();
  handler.handle({
    type: "disconnected",
    status: WAITING,
    info: INFO,
    failure: FAILURE,
    attempt: 2,
  });
  const result = { kind: "failure", failure: FAILURE } as const;
  handler.handle({ type: "probed", request: 1, result });
  assertEquals(posted(), [
    logOf("waiting", { delay: 5 }),
    {
      type: "disconnected",
      id: 7,
      after: 0,
      status: WAITING,
      info: INFO,
      failure: HIDDEN,
      attempt: 2,
    },
    {
      type: "probed",
      id: 7,
      after: 0,
      request: 1,
      result: { kind: "failure", failure: HIDDEN },
    },
  ]);
  assertEquals(calls, ["drop held"]);
});

Deno.test("NotificationHandler.handle() says which URL the attempt used", () => {
  const resolution: Resolution = {
    kind: new FakeTransports(),
    hooks: {},
    url: "wss://hook.test/",
    target: {
      url: "wss://hook.test/?token=canary",
      protocols: [],
      headers: {},
    },
    token: undefined,
    placement: undefined,
  };
  const { handler, posted } = makeHandler({ resolution });
  const info = { info: LOST, attempt: 2 };
  handler.handle({ type: "disconnected", status: WAITING, ...info });
  handler.handle({ type: "closed", status: CLOSED, cause: "fatal", ...info });
  const urls = posted().flatMap((notice) => "url" in notice ? notice.url : []);
  assertEquals(urls, ["wss://hook.test/", "wss://hook.test/"]);
});

Deno.test("NotificationHandler.handle() says how a connection took the session up, and ends it", () => {
  const session = { kind: "resumed", id: "s" } as const;
  const { handler, calls, posted } = makeHandler({}, session);
  const status = { kind: "open", attempt: 2 } as const;
  const agreed = { protocol: "p", extensions: "", reconnected: true };
  handler.handle({ type: "opened", status, ...agreed });
  const info = { info: LOST, cause: "fatal" } as const;
  handler.handle({ type: "closed", status: CLOSED, ...info });
  const sessions = posted().flatMap((notice) =>
    notice.type === "opened" ? notice.session : []
  );
  assertEquals(sessions, [session]);
  assertEquals(calls, [
    "release held",
    "end session",
    "drop closed",
    "drop held",
  ]);
});

Deno.test("NotificationHandler.handle() posts a probe's latency as it is", () => {
  const { handler, posted } = makeHandler();
  const result = { kind: "latency", latency: 3 } as const;
  handler.handle({ type: "probed", request: 1, result });
  assertEquals(posted(), [
    { type: "probed", id: 7, after: 0, request: 1, result },
  ]);
});

Deno.test("NotificationHandler.handle() drops messages at an end that was asked for, and delivers them at any other", () => {
  for (const cause of ["requested", "fatal"] as const) {
    const { handler, notices, calls, posted } = makeHandler();
    notices.storeMessage("a", 1);
    handler.handle({ type: "closed", status: CLOSED, info: LOST, cause });
    const types = posted().map(({ type }) => type);
    const dropped = cause === "requested" ? ["dropped"] : [];
    assertEquals(types, ["log", ...dropped, "closed"]);
    assertEquals(calls, ["drop closed", "drop held"]);
    // Nothing follows the last notice.
    handler.handle({ type: "status", status: CLOSED });
    assertEquals(posted(), []);
  }
});
