import { assertEquals, assertInstanceOf } from "@std/assert";
import type { SessionSetup } from "../../../lib/boundary/session.ts";
import type { Failure } from "../../../lib/connection/failure.ts";
import {
  beginSession,
  provideRecord,
} from "../../../lib/client/remote/load_record.ts";
import type { RemoteConnection } from "../../../lib/client/remote/remote_connection.ts";
import { SessionRecord } from "../../../lib/client/remote/session_record.ts";

const SESSION: SessionSetup = {
  window: { messages: 1, bytes: 1 },
  required: true,
  ack: "consumed",
  onLost: "continue",
  onUnknown: "drop",
};

/** A connection that is asked to join, or ends. */
function begin() {
  const { promise, resolve } = Promise.withResolvers<Failure | "joined">();
  const connection = {
    incoming: {},
    outgoing: {},
    session: undefined as SessionRecord | undefined,
    join: () => resolve("joined"),
    ended: (failure: Failure) => resolve(failure),
  };
  beginSession(connection as unknown as RemoteConnection, SESSION);
  return { connection, outcome: promise };
}

Deno.test("beginSession() joins once the code is loaded", async () => {
  const { connection, outcome } = begin();
  assertEquals(connection.session, undefined);
  assertEquals(await outcome, "joined");
  assertInstanceOf(connection.session, SessionRecord);
});

Deno.test("beginSession() joins at once where the code is there", () => {
  provideRecord({ SessionRecord });
  assertInstanceOf(begin().connection.session, SessionRecord);
});
