/** Servers that take a connection and do not answer the session's first message. */

import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { OpenTimeoutError } from "@holdfast/websocket";
import { Heard, serveDeno } from "../../server/listening.ts";
import { connect } from "./session_stage.ts";
import { next } from "../waiting.ts";

const ADVICE = /first message: look at its authenticate and its store/;

for (const transport of ["tcp", "native"] as const) {
  Deno.test(`session: says what is missing when the server does not answer (${transport})`, async () => {
    const hang = Promise.withResolvers<string>();
    let asked = 0;
    await using server = serveDeno(new Heard(), {
      authenticate: () => (asked += 1) === 1 ? hang.promise : "ann",
    });
    await using socket = connect(server.url, { openTimeout: 1_000, transport });
    const { error } = await next(socket, "error");
    assertInstanceOf(error, OpenTimeoutError, String(error));
    assertMatch(error.message, /Not open after 1\.0 s while attaching/);
    assertMatch(error.message, ADVICE);
    assertEquals(error.retryable, true);
    // The next attempt is answered.
    await socket.opened;
    hang.resolve("ann");
  });
}

Deno.test("session: says how the server gives up first, and tries again", async () => {
  let asked = 0;
  await using server = serveDeno(new Heard(), {
    handshakeTimeout: 1_000,
    authenticate: () =>
      (asked += 1) === 1 ? new Promise<string>(() => {}) : "ann",
  });
  await using socket = connect(server.url);
  const { closeCode, reason } = await next(socket, "disconnect");
  assertEquals([closeCode, reason], [4408, "No answer in time"]);
  await socket.opened;
});
