import { assertStrictEquals } from "@std/assert";
import {
  loadSession,
  provideSession,
} from "../../../lib/worker/session/load_session.ts";
import * as sessions from "../../../lib/worker/session/mod.ts";

Deno.test("loadSession() loads the code of sessions, or takes what it was given", async () => {
  assertStrictEquals(await loadSession(), sessions);
  const given = { ...sessions };
  provideSession(given);
  assertStrictEquals(await loadSession(), given);
});
