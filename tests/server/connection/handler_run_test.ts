import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  HandlerRun,
  messageId,
  requireSize,
} from "../../../lib/server/connection/handler_run.ts";
import type {
  Session,
  SessionMessage,
} from "../../../lib/server/api/session.ts";

const SESSION: Session = {
  id: "s",
  principal: "ann",
  protocol: "",
  client: "session",
  send: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

const INPUT = {
  session: SESSION,
  seq: 7,
  data: "a",
  redelivered: true,
  maxMessage: 4,
};

async function runWith(
  message: (message: SessionMessage) => void | Promise<void>,
) {
  const run = new HandlerRun(INPUT);
  return await run.run({ message: (_session, each) => message(each) });
}

Deno.test("HandlerRun.run() gives the handler the message, and returns its replies", async () => {
  const bytes = new Uint8Array([1]);
  const replies = await runWith(({ id, seq, data, redelivered, reply }) => {
    assertEquals([id, seq, data, redelivered], ["s/7", 7, "a", true]);
    reply("one");
    reply(bytes);
    bytes[0] = 2;
  });
  assertEquals(replies, ["one", new Uint8Array([1])]);
});

Deno.test("HandlerRun.run() rejects with what the handler throws", async () => {
  const thrown = () => {
    throw new Error("At once");
  };
  await assertRejects(() => runWith(thrown), Error, "At once");
  const late = () => Promise.reject(new Error("Late"));
  await assertRejects(() => runWith(late), Error, "Late");
});

Deno.test("HandlerRun takes no reply that is too late or too large", async () => {
  let message: SessionMessage | undefined;
  await runWith((each) => {
    message = each;
    assertThrows(() => each.reply("12345"), Error, "5 bytes");
  });
  assertThrows(() => message!.reply("x"), TypeError, "has finished");
});

Deno.test("HandlerRun.abort() fires the signal, also one that is asked for later", async () => {
  const run = new HandlerRun(INPUT);
  const started = Promise.withResolvers<SessionMessage>();
  const end = Promise.withResolvers<void>();
  const running = run.run({
    message: (_session, message) => {
      started.resolve(message);
      return end.promise;
    },
  });
  const message = await started.promise;
  run.abort();
  assert(message.signal.aborted);
  assertEquals(message.signal.reason.name, "AbortError");
  assertEquals(message.signal, message.signal);
  end.resolve();
  await running;
});

Deno.test("messageId() names a message among those of all sessions", () => {
  assertEquals(messageId("s", 1), "s/1");
});

Deno.test("requireSize() counts bytes of UTF-8", () => {
  requireSize("äb", 3);
  assertThrows(() => requireSize("ää", 3), Error, "4 bytes");
});
