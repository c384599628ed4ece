import { assertEquals } from "@std/assert";
import { SessionRegistry } from "../../../lib/server/connection/registry.ts";
import type { StoreNotice } from "../../../lib/session/store/store.ts";

function receiver(notices: StoreNotice[] = []) {
  return { notify: (notice: StoreNotice) => void notices.push(notice) };
}

function entered(...ids: readonly string[]) {
  const registry = new SessionRegistry();
  const owner = receiver();
  for (const id of ids) {
    registry.enter({ id, principal: "ann", maxMessage: 9, owner });
  }
  return { registry, owner };
}

Deno.test("SessionRegistry knows how many sessions a principal has", () => {
  const { registry } = entered("a", "b", "a");
  assertEquals([registry.countOf("ann"), registry.countOf("bob")], [2, 0]);
  registry.remove("a");
  registry.remove("a");
  registry.remove("b");
  assertEquals([registry.countOf("ann"), registry.size], [0, 0]);
});

Deno.test("SessionRegistry.oldestDetached() is the one that left first", () => {
  const { registry, owner } = entered("a", "b", "c");
  assertEquals(registry.oldestDetached("ann"), undefined);
  for (const id of ["b", "a"]) registry.leave(id, owner, 100);
  assertEquals(registry.oldestDetached(), "b");
  assertEquals(registry.oldestDetached("ann"), "b");
  assertEquals(registry.oldestDetached("bob"), undefined);
  registry.enter({ id: "b", principal: "ann", maxMessage: 9, owner });
  assertEquals([registry.oldestDetached("ann"), registry.detached], ["a", 1]);
});

Deno.test("SessionRegistry.leave() leaves what another connection has", () => {
  const { registry, owner } = entered("a", "b");
  registry.leave("a", receiver(), 100);
  assertEquals(registry.find("a")?.owner, owner);
  registry.leave("a", owner, -Infinity);
  registry.leave("b", owner, 100);
  registry.forget(99);
  assertEquals([registry.find("a"), registry.size], [undefined, 1]);
  registry.forget(100);
  assertEquals(registry.size, 0);
});

Deno.test("SessionRegistry.notify() reaches all that listen", () => {
  const registry = new SessionRegistry();
  const heard: StoreNotice[] = [];
  const [one, two] = [receiver(heard), receiver(heard)];
  registry.listen("s", one);
  registry.listen("s", two);
  const notice: StoreNotice = { type: "wanted", session: "s", fence: 1 };
  registry.notify(notice);
  registry.unlisten("s", one);
  registry.unlisten("t", one);
  registry.notify(notice);
  registry.unlisten("s", two);
  registry.notify(notice);
  assertEquals(heard.length, 3);
});

Deno.test("SessionRegistry.detachedBytes counts what waits without a connection", () => {
  const { registry, owner } = entered("a", "b");
  registry.resize("a", 9);
  registry.resize("none", 9);
  assertEquals(registry.detachedBytes, 0);
  for (const id of ["a", "b"]) registry.leave(id, owner, 100);
  registry.resize("a", 9);
  registry.resize("b", 5);
  registry.resize("b", 7);
  assertEquals(registry.detachedBytes, 16);
  registry.enter({ id: "a", principal: "ann", maxMessage: 9, owner });
  assertEquals(registry.detachedBytes, 7);
  registry.remove("b");
  assertEquals(registry.detachedBytes, 0);
});
