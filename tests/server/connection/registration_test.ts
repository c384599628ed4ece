import { assertEquals } from "@std/assert";
import { Registration } from "../../../lib/server/connection/registration.ts";
import type { StoreNotice } from "../../../lib/session/store/store.ts";
import { TestNode } from "../nodes.ts";

const NOTICE: StoreNotice = { type: "wanted", session: "s", fence: 1 };

const LEASE = { session: "s", fence: 1, generation: "of another time" };

function registered(node: TestNode) {
  const heard: StoreNotice[] = [];
  const receiver = { notify: (notice: StoreNotice) => void heard.push(notice) };
  return { heard, registration: new Registration(node, receiver) };
}

Deno.test("Registration.listen() hears of one session at a time", async () => {
  await using node = new TestNode();
  const { heard, registration } = registered(node);
  registration.listen("s");
  registration.listen("s");
  node.registry.notify(NOTICE);
  registration.listen("t");
  node.registry.notify(NOTICE);
  assertEquals([heard.length, registration.session], [1, "t"]);
});

Deno.test("Registration keeps early notices of the session that it hears of", async () => {
  await using node = new TestNode();
  const { registration } = registered(node);
  registration.listen("s");
  registration.keep(NOTICE);
  assertEquals(registration.takeEarly(LEASE), [NOTICE]);
  assertEquals(registration.takeEarly(LEASE), []);
  registration.keep(NOTICE);
});

Deno.test("Registration keeps what asks its client to leave, whose time has begun", async () => {
  await using node = new TestNode();
  const { registration } = registered(node);
  const move = { type: "move", after: 10, spread: 100 } as const;
  for (
    const [passed, after, spread] of [[4, 6, 100], [30, 0, 80], [200, 0, 0]]
  ) {
    registration.keep(move);
    registration.listen(`s${passed}`);
    node.clock.advance(passed!);
    assertEquals(registration.takeEarly(LEASE), [
      { ...move, after: after!, spread: spread! },
    ]);
    assertEquals(registration.takeEarly(LEASE), []);
  }
});

Deno.test("Registration forgets the end of a generation that was over before the lease", async () => {
  await using node = new TestNode();
  const { registration } = registered(node);
  const ended = { type: "rolled-back", session: "s" } as const;
  const { generation } = node.store;
  registration.listen("s");
  registration.keep(ended);
  registration.keep(NOTICE);
  assertEquals(registration.takeEarly({ ...LEASE, generation }), [NOTICE]);
  registration.keep(ended);
  assertEquals(registration.takeEarly(LEASE), [ended]);
});

Deno.test("Registration.enter() counts the session until it is removed", async () => {
  await using node = new TestNode();
  const { registration } = registered(node);
  registration.expect(90);
  registration.listen("s");
  registration.enter("ann");
  const known = node.registry.find("s");
  assertEquals([known?.principal, known?.maxMessage], ["ann", 90]);
  assertEquals(registration.maxMessage, 90);
  registration.remove();
  assertEquals(node.registry.size, 0);
});

Deno.test("Registration.leave() forgets what others have, and what waits too long", async () => {
  await using node = new TestNode({ ttl: 60_000 });
  for (const [id, fate] of [["s", "detached"], ["t", "gone"]] as const) {
    const { registration, heard } = registered(node);
    registration.listen(id);
    registration.enter("ann");
    registration.leave(fate);
    node.registry.notify({ ...NOTICE, session: id });
    assertEquals(heard, []);
  }
  assertEquals([node.registry.size, node.registry.detached], [1, 1]);
  node.registry.forget(59_999);
  assertEquals(node.registry.size, 1);
  node.registry.forget(60_000);
  assertEquals(node.registry.size, 0);
});
