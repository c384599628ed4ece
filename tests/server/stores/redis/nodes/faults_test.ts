/** What can happen to Redis, and to the connections of a store. */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { delay } from "@std/async";
import { SessionStoreError } from "../../../../../lib/server/mod.ts";
import type { RedisStore } from "../../../../../lib/server/stores/redis/mod.ts";
import type { StoreNotice } from "../../../../../lib/session/store/store.ts";
import { BOUNDS, claimWith, INIT } from "../../../../session/store/records.ts";
import { requires } from "../../../../system/requirements.ts";
import { findUnusedPort } from "../../../../system/servers/tcp/unused_port.ts";
import { until } from "../../../../system/waiting.ts";
import { noting } from "../../../nodes.ts";
import { Waiters } from "../../../waiters.ts";
import { type ClientKind, RedisPlace } from "../places.ts";

const NEEDED = requires("redis");
const KINDS: readonly ClientKind[] = ["nodeRedis", "ioRedis"];
const LARGE = { ...BOUNDS, maxMessages: 10_000, maxBytes: 100_000_000 };
const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];

/** Waits until the store can be used. */
function untilReady(store: RedisStore): Promise<void> {
  return until(() => store.status === "ready");
}

async function codeOf(step: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => step, SessionStoreError);
  return error.code;
}

for (const kind of KINDS) {
  Deno.test(
    `redisStore() (${kind}) rejects at once while Redis is away, and goes on with its data`,
    NEEDED,
    async () => {
      const records: string[] = [];
      await using place = await RedisPlace.start(kind, ...DURABLE);
      const store = await place.open({ logger: noting(records) });
      const { generation } = store;
      const lease = await store.open(INIT);
      await store.append("s", ["a"], BOUNDS);
      await place.server.kill();
      assertEquals(
        await codeOf(store.append("s", ["b"], BOUNDS)),
        "unavailable",
      );
      assertEquals(store.status, "degraded");
      assertEquals(await codeOf(store.read("s", 0, 9)), "unavailable");
      await place.server.run();
      await untilReady(store);
      assertNotEquals(store.generation, generation);
      assertEquals((await store.read("s", 0, 9)).length, 1);
      // The lease is of an older generation: the data might have gone back.
      const step = { handled: 1, claim: 1, ack: 0, counter: 1, ttl: 1_000 };
      const accepting = store.accept({ lease, ...step, replies: [] });
      assertEquals(await codeOf(accepting), "unavailable");
      // Nobody has attached in the new generation, and messages come all the same.
      await store.append("s", ["b"], BOUNDS);
      const claim = claimWith({ have: [[generation, 1]], ack: 1, last: 4 });
      const answer = await store.attach(claim);
      assert(answer.kind === "attached");
      const { at, last, uncertain } = answer;
      assertEquals([at, last, uncertain], [1, 2, 4]);
      assertEquals(answer.lineage.map((era) => era.generation), [
        ...[generation, store.generation],
      ]);
      assert(
        records.some((record) => record.startsWith("warn The session store")),
      );
    },
  );

  Deno.test(
    `redisStore() (${kind}) takes no message for another one when data was lost`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const store = await place.open();
      const notices: StoreNotice[] = [];
      const waiters = new Waiters();
      await store.listen("A", (notice) => {
        notices.push(notice);
        waiters.look();
      });
      const { generation } = store;
      await store.open(INIT);
      await store.append("s", ["lost"], BOUNDS);
      await place.settled();
      await place.server.kill();
      await place.server.run();
      await waiters.until(() =>
        notices.some(({ type }) => type === "rolled-back")
      );
      await untilReady(store);
      assertNotEquals(store.generation, generation);
      assertEquals(await store.attach(claimWith()), {
        kind: "refused",
        why: "unknown",
      });
      const lease = await store.open(INIT);
      assertEquals(lease.generation, store.generation);
    },
  );

  Deno.test(
    `redisStore() (${kind}) catches up with notices that were lost`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const sender = await place.open();
      const store = await place.open();
      const notices: StoreNotice[] = [];
      const waiters = new Waiters();
      await store.listen("A", (notice) => {
        notices.push(notice);
        waiters.look();
      });
      const lease = await store.open(INIT);
      const client = await place.clients.nodeRedis();
      // All but the subscribers' own connections stay.
      await client.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
      await sender.append("s", ["unheard"], BOUNDS);
      await waiters.until(() =>
        notices.some((notice) =>
          notice.type === "appended" && notice.last === 1
        )
      );
      assertEquals((await store.read("s", 0, 9)).length, 1);
      const other = { ...lease, fence: 9 };
      assertEquals(await store.touch([lease, other], 1_000), [other]);
    },
  );

  Deno.test(
    `redisStore() (${kind}) catches up with a notice that was lost before a step`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const subscriber = await place.clients[kind]();
      const store = await place.open({ subscriber });
      const notices: StoreNotice[] = [];
      await store.listen("A", (notice) => notices.push(notice));
      const lease = await store.open(INIT);
      await subscriber.unsubscribe("hf:n:A");
      await store.append("s", ["unheard"], BOUNDS);
      const step = { handled: 1, claim: 1, ack: 0, counter: 1, ttl: 1_000 };
      await store.accept({ lease, ...step, replies: [] });
      assertEquals(await store.touch([lease], 1_000), []);
      const unheard = { type: "appended", session: "s", messages: [] } as const;
      assertEquals(notices, [{ ...unheard, last: 1 }]);
    },
  );

  Deno.test(
    `redisStore() (${kind}) does not wait for an answer of a connection that is lost`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const store = await place.open();
      await store.open(INIT);
      place.server.signal("SIGSTOP");
      const rejected = assertRejects(
        () => store.append("s", ["a"], BOUNDS),
        SessionStoreError,
      );
      await place.server.kill();
      const { code, message } = await rejected;
      assertEquals(code, "unavailable");
      assert(!message.includes("no answer within"), message);
      await place.server.run();
      await untilReady(store);
    },
  );

  Deno.test(
    `redisStore() (${kind}) rejects what it asks for while a connection ends`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const store = await place.open();
      place.server.signal("SIGKILL");
      const steps: Promise<unknown>[] = [];
      // The client notices the end between two of them.
      while (store.status === "ready") {
        steps.push(assertRejects(() => store.due(1), SessionStoreError));
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      for (const error of await Promise.all(steps)) {
        assert(!/in time|within/.test(`${error}`), `${error}`);
      }
      await place.server.run();
      await untilReady(store);
    },
  );

  Deno.test(
    `redisStore() (${kind}) goes on after its connections were killed`,
    NEEDED,
    async () => {
      await using place = await RedisPlace.start(kind);
      const store = await place.open();
      const { generation } = store;
      await store.open(INIT);
      const client = await place.clients.nodeRedis();
      await client.sendCommand([
        "CLIENT",
        "KILL",
        "TYPE",
        "normal",
        "SKIPME",
        "yes",
      ]);
      await store.append("s", ["a"], BOUNDS).catch(() => {});
      await untilReady(store);
      await store.append("s", ["b"], BOUNDS);
      assertEquals(store.generation, generation);
      const read = await store.read("s", 0, 9);
      assertEquals(read.at(-1)?.data, "b");
    },
  );
}

Deno.test(
  "redisStore() gives up a server that does not answer, and comes back",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open({ timeout: 1_000 });
    await store.open(INIT);
    place.server.signal("SIGSTOP");
    assertEquals(await codeOf(store.append("s", ["a"], BOUNDS)), "unavailable");
    assertEquals(store.status, "degraded");
    place.server.signal("SIGCONT");
    await untilReady(store);
    // Its answer was lost, and nobody could know: it was done all the same.
    assertEquals((await store.read("s", 0, 9)).length, 1);
  },
);

Deno.test(
  "redisStore() gives a command the time that it has itself, not that of its client",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const client = await place.clients.nodeRedis({ commandTimeout: 20 });
    const store = await place.open({ client });
    await store.open({ ...INIT, maxMessage: LARGE.maxBytes });
    place.server.signal("SIGSTOP");
    // More than the connection takes: what follows waits in the client.
    const appending = ["a".repeat(16_000_000), "b"]
      .map((data) => store.append("s", [data], LARGE));
    const waiting = delay(100).then(() => place.server.signal("SIGCONT"));
    const answers = await Promise.all(appending);
    assertEquals(answers.map(({ kind }) => kind), ["appended", "appended"]);
    await waiting;
  },
);

Deno.test(
  "redisStore() says what came of an end whose answer was lost, once",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open({ timeout: 1_000 });
    const lease = await store.open(INIT);
    await store.append("s", ["a", "b"], BOUNDS);
    const ask = () => store.end("s", { kind: "lease", lease }, 60_000);
    place.server.signal("SIGSTOP");
    assertEquals(await codeOf(ask()), "unavailable");
    place.server.signal("SIGCONT");
    await untilReady(store);
    assertEquals(await store.read("s", 0, 9), []);
    const other = await place.open();
    const expired = { kind: "expired" } as const;
    assertEquals(await other.end("s", expired, 60_000), { kind: "gone" });
    const answer = await ask();
    assert(answer.kind === "ended");
    assertEquals(answer.unconsumed.map(({ data }) => data), ["a", "b"]);
    assertEquals(await ask(), { kind: "gone" });
    // What was answered takes no room.
    const client = await place.clients.nodeRedis();
    assertEquals(`${await client.sendCommand(["KEYS", "*:o:*"])}`, "");
  },
);

Deno.test(
  "redisStore() knows its scripts again after SCRIPT FLUSH",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open();
    const client = await place.clients.nodeRedis();
    await store.open(INIT);
    await client.sendCommand(["SCRIPT", "FLUSH"]);
    const appended = await Promise.all([
      store.append("s", ["a"], BOUNDS),
      store.append("s", ["b"], BOUNDS),
    ]);
    assertEquals(appended.map(({ kind }) => kind), ["appended", "appended"]);
  },
);

Deno.test(
  "redisStore() rejects what asks for memory when there is none, and goes on",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const store = await place.open();
    const client = await place.clients.nodeRedis();
    const lease = await store.open(INIT);
    await store.append("s", ["a".repeat(9_000)], LARGE);
    await client.sendCommand(["CONFIG", "SET", "maxmemory", "1mb"]);
    assertEquals(await codeOf(store.append("s", ["b"], LARGE)), "full");
    assertEquals(store.status, "ready");
    const step = { handled: 1, claim: 1, ack: 1, counter: 1, ttl: 1_000 };
    const accepted = await store.accept({ lease, ...step, replies: ["r"] });
    assertEquals(accepted, { kind: "accepted", last: 2, bytes: 1 });
    const ended = await store.end("s", { kind: "always", why: "ended" }, 9);
    assertEquals(ended.kind, "ended");
  },
);

Deno.test(
  "redisStore() stays away from a replica, and takes a failover for a new generation",
  NEEDED,
  async () => {
    await using primary = await RedisPlace.start();
    await using place = await RedisPlace.start();
    const store = await place.open();
    const { generation } = store;
    await store.open(INIT);
    const client = await place.clients.nodeRedis();
    const { port } = primary.server;
    await client.sendCommand(["REPLICAOF", "127.0.0.1", `${port}`]);
    assertEquals(await codeOf(store.append("s", ["a"], BOUNDS)), "unavailable");
    await client.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await untilReady(store);
    assertNotEquals(store.generation, generation);
  },
);

Deno.test(
  "redisStore() keeps a session in one slot of a cluster",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start(
      "nodeRedis",
      ...["--cluster-enabled", "yes"],
      // By default 10,000 above the other one, where any program may be.
      ...["--cluster-port", `${findUnusedPort()}`],
    );
    const client = await place.clients.nodeRedis();
    await client.sendCommand(["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    await until(async () => {
      const info = await client.sendCommand(["CLUSTER", "INFO"]);
      return `${info}`.includes("cluster_state:ok");
    });
    const store = await place.open();
    for (const session of ["a", "b", "c", "d", "e"]) {
      const lease = await store.open({ ...INIT, session });
      await store.append(session, ["x"], BOUNDS);
      const step = { handled: 1, claim: 1, ack: 1, counter: 1, ttl: 1_000 };
      await store.accept({ lease, ...step, replies: ["y"] });
      assertEquals(await store.touch([lease], 1_000), []);
      const have = [[store.generation, 2]] as const;
      const claim = claimWith({ session, have, first: 2, last: 2 });
      assertEquals((await store.attach(claim)).kind, "attached");
      await store.end(session, { kind: "always", why: "ended" }, 1);
    }
    assertEquals(await store.due(9), []);
  },
);

Deno.test(
  "redisStore() warns of settings with which sessions are lost",
  NEEDED,
  async () => {
    const records: string[] = [];
    await using place = await RedisPlace.start(
      "nodeRedis",
      "--maxmemory-policy",
      "allkeys-lru",
    );
    const store = await place.open({ logger: noting(records) });
    await store[Symbol.asyncDispose]();
    assertEquals(
      records.map((record) => record.split(" ").slice(0, 3).join(" ")),
      [
        "info The session",
        "warn Redis: maxmemory-policy",
        "warn Redis: appendonly",
      ],
    );
  },
);
