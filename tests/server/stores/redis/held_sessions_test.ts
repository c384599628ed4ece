import { assertEquals } from "@std/assert";
import { HeldSessions } from "../../../../lib/server/stores/redis/held_sessions.ts";
import type { StoreNotice } from "../../../../lib/session/store/store.ts";

const LEASE = { session: "s", fence: 2, generation: "g" };
const OLDER = { ...LEASE, fence: 1 };

function held() {
  const sessions = new HeldSessions();
  const notices: StoreNotice[] = [];
  const stop = sessions.listen("A", (notice) => notices.push(notice));
  sessions.add(LEASE, { node: "A", last: 3 });
  return { sessions, notices, stop };
}

Deno.test("HeldSessions.catchUp() tells of messages that nobody has heard of", () => {
  const { sessions, notices } = held();
  sessions.catchUp(LEASE, 3);
  sessions.catchUp(OLDER, 9);
  sessions.catchUp({ ...LEASE, session: "t" }, 9);
  sessions.catchUp(LEASE, 4);
  sessions.catchUp(LEASE, 4);
  sessions.notice(LEASE, 6);
  sessions.notice(OLDER, 9);
  sessions.catchUp(LEASE, 6);
  const appended = { type: "appended", session: "s", messages: [] } as const;
  assertEquals(notices, [{ ...appended, last: 4 }]);
});

Deno.test("HeldSessions.deliver() notes what the node hears", () => {
  const { sessions, notices } = held();
  const messages = [{ seq: 5, data: "a", bytes: 1 }];
  sessions.deliver("A", { type: "appended", session: "s", last: 5, messages });
  sessions.catchUp(LEASE, 5);
  sessions.deliver("A", { type: "wanted", session: "s", fence: 2 });
  assertEquals(sessions.leases(), [LEASE]);
  const why = "taken";
  sessions.deliver("A", { type: "fenced", session: "s", fence: 1, why });
  assertEquals(sessions.leases(), [LEASE]);
  sessions.deliver("A", { type: "fenced", session: "s", fence: 2, why });
  assertEquals([sessions.leases(), notices.length], [[], 4]);
});

Deno.test("HeldSessions.fence() and rollBack() tell the holder only", () => {
  const { sessions, notices } = held();
  sessions.fence(OLDER);
  sessions.fence(LEASE);
  sessions.fence(LEASE);
  sessions.rollBack();
  sessions.add(LEASE, { node: "A", last: 0 });
  sessions.add({ ...LEASE, session: "t" }, { node: "B", last: 0 });
  sessions.rollBack();
  assertEquals(notices, [
    { type: "fenced", session: "s", fence: 2, why: "ended" },
    { type: "rolled-back", session: "s" },
  ]);
  assertEquals(sessions.leases(), []);
});

Deno.test("HeldSessions.remove() leaves what was attached again", () => {
  const { sessions, notices, stop } = held();
  sessions.remove(OLDER);
  assertEquals(sessions.leases(), [LEASE]);
  sessions.remove(LEASE);
  sessions.add(LEASE, { node: "A", last: 0 });
  sessions.forget("s");
  assertEquals(sessions.leases(), []);
  stop();
  sessions.deliver("A", { type: "wanted", session: "s", fence: 2 });
  assertEquals(notices, []);
});
